// SPDX-License-Identifier: MIT
// The receive of an unbuffered channel happens before its send returns; someone has given the channel room for one,
// and now it does not. Fixed: no room.
#include "observe.h"

#include <gofer.h>

#ifdef FIXED
enum { ROOM = 0 };
#else
enum { ROOM = 1 };
#endif

static int result;

static void work(chan(go_unit) c)
{
    result = 1;
    chan_recv(c);
}

int main(void)
{
    chan(go_unit) c = chan_make(go_unit, ROOM);
    go(work, c);
    chan_send(c, GO_UNIT); // waits for the receive, if there is no room
    int seen = result;
    go_sleep(5 * GO_MILLISECOND);
    chan_free(c);
    OBSERVE(seen);
    return 0;
}
