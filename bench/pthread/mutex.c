// SPDX-License-Identifier: MIT
// As ../mutex.c, with threads and a pthread_mutex_t.
#define _GNU_SOURCE // sched_setaffinity
#include "processors.h"

struct counter {
    pthread_mutex_t mu;
    long value, each;
};

static void *count(void *arg)
{
    struct counter *c = arg;
    for (long i = 0; i < c->each; i++) {
        pthread_mutex_lock(&c->mu);
        c->value++;
        pthread_mutex_unlock(&c->mu);
    }
    return NULL;
}

static void lock_all(long n, long threads)
{
    struct counter c = {.mu = PTHREAD_MUTEX_INITIALIZER, .each = n / threads};
    pthread_t all[threads];
    for (long i = 0; i < threads; i++)
        all[i] = bench_thread(count, &c);
    for (long i = 0; i < threads; i++)
        pthread_join(all[i], NULL);
    bench_check(c.value == c.each * threads, "wrong count");
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1) / 4, threads = bench_arg(argc, argv, 2);
    bench_keep_to_processors();
    bench_timed(n, lock_all, threads);
    return 0;
}
