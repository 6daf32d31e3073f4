// SPDX-License-Identifier: MIT
// Starts a thousand goroutines, waits for them, and starts the next thousand: the usual fan-out. Their
// records and stacks are warm after the first round, so this is the cost of spawn, switch and exit
// rather than that of memory.
#include "bench.h"

static void done(go_waitgroup *wg)
{
    go_waitgroup_done(wg);
}

static void spawn(long n)
{
    go_waitgroup wg = {0};
    for (long i = 0; i < n; i++) {
        go_waitgroup_add(&wg, 1);
        go(done, &wg);
    }
    go_waitgroup_wait(&wg);
}

static void spawn_batches(long n, long batch)
{
    for (long i = 0; i < n; i += batch)
        spawn(batch);
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1), batch = bench_arg(argc, argv, 2);
    bench_timed(n, spawn_batches, batch);
    return 0;
}
