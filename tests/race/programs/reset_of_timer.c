// SPDX-License-Identifier: MIT
// A field is set after the timer's reset and read in its function: the reset happens before the function, what
// follows it does not. Fixed: the other order.
#include "observe.h"

#include <gofer.h>

static int limit;

static void expire(chan(go_unit) over)
{
    OBSERVE(limit);
    chan_send(over, GO_UNIT);
}

int main(void)
{
    chan(go_unit) over = chan_make(go_unit, 1);
    go_timer *t = go_after_func(GO_SECOND, expire, over);
#ifdef FIXED
    limit = 3;
    go_timer_reset(t, GO_MILLISECOND);
#else
    go_timer_reset(t, GO_MILLISECOND);
    limit = 3;
#endif
    chan_recv(over);
    go_timer_free(t);
    chan_free(over);
    return 0;
}
