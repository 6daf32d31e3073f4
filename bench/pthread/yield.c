// SPDX-License-Identifier: MIT
// As ../yield.c, with threads and sched_yield.
#define _GNU_SOURCE // sched_setaffinity
#include "processors.h"

static void *yielder(void *arg)
{
    for (long left = *(long *)arg; left > 0; left--)
        sched_yield();
    return NULL;
}

static void yield(long n, long threads)
{
    pthread_t all[threads];
    long each = n / threads;
    for (long i = 0; i < threads; i++)
        all[i] = bench_thread(yielder, &each);
    for (long i = 0; i < threads; i++)
        pthread_join(all[i], NULL);
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1) / 10, threads = bench_arg(argc, argv, 2);
    bench_keep_to_processors();
    bench_timed(n, yield, threads);
    return 0;
}
