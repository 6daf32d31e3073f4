// SPDX-License-Identifier: MIT
// A million timers with functions are armed, scattered over the time to come, and stopped in another order; an operation
// is one timer made, armed, stopped and freed, in heaps that are that full.
#include "bench.h"

static void nothing(void)
{
}

static void arm_and_stop(long n)
{
    go_timer **timers = malloc((size_t)n * sizeof *timers);
    for (long i = 0; i < n; i++)
        timers[i] = go_after_func(GO_HOUR + i * 2654435761 % 1000000 * GO_MILLISECOND, nothing);
    for (long i = 0; i < n; i++)
        bench_check(go_timer_stop(timers[i * 7919 % n]), "a timer of an hour has fired");
    for (long i = 0; i < n; i++)
        go_timer_free(timers[i]);
    free(timers);
}

int main(int argc, char **argv)
{
    bench_timed(bench_arg(argc, argv, 1), arm_and_stop);
    return 0;
}
