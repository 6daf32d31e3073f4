// SPDX-License-Identifier: MIT
// A table is filled at the first use, and a plain flag says that it has been: two first users fill it together.
// Fixed: go_once.
#include <gofer.h>

static int squares[8];

static void fill(void)
{
    for (int i = 0; i < 8; i++)
        squares[i] = i * i;
}

#ifdef FIXED
static go_once once;
#else
static bool filled;
#endif

static void use(int *out)
{
#ifdef FIXED
    go_once_do(&once, fill);
#else
    if (!filled) {
        fill();
        filled = true;
    }
#endif
    *out = squares[3];
}

int main(void)
{
    int out[2];
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, use, &out[0]);
    go_waitgroup_go(&wg, use, &out[1]);
    go_waitgroup_wait(&wg);
    return 0;
}
