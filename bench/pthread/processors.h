// SPDX-License-Identifier: MIT
// Threads know no GOFER_MAXPROCS, so at one processor the process is tied to the one on which it started.
#ifndef GOFER_BENCH_PTHREAD_PROCESSORS_H
#define GOFER_BENCH_PTHREAD_PROCESSORS_H

#include "../figures.h"

#include <pthread.h>
#include <sched.h>

static inline void bench_keep_to_processors(void)
{
    const char *procs = getenv("GOFER_MAXPROCS");
    cpu_set_t one;
    if (!procs || strcmp(procs, "1") != 0)
        return;
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    bench_check(sched_setaffinity(0, sizeof one, &one) == 0, "cannot keep to one processor");
}

static inline pthread_t bench_thread(void *(*run)(void *), void *arg)
{
    pthread_t t;
    bench_check(pthread_create(&t, NULL, run, arg) == 0, "cannot start a thread");
    return t;
}

#endif
