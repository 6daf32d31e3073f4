// SPDX-License-Identifier: MIT
// Before it calls go_once_do, a fast path looks at the value plainly, to save the call. Fixed: without the look; the
// call is as fast.
#include "observe.h"

#include <gofer.h>

static go_once once;
static int value;

static void compute(void)
{
    value = 42;
}

static void get(void)
{
#ifndef FIXED
    if (value != 0)
        return;
#endif
    go_once_do(&once, compute);
    OBSERVE(value);
}

int main(void)
{
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, get);
    go_waitgroup_go(&wg, get);
    go_waitgroup_wait(&wg);
    return 0;
}
