// SPDX-License-Identifier: MIT
// As ../spawn_join.c, with a thread. A hundredth of the operations suffices, for each takes a hundred times as long.
#define _GNU_SOURCE // sched_setaffinity
#include "processors.h"

static void *nothing(void *arg)
{
    return arg;
}

static void spawn_join(long n)
{
    for (long i = 0; i < n; i++)
        pthread_join(bench_thread(nothing, NULL), NULL);
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1) / 100;
    bench_keep_to_processors();
    bench_timed(n, spawn_join);
    return 0;
}
