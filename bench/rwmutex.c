// SPDX-License-Identifier: MIT
// Goroutines read a number under a read-write mutex; every so many times one writes instead, or never. It shows what
// readers pay for sharing: on several processors mostly for one cache line that all of them change.
#include "bench.h"

struct shared {
    go_rwmutex mu;
    long value;
};

static void use(struct shared *s, long n, long every, long *sum, go_waitgroup *wg)
{
    for (long i = 1; i <= n; i++) {
        if (every && i % every == 0) {
            go_rwmutex_lock(&s->mu);
            s->value++;
            go_rwmutex_unlock(&s->mu);
        } else {
            go_rwmutex_rlock(&s->mu);
            *sum += s->value >= 0;
            go_rwmutex_runlock(&s->mu);
        }
    }
    go_waitgroup_done(wg);
}

static void use_all(long n, long goroutines, long every)
{
    struct shared s = {.value = 0};
    go_waitgroup wg = {0};
    long *sums = calloc((size_t)goroutines, sizeof *sums), reads = 0;
    for (long i = 0; i < goroutines; i++) {
        go_waitgroup_add(&wg, 1);
        go(use, &s, n / goroutines, every, &sums[i], &wg);
    }
    go_waitgroup_wait(&wg);
    for (long i = 0; i < goroutines; i++)
        reads += sums[i];
    bench_check(reads + s.value == n / goroutines * goroutines, "wrong count");
    free(sums);
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1), goroutines = bench_arg(argc, argv, 2);
    long every = bench_arg(argc, argv, 3);
    bench_timed(n, use_all, goroutines, every);
    return 0;
}
