// SPDX-License-Identifier: MIT
// A semaphore of weight 2 bounds the load, and someone takes it for a lock. Fixed: weight 1 for what must be alone.
#include "observe.h"

#include <gofer.h>

#ifdef FIXED
enum { UNITS = 1 };
#else
enum { UNITS = 2 };
#endif

static int shared;

static void work(go_semaphore *s)
{
    go_semaphore_acquire(s, NULL, 1);
    go_sleep(GO_MILLISECOND);
    shared++;
    go_semaphore_release(s, 1);
}

int main(void)
{
    go_waitgroup wg = {0};
    go_semaphore *s = go_semaphore_new(UNITS);
    go_waitgroup_go(&wg, work, s);
    go_waitgroup_go(&wg, work, s);
    go_waitgroup_wait(&wg);
    OBSERVE(shared);
    go_semaphore_free(s);
    return 0;
}
