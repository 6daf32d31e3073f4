// SPDX-License-Identifier: MIT
// An array is divided among workers, and each takes one element too many. Fixed: up to the bound, not with it.
#include "observe.h"

#include <gofer.h>

enum { N = 16, WORKERS = 2 };
static int cells[N + 1];

static void fill(int from, int to)
{
#ifdef FIXED
    for (int i = from; i < to; i++)
#else
    for (int i = from; i <= to; i++)
#endif
        cells[i] = i;
}

int main(void)
{
    go_waitgroup wg = {0};
    for (int w = 0; w < WORKERS; w++)
        go_waitgroup_go(&wg, fill, w * N / WORKERS, (w + 1) * N / WORKERS);
    go_waitgroup_wait(&wg);
    OBSERVE(cells[N / 2]);
    return 0;
}
