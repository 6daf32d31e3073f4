// SPDX-License-Identifier: MIT
// Stopping a timer does not wait for a function that runs already; the state that it uses is cleared too early.
// Fixed: if the stop comes too late, the end is awaited.
#include "observe.h"

#include <gofer.h>

static int state;

static void expire(chan(go_unit) over)
{
    go_sleep(5 * GO_MILLISECOND);
    state++;
    chan_send(over, GO_UNIT);
}

int main(void)
{
    chan(go_unit) over = chan_make(go_unit, 1);
    go_timer *t = go_after_func(GO_MILLISECOND, expire, over);
    go_sleep(3 * GO_MILLISECOND);
    bool stopped = go_timer_stop(t);
#ifdef FIXED
    if (!stopped)
        chan_recv(over);
    state = 0;
#else
    state = 0;
    if (!stopped)
        chan_recv(over);
#endif
    OBSERVE(state);
    go_timer_free(t);
    chan_free(over);
    return 0;
}
