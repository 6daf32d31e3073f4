// SPDX-License-Identifier: MIT
// Starts one goroutine and waits for it, over and over: spawn, switch there, exit, wake-up, switch back.
// With several processors it also shows whether a spawn wakes a thread that has nothing to gain.
#include "bench.h"

static void done(go_waitgroup *wg)
{
    go_waitgroup_done(wg);
}

static void spawn_join(long n)
{
    for (long i = 0; i < n; i++) {
        go_waitgroup wg = {0};
        go_waitgroup_add(&wg, 1);
        go(done, &wg);
        go_waitgroup_wait(&wg);
    }
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1);
    bench_timed(n, spawn_join);
    return 0;
}
