// SPDX-License-Identifier: MIT
// A pointer is published by a relaxed atomic store, so what it points to need not be there for who loads it. Fixed:
// release and acquire.
#include "observe.h"

#include <gofer.h>

#ifdef FIXED
enum { STORE = __ATOMIC_RELEASE, LOAD = __ATOMIC_ACQUIRE };
#else
enum { STORE = __ATOMIC_RELAXED, LOAD = __ATOMIC_RELAXED };
#endif

static int room;
static int *published;

static void publish(void)
{
    room = 9;
    __atomic_store_n(&published, &room, STORE);
}

int main(void)
{
    int *p;
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, publish);
    while (!(p = __atomic_load_n(&published, LOAD)))
        go_yield();
    OBSERVE(*p);
    go_waitgroup_wait(&wg);
    return 0;
}
