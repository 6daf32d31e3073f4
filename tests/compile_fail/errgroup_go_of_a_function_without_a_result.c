// SPDX-License-Identifier: MIT
// A job's result is its error, so a function that returns none is refused where it is started.
// expect: the function must return int
#include <gofer.h>

static void work(int n)
{
    (void)n;
}

void start(go_errgroup *g)
{
    go_errgroup_go(g, work, 1);
}
