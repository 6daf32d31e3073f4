// SPDX-License-Identifier: MIT
// Two goroutines each close the channel that says "stop" unless it is closed already, which they ask by a look: one
// of the two may panic. Fixed: go_once closes.
#include <gofer.h>

static chan(go_unit) stop;
static go_once once;

static void close_it(void)
{
    chan_close(stop);
}

static void shut_down(void)
{
#ifdef FIXED
    go_once_do(&once, close_it);
#else
    go_try {
        close_it();
    }
    go_catch(p) {
        (void)p;
    }
#endif
}

int main(void)
{
    go_waitgroup wg = {0};
    stop = chan_make(go_unit);
    (void)&once;
    go_waitgroup_go(&wg, shut_down);
    go_waitgroup_go(&wg, shut_down);
    go_waitgroup_wait(&wg);
    chan_free(stop);
    return 0;
}
