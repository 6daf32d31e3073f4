// SPDX-License-Identifier: MIT
// What an armed timer weighs that is to call a function in an hour: its record and its place in the heap.
#include "bench.h"

static void nothing(void)
{
}

static double armed(long n)
{
    go_timer **timers = calloc((size_t)n, sizeof *timers);
    memset(timers, 1, (size_t)n * sizeof *timers); // the list itself is not to be weighed
    double before = bench_resident_bytes();
    for (long i = 0; i < n; i++)
        timers[i] = go_after_func(GO_HOUR + i * GO_MICROSECOND, nothing);
    double bytes = (bench_resident_bytes() - before) / (double)n;
    for (long i = 0; i < n; i++)
        go_timer_free(timers[i]);
    free(timers);
    return bytes;
}

int main(int argc, char **argv)
{
    bench_report("memory", armed(bench_arg(argc, argv, 1)));
    return 0;
}
