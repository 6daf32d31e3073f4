// SPDX-License-Identifier: MIT
// The usual worker pool: a worker a processor takes blocks from one channel and sends their SHA-256 over
// another. An operation is a block of 1 KiB. Most of the time is the hashing, libcrypto's here and
// crypto/sha256's there, so the payload is timed alone as well, shared out without channels, and a line
// of its own shows what the pool adds to it.
//
// gofer: link libcrypto
#include "bench.h"

#include <openssl/evp.h>

enum { BLOCK = 1024, BLOCKS = 64 };

typedef struct {
    unsigned char data[BLOCK];
} block;

typedef struct {
    unsigned char sum[32];
} digest;

static block blocks[BLOCKS];
static EVP_MD *sha256;

static void fill_blocks(void)
{
    for (int i = 0; i < BLOCKS; i++)
        for (int j = 0; j < BLOCK; j++)
            blocks[i].data[j] = (unsigned char)(i * 31 + j * 7);
}

static EVP_MD_CTX *new_context(void)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bench_check(ctx, "out of memory");
    return ctx;
}

static digest hash(EVP_MD_CTX *ctx, const block *b)
{
    digest d;
    bench_check(EVP_DigestInit_ex2(ctx, sha256, NULL) && EVP_DigestUpdate(ctx, b->data, BLOCK) &&
                    EVP_DigestFinal_ex(ctx, d.sum, NULL),
                "libcrypto failed");
    return d;
}

static void worker(recv_chan(const block *) jobs, send_chan(digest) results, go_waitgroup *wg)
{
    EVP_MD_CTX *ctx = new_context();
    chan_range(b, jobs) {
        chan_send(results, hash(ctx, b));
    }
    EVP_MD_CTX_free(ctx);
    go_waitgroup_done(wg);
}

static void submit(send_chan(const block *) jobs, long n)
{
    for (long i = 0; i < n; i++)
        chan_send(jobs, &blocks[i % BLOCKS]);
    chan_close(jobs);
}

static void close_after(send_chan(digest) results, go_waitgroup *wg)
{
    go_waitgroup_wait(wg);
    chan_close(results);
}

static void pool(long n, int workers)
{
    chan(const block *) jobs = chan_make(const block *, 128);
    chan(digest) results = chan_make(digest, 128);
    go_waitgroup wg = {0};
    for (int i = 0; i < workers; i++) {
        go_waitgroup_add(&wg, 1);
        go(worker, jobs, results, &wg);
    }
    go(submit, jobs, n);
    go(close_after, results, &wg);
    long count = 0;
    digest d;
    while (chan_recv(results, &d))
        count++;
    bench_check(count == n, "wrong count");
    chan_free(jobs);
    chan_free(results);
}

static digest sink;
static go_mutex sink_mutex;

static void hash_share(long n, go_waitgroup *wg)
{
    EVP_MD_CTX *ctx = new_context();
    digest last = {{0}};
    for (long i = 0; i < n; i++)
        last = hash(ctx, &blocks[i % BLOCKS]);
    go_mutex_lock(&sink_mutex);
    sink = last;
    go_mutex_unlock(&sink_mutex);
    EVP_MD_CTX_free(ctx);
    go_waitgroup_done(wg);
}

// The hashing without the pool, shared out beforehand.
static void payload(long n, int workers)
{
    go_waitgroup wg = {0};
    for (int i = 0; i < workers; i++) {
        go_waitgroup_add(&wg, 1);
        go(hash_share, n / workers, &wg);
    }
    go_waitgroup_wait(&wg);
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1);
    int workers = go_maxprocs(0);
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    bench_check(sha256, "libcrypto has no SHA-256");
    fill_blocks();
    pool(n / 10, workers);
    payload(n / 10, workers);
    int64_t start = bench_now();
    pool(n, workers);
    double whole = bench_per_op(start, n);
    start = bench_now();
    payload(n, workers);
    double alone = bench_per_op(start, n);
    bench_report("ns", whole);
    bench_report("payload", alone);
    bench_report("beyond", whole - alone);
    EVP_MD_free(sha256);
    return 0;
}
