// SPDX-License-Identifier: MIT
// Goroutines lock a mutex, count one up, and unlock it. One goroutine alone shows the two locked
// instructions that an uncontended mutex costs; eight show what happens when its holder is moved aside,
// and on several processors how much of the time goes into handing the mutex over.
#include "bench.h"

struct counter {
    go_mutex mu;
    long value;
};

static void count(struct counter *c, long n, go_waitgroup *wg)
{
    for (long i = 0; i < n; i++) {
        go_mutex_lock(&c->mu);
        c->value++;
        go_mutex_unlock(&c->mu);
    }
    go_waitgroup_done(wg);
}

static void lock_all(long n, long goroutines)
{
    struct counter c = {0};
    go_waitgroup wg = {0};
    for (long i = 0; i < goroutines; i++) {
        go_waitgroup_add(&wg, 1);
        go(count, &c, n / goroutines, &wg);
    }
    go_waitgroup_wait(&wg);
    bench_check(c.value == n / goroutines * goroutines, "wrong count");
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1), goroutines = bench_arg(argc, argv, 2);
    bench_timed(n, lock_all, goroutines);
    return 0;
}
