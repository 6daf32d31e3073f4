// SPDX-License-Identifier: MIT
// Whether the slot is free is asked under the lock, and the slot is taken after the unlock. Fixed: both under one
// lock.
#include "observe.h"

#include <gofer.h>

static go_mutex mutex;
static int owner;

static bool is_free(void)
{
    go_mutex_lock(&mutex);
    defer(go_mutex_unlock, &mutex);
    return owner == 0;
}

static void take(int me)
{
#ifdef FIXED
    go_mutex_lock(&mutex);
    if (owner == 0)
        owner = me;
    go_mutex_unlock(&mutex);
#else
    if (is_free())
        owner = me;
#endif
}

int main(void)
{
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, take, 1);
    go_waitgroup_go(&wg, take, 2);
    go_waitgroup_wait(&wg);
    OBSERVE(is_free());
    return 0;
}
