// SPDX-License-Identifier: MIT
// A lock that could not be had in a try orders nothing, though its holder is at work. Fixed: the lock is waited for.
#include "observe.h"

#include <gofer.h>

static go_mutex mutex;
static int shared;

static void hold(void)
{
    go_mutex_lock(&mutex);
    shared = 1;
    go_sleep(20 * GO_MILLISECOND);
    go_mutex_unlock(&mutex);
}

int main(void)
{
    go(hold);
    go_sleep(10 * GO_MILLISECOND);
#ifdef FIXED
    go_mutex_lock(&mutex);
#else
    OBSERVE(go_mutex_try_lock(&mutex));
#endif
    OBSERVE(shared);
    go_sleep(20 * GO_MILLISECOND);
    return 0;
}
