// SPDX-License-Identifier: MIT
// The jobs of a group add to one sum. A group orders its jobs before the wait, not among each other. Fixed: each job
// has a slot.
#include "observe.h"

#include <gofer.h>

static int add(int *sum, int n)
{
    *sum += n;
    return 0;
}

int main(void)
{
    int sums[2] = {0};
    go_errgroup *g = go_errgroup_new(NULL);
    for (int i = 0; i < 2; i++) {
#ifdef FIXED
        go_errgroup_go(g, add, &sums[i], i);
#else
        go_errgroup_go(g, add, &sums[0], i);
#endif
    }
    go_errgroup_wait(g);
    OBSERVE(sums[0] + sums[1]);
    go_errgroup_free(g);
    return 0;
}
