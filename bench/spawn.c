// SPDX-License-Identifier: MIT
// Starts a million goroutines before any of them has to run, then waits for them all: what a goroutine
// costs whose memory is cold, since a million of them stand in the queues at once. The same a thousand
// at a time is spawn_batch, one at a time spawn_join.
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

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1);
    bench_timed(n, spawn);
    return 0;
}
