// SPDX-License-Identifier: MIT
// A full channel's receiver takes the oldest value and moves a parked sender's into the room: that orders it behind
// the first sender, not behind the parked one. Fixed: the parked one's value is received too.
#include "observe.h"

#include <gofer.h>

static int shared;

static void second(chan(int) c)
{
    shared = 1;
    chan_send(c, 2); // parks, for the first is in the buffer
}

int main(void)
{
    chan(int) c = chan_make(int, 1);
    chan_send(c, 1);
    go(second, c);
    go_sleep(10 * GO_MILLISECOND);
    chan_recv(c, NULL);
#ifdef FIXED
    chan_recv(c, NULL);
#endif
    OBSERVE(shared);
    return 0;
}
