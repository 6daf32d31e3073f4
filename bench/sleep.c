// SPDX-License-Identifier: MIT
// Sleeps a microsecond, over and over, while nothing else is to be done: how exactly an idle program wakes
// up. What is above the microsecond is the kernel's timer, its slack, and the way back to the goroutine.
#include "bench.h"

static void sleep_often(long n, go_duration duration)
{
    for (long i = 0; i < n; i++)
        go_sleep(duration);
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1);
    go_duration duration = bench_arg(argc, argv, 2) * GO_NANOSECOND;
    bench_timed(n, sleep_often, duration);
    return 0;
}
