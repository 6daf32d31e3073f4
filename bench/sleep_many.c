// SPDX-License-Identifier: MIT
// A hundred thousand goroutines sleep at once, up to ten milliseconds each and in no order; an operation
// is a goroutine started, put to sleep, woken and ended. The timer heap holds most of them at its fullest.
#include "bench.h"

static void sleeper(go_duration d, go_waitgroup *wg)
{
    go_sleep(d);
    go_waitgroup_done(wg);
}

static void sleep_many(long n)
{
    go_waitgroup wg = {0};
    for (long i = 0; i < n; i++) {
        go_waitgroup_add(&wg, 1);
        go(sleeper, i * 7919 % 10000 * GO_MICROSECOND, &wg);
    }
    go_waitgroup_wait(&wg);
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1);
    bench_timed(n, sleep_many);
    return 0;
}
