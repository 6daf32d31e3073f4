// SPDX-License-Identifier: MIT
// The count goes up from zero while another goroutine already waits on it: the wait may miss the work, and the
// documentation forbids it. The pair is a race itself. Fixed: the add comes before the waiter.
#include <gofer.h>

static void wait_for(go_waitgroup *wg, chan(go_unit) over)
{
    go_waitgroup_wait(wg);
    chan_send(over, GO_UNIT);
}

int main(void)
{
    static go_waitgroup wg;
    chan(go_unit) over = chan_make(go_unit, 1);
#ifdef FIXED
    go_waitgroup_add(&wg, 1);
    go(wait_for, &wg, over);
#else
    go(wait_for, &wg, over);
    go_waitgroup_add(&wg, 1);
#endif
    go_sleep(10 * GO_MILLISECOND);
    go_waitgroup_done(&wg);
    chan_recv(over);
    chan_free(over);
    return 0;
}
