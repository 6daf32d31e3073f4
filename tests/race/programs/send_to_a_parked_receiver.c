// SPDX-License-Identifier: MIT
// A receiver waits at a channel with room for one and is handed the value: its receive orders the next send, not this
// one. Fixed: the reader comes behind a second send.
#include "observe.h"

#include <gofer.h>

static int shared;

static void receive(chan(int) c)
{
    shared = 1;
    chan_recv(c, NULL);
    chan_recv(c, NULL);
}

int main(void)
{
    chan(int) c = chan_make(int, 1);
    go(receive, c);
    go_sleep(10 * GO_MILLISECOND);
    chan_send(c, 1);
#ifdef FIXED
    chan_send(c, 2);
#endif
    OBSERVE(shared);
    go_sleep(5 * GO_MILLISECOND);
    return 0;
}
