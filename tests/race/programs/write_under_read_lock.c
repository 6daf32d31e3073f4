// SPDX-License-Identifier: MIT
// A cache counts its hits while it holds the lock for reading only: several readers write at once. Uber's study found
// this after locks were "optimised". Fixed: the lock for writing.
#include <gofer.h>

static go_rwmutex lock;
static int hits;

static void look_up(void)
{
#ifdef FIXED
    go_rwmutex_lock(&lock);
    hits++;
    go_rwmutex_unlock(&lock);
#else
    go_rwmutex_rlock(&lock);
    hits++;
    go_rwmutex_runlock(&lock);
#endif
}

int main(void)
{
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, look_up);
    go_waitgroup_go(&wg, look_up);
    go_waitgroup_wait(&wg);
    return 0;
}
