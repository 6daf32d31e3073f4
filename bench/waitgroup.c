// SPDX-License-Identifier: MIT
// One goroutine counts a wait group up and down and waits for it, with nobody to wait for: what the group itself costs;
// spawn_join shows it at work.
#include "bench.h"

static void count(long n)
{
    go_waitgroup wg = {0};
    for (long i = 0; i < n; i++) {
        go_waitgroup_add(&wg, 1);
        go_waitgroup_done(&wg);
        go_waitgroup_wait(&wg);
    }
}

int main(int argc, char **argv)
{
    bench_timed(bench_arg(argc, argv, 1), count);
    return 0;
}
