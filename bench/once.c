// SPDX-License-Identifier: MIT
// A once that is done already, asked again and again: the way in which nearly all calls find it.
#include "bench.h"

static long runs;

static void run(void)
{
    runs++;
}

static void ask(long n)
{
    static go_once once;
    for (long i = 0; i < n; i++)
        go_once_do(&once, run);
    bench_check(runs == 1, "ran more than once");
}

int main(int argc, char **argv)
{
    bench_timed(bench_arg(argc, argv, 1), ask);
    return 0;
}
