// SPDX-License-Identifier: MIT
// One goroutine panics and catches it; another takes the catch for a sign, by an unordered flag, that the first one's
// writes are there. A panic orders nothing. Fixed: a channel.
#include "observe.h"

#include <gofer.h>

static int progress;

static void fail(chan(go_unit) failed)
{
    go_try {
        progress = 1;
        go_panic("no");
    }
    go_catch(p) {
        (void)p;
        progress = 2;
    }
    chan_send(failed, GO_UNIT);
}

int main(void)
{
    chan(go_unit) failed = chan_make(go_unit, 1);
    go(fail, failed);
#ifdef FIXED
    chan_recv(failed);
    OBSERVE(progress);
#else
    go_try {
        go_sleep(10 * GO_MILLISECOND);
        go_panic("%d", progress);
    }
    go_catch(p) {
        OBSERVE(p);
    }
    chan_recv(failed);
#endif
    chan_free(failed);
    return 0;
}
