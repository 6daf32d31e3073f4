// SPDX-License-Identifier: MIT
// Goroutines ask one rate limiter again and again whether they may, as a server does that sheds load: nearly all are
// refused. One operation is one question, whose larger part is a look at the clock.
#include "bench.h"

#include <gofer/x/limiter.h>
#include <stdatomic.h>

enum { RATE = 1000, BURST = 100 };

static go_limiter *l;
static atomic_long allowed;

static void ask(long n, go_waitgroup *wg)
{
    long mine = 0;
    for (long i = 0; i < n; i++)
        mine += go_limiter_allow(l);
    atomic_fetch_add(&allowed, mine);
    go_waitgroup_done(wg);
}

static void ask_all(long n, long goroutines)
{
    bench_share(goroutines, ask, n / goroutines);
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1), goroutines = bench_arg(argc, argv, 2);
    int64_t begin = bench_now();
    l = go_limiter_new(RATE, BURST);
    bench_timed(n, ask_all, goroutines);
    double come = BURST + RATE * ((double)(bench_now() - begin) / 1e9);
    bench_check(atomic_load(&allowed) >= BURST && (double)atomic_load(&allowed) <= come + 1,
                "another rate than was asked for");
    go_limiter_free(l);
    return 0;
}
