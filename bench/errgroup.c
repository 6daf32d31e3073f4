// SPDX-License-Identifier: MIT
// Groups of tasks of which eight may run at once, under a context of their own. A task does nothing but count itself, so an
// operation, one task, is what the group costs: the place, the goroutine, and a share of the group and its context.
#include "bench.h"

#include <gofer/x/errgroup.h>
#include <stdatomic.h>

enum { LIMIT = 8 };

static atomic_long done;

static int task(void)
{
    atomic_fetch_add(&done, 1);
    return 0;
}

static void run_group(long tasks)
{
    go_errgroup *g = go_errgroup_new(go_context_background());
    go_errgroup_set_limit(g, LIMIT);
    for (long i = 0; i < tasks; i++)
        go_errgroup_go(g, task);
    bench_check(go_errgroup_wait(g) == 0, "an error from nowhere");
    go_errgroup_free(g);
}

static void run_groups(long n, long size)
{
    atomic_store(&done, 0);
    for (long i = 0; i < n / size; i++)
        run_group(size);
    bench_check(atomic_load(&done) == n / size * size, "a task is missing");
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1), size = bench_arg(argc, argv, 2);
    bench_timed(n, run_groups, size);
    return 0;
}
