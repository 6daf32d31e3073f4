// SPDX-License-Identifier: MIT
// Rounds of a computation read what the neighbour has written in the round before; one of the two barriers was left
// out as "not needed". Fixed: both are there.
#include "observe.h"

#include <gofer.h>

static int cells[2];

static void compute(int me, go_barrier *b)
{
    for (int round = 0; round < 3; round++) {
        int seen = cells[1 - me];
#ifdef FIXED
        go_barrier_wait(b);
#endif
        cells[me] = seen + 1;
        go_barrier_wait(b);
    }
}

int main(void)
{
    go_waitgroup wg = {0};
    go_barrier *b = go_barrier_new(2);
    go_waitgroup_go(&wg, compute, 0, b);
    go_waitgroup_go(&wg, compute, 1, b);
    go_waitgroup_wait(&wg);
    OBSERVE(cells[0]);
    go_barrier_free(b);
    return 0;
}
