// SPDX-License-Identifier: MIT
// The data is written, then a plain flag says that it is there; compiler and processor may swap the two. Fixed: the
// flag is an atomic, stored with release and loaded with acquire.
#include "observe.h"

#include <gofer.h>

static int data;
#ifdef FIXED
static _Atomic(bool) ready;
#else
static bool ready;
#endif

static void produce(void)
{
    data = 5;
    ready = true;
}

int main(void)
{
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, produce);
    for (int i = 0; i < 1000 && !ready; i++)
        go_yield();
    if (ready)
        OBSERVE(data);
    go_waitgroup_wait(&wg);
    return 0;
}
