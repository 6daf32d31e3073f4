// SPDX-License-Identifier: MIT
// Goroutines meet at a barrier, round after round. One operation is one arrival.
#include "bench.h"

#include <gofer/x/barrier.h>

static void meet(go_barrier *b, long rounds, go_waitgroup *wg)
{
    for (long i = 0; i < rounds; i++)
        go_barrier_wait(b);
    go_waitgroup_done(wg);
}

static void meet_all(long n, long goroutines)
{
    go_barrier *b = go_barrier_new((int)goroutines);
    bench_share(goroutines, meet, b, n / goroutines);
    go_barrier_free(b);
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1), goroutines = bench_arg(argc, argv, 2);
    bench_timed(n, meet_all, goroutines);
    return 0;
}
