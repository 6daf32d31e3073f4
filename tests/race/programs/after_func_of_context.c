// SPDX-License-Identifier: MIT
// A context's after-function closes over state that its owner still uses after the cancel: it runs in a goroutine of
// its own. Fixed: the owner waits for it.
#include "observe.h"

#include <gofer.h>

static int state;

static void clean_up(chan(go_unit) over)
{
    state = 0;
    chan_close(over);
}

int main(void)
{
    chan(go_unit) over = chan_make(go_unit);
    go_context *ctx = go_context_with_cancel(go_context_background());
    go_after_stop *h = go_context_after_func(ctx, clean_up, over);
    state = 1;
    go_context_cancel(ctx);
#ifdef FIXED
    chan_recv(over);
    state = 2;
#else
    state = 2;
    chan_recv(over);
#endif
    OBSERVE(state);
    go_after_stop_free(h);
    go_context_free(ctx);
    chan_free(over);
    return 0;
}
