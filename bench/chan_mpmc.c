// SPDX-License-Identifier: MIT
// Senders and receivers share one channel; an operation is a value that went over. At one processor they
// take turns; at several, all fight for one lock and one cache line.
#include "bench.h"

static void produce(send_chan(long) ch, long n, go_waitgroup *wg)
{
    for (long i = 0; i < n; i++)
        chan_send(ch, i);
    go_waitgroup_done(wg);
}

static void consume(recv_chan(long) ch, send_chan(long) sums)
{
    long sum = 0;
    chan_range(v, ch) {
        sum += v;
    }
    chan_send(sums, sum);
}

static void mpmc(long n, long capacity, long senders, long receivers)
{
    chan(long) ch = chan_make(long, capacity);
    chan(long) sums = chan_make(long, receivers);
    long share = n / senders, sum = 0;
    go_waitgroup producers = {0};
    for (long i = 0; i < receivers; i++)
        go(consume, ch, sums);
    for (long i = 0; i < senders; i++) {
        go_waitgroup_add(&producers, 1);
        go(produce, ch, share, &producers);
    }
    go_waitgroup_wait(&producers);
    chan_close(ch);
    for (long i = 0; i < receivers; i++)
        sum += chan_recv(sums);
    bench_check(sum == senders * (share * (share - 1) / 2), "wrong sum");
    chan_free(ch);
    chan_free(sums);
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1), capacity = bench_arg(argc, argv, 2);
    bench_timed(n, mpmc, capacity, bench_arg(argc, argv, 3), bench_arg(argc, argv, 4));
    return 0;
}
