// SPDX-License-Identifier: MIT
// A reader of a rwmutex relies on what another has written under its read lock: readers do not order each other.
// Fixed: the second one locks for writing, which is ordered behind all read locks.
#include "observe.h"

#include <gofer.h>

static go_rwmutex lock;
static int shared;

static void write_as_reader(void)
{
    go_rwmutex_rlock(&lock);
    shared = 1;
    go_rwmutex_runlock(&lock);
}

int main(void)
{
    go(write_as_reader);
    go_sleep(10 * GO_MILLISECOND);
#ifdef FIXED
    go_rwmutex_lock(&lock);
    OBSERVE(shared);
    go_rwmutex_unlock(&lock);
#else
    go_rwmutex_rlock(&lock);
    OBSERVE(shared);
    go_rwmutex_runlock(&lock);
#endif
    return 0;
}
