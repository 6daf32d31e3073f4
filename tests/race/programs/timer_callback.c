// SPDX-License-Identifier: MIT
// A timer's function runs in a goroutine of its own, beside the one that set it, and both count. Fixed: an atomic.
#include <gofer.h>

#ifdef FIXED
static _Atomic(int) ticks;
#else
static int ticks;
#endif

static void tick(chan(go_unit) over)
{
    ticks++;
    chan_send(over, GO_UNIT);
}

int main(void)
{
    chan(go_unit) over = chan_make(go_unit, 1);
    go_timer *t = go_after_func(GO_MILLISECOND, tick, over);
    ticks++;
    chan_recv(over);
    go_timer_free(t);
    chan_free(over);
    return 0;
}
