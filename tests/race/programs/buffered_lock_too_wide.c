// SPDX-License-Identifier: MIT
// A buffered channel serves as a mutex, and its capacity is 2: two are inside at once. The k-th receive orders the
// send that is C later, not the next one. Fixed: the capacity is 1.
#include "observe.h"

#include <gofer.h>

#ifdef FIXED
enum { HOLDERS = 1 };
#else
enum { HOLDERS = 2 };
#endif

static int shared;

static void work(chan(go_unit) lock)
{
    chan_send(lock, GO_UNIT);
    shared++;
    chan_recv(lock);
}

int main(void)
{
    go_waitgroup wg = {0};
    chan(go_unit) lock = chan_make(go_unit, HOLDERS);
    go_waitgroup_go(&wg, work, lock);
    go_waitgroup_go(&wg, work, lock);
    go_waitgroup_wait(&wg);
    OBSERVE(shared);
    chan_free(lock);
    return 0;
}
