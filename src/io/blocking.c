// SPDX-License-Identifier: MIT
// The pool of threads for calls that block: a goroutine takes its own thread along into the kernel and leaves the
// processor to others, which costs less than handing the call to another thread and back. What makes it a pool is the
// bound: a channel with as many tokens as threads may block. Who finds none parks, in order.
#include "io/blocking.h"

#include <gofer/chan.h>
#include <gofer/sync.h>

enum { MOST_AT_ONCE = 128 };

static go_once once;
static GO_CHAN(go_unit) places;

static void make_places(void)
{
    places = GO_CHAN_MAKE(go_unit, MOST_AT_ONCE);
}

void gf_blocking_enter(void)
{
    go_once_do(&once, make_places);
    go_chan_send(places, GO_UNIT);
    go_blocking_begin();
}

void gf_blocking_leave(void)
{
    go_blocking_end();
    (void)go_chan_recv(places);
}
