// SPDX-License-Identifier: MIT
// Producers put numbers into a bounded ring, as many consumers get them. One operation is one number.
#include "bench.h"

#include <gofer/x/ring.h>
#include <stdatomic.h>

static void produce(go_ring(long) r, long n, go_waitgroup *wg)
{
    for (long i = 0; i < n; i++)
        go_ring_put(r, i);
    go_waitgroup_done(wg);
}

static void consume(go_ring(long) r, long n, atomic_long *sum, go_waitgroup *wg)
{
    long mine = 0;
    for (long i = 0; i < n; i++)
        mine += go_ring_get(r);
    atomic_fetch_add(sum, mine);
    go_waitgroup_done(wg);
}

static void pass_all(long n, long size, long pairs)
{
    go_waitgroup wg = {0};
    atomic_long sum = 0;
    long each = n / pairs;
    go_ring(long) r = go_ring_new(long, size);
    go_waitgroup_add(&wg, 2 * (int)pairs);
    for (long i = 0; i < pairs; i++) {
        go(produce, r, each, &wg);
        go(consume, r, each, &sum, &wg);
    }
    go_waitgroup_wait(&wg);
    bench_check(sum == pairs * (each * (each - 1) / 2), "wrong sum");
    go_ring_free(r);
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1), size = bench_arg(argc, argv, 2),
         pairs = bench_arg(argc, argv, 3);
    bench_timed(n, pass_all, size, pairs);
    return 0;
}
