// SPDX-License-Identifier: MIT
// The reader waits until the channel's length says that a value is there, and then reads a variable instead of
// receiving: a length orders nothing. Fixed: it receives.
#include "observe.h"

#include <gofer.h>

static int result;

static void work(chan(go_unit) ready)
{
    result = 1;
    chan_send(ready, GO_UNIT);
}

int main(void)
{
    chan(go_unit) ready = chan_make(go_unit, 1);
    go(work, ready);
#ifdef FIXED
    chan_recv(ready);
#else
    while (chan_len(ready) == 0)
        go_yield();
#endif
    OBSERVE(result);
    chan_free(ready);
    return 0;
}
