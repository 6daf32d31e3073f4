// SPDX-License-Identifier: MIT
// Goroutines that do nothing but yield: the bare scheduler, through the run queue. Two of them stay in
// the first-level cache; a hundred touch a hundred stacks in turn, which costs cache and TLB misses.
#include "bench.h"

static void yielder(long n, go_waitgroup *wg)
{
    for (long i = 0; i < n; i++)
        go_yield();
    go_waitgroup_done(wg);
}

static void yield(long n, long goroutines)
{
    go_waitgroup wg = {0};
    for (long i = 0; i < goroutines; i++) {
        go_waitgroup_add(&wg, 1);
        go(yielder, n / goroutines, &wg);
    }
    go_waitgroup_wait(&wg);
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1), goroutines = bench_arg(argc, argv, 2);
    bench_timed(n, yield, goroutines);
    return 0;
}
