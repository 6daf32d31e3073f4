// SPDX-License-Identifier: MIT
// Goroutines bring jobs to a worker pool of a worker a processor, and wait while its queue is full. A job does nothing but
// count itself, so an operation, one job, is what the pool costs, its readiness for a panic included.
#include "bench.h"

#include <gofer/x/workers.h>
#include <stdatomic.h>

enum { QUEUE = 128 };

static atomic_long done;

static int job(long i)
{
    atomic_fetch_add(&done, i);
    return 0;
}

static void submit(go_workers *p, long n, go_waitgroup *wg)
{
    for (long i = 0; i < n; i++)
        bench_check(go_workers_submit_wait(p, NULL, job, 1L) == 0, "a job was refused");
    go_waitgroup_done(wg);
}

static void submit_all(long n, long goroutines)
{
    go_workers *p = go_workers_new((go_workers_options){.queue = QUEUE, .errors = 1});
    atomic_store(&done, 0);
    bench_share(goroutines, submit, p, n / goroutines);
    go_workers_free(p);
    bench_check(atomic_load(&done) == n / goroutines * goroutines, "a job is missing");
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1), goroutines = bench_arg(argc, argv, 2);
    bench_timed(n, submit_all, goroutines);
    return 0;
}
