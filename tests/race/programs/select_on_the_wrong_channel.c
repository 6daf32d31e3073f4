// SPDX-License-Identifier: MIT
// A parked select is one sender of several; a select that ends by its default has met nobody. Fixed: it waits for the
// channel.
#include "observe.h"

#include <gofer.h>

static int shared;

static void offer(chan(int) c)
{
    shared = 1;
    go_select {
        case_send(c, 1) {}
        case_timeout(GO_SECOND) {}
    }
}

int main(void)
{
    chan(int) c = chan_make(int), d = chan_make(int);
    go(offer, c);
    go_sleep(10 * GO_MILLISECOND);
    go_select {
#ifdef FIXED
        case_recv(c) {}
#else
        case_default {}
#endif
        case_recv(d) {}
    }
    OBSERVE(shared);
    return 0;
}
