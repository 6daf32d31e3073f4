// SPDX-License-Identifier: MIT
// Each caller holds a lock, but not the same one: the object has a lock of its own, and a helper uses the module's.
// Fixed: one lock guards it.
#include <gofer.h>

static go_mutex ours, theirs;
static int shared;

static void by_us(void)
{
    go_mutex_lock(&ours);
    shared++;
    go_mutex_unlock(&ours);
}

static void by_them(void)
{
#ifdef FIXED
    go_mutex *m = &ours;
#else
    go_mutex *m = &theirs;
#endif
    go_mutex_lock(m);
    shared++;
    go_mutex_unlock(m);
}

int main(void)
{
    go_waitgroup wg = {0};
    (void)&theirs;
    go_waitgroup_go(&wg, by_us);
    go_waitgroup_go(&wg, by_them);
    go_waitgroup_wait(&wg);
    return 0;
}
