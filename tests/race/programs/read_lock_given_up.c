// SPDX-License-Identifier: MIT
// A writer's turn is prepared under the read lock; then the lock is given up and the change made without any. Fixed:
// the lock is taken again for writing.
#include "observe.h"

#include <gofer.h>

static go_rwmutex lock;
static int version;

static void upgrade(void)
{
    go_rwmutex_rlock(&lock);
    int next = version + 1;
    go_rwmutex_runlock(&lock);
#ifdef FIXED
    go_rwmutex_lock(&lock);
#endif
    version = next;
#ifdef FIXED
    go_rwmutex_unlock(&lock);
#endif
}

int main(void)
{
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, upgrade);
    go_waitgroup_go(&wg, upgrade);
    go_waitgroup_wait(&wg);
    OBSERVE(version);
    return 0;
}
