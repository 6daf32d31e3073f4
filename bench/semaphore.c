// SPDX-License-Identifier: MIT
// Goroutines take one to three units of a weighted semaphore, hold them while they yield once, and give them back. With
// fewer units than they want together they wait for each other, in order. One operation is an acquire and a release.
#include "bench.h"

#include <gofer/x/semaphore.h>
#include <stdatomic.h>

enum { MOST = 3 };

static go_semaphore *s;
static atomic_long held;
static long units;

static void take_and_give(long n, go_waitgroup *wg)
{
    for (long i = 0; i < n; i++) {
        long weight = 1 + i % MOST;
        bench_check(go_semaphore_acquire(s, NULL, weight) == 0, "no units");
        bench_check(atomic_fetch_add(&held, weight) + weight <= units, "more units than there are");
        go_yield();
        atomic_fetch_sub(&held, weight);
        go_semaphore_release(s, weight);
    }
    go_waitgroup_done(wg);
}

static void take_all(long n, long goroutines)
{
    bench_share(goroutines, take_and_give, n / goroutines);
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1), goroutines = bench_arg(argc, argv, 2);
    units = bench_arg(argc, argv, 3);
    s = go_semaphore_new(units);
    bench_timed(n, take_all, goroutines);
    go_semaphore_free(s);
    return 0;
}
