// SPDX-License-Identifier: MIT
// The reason is stored after the cancel that makes the others read it. Fixed: before it.
#include "observe.h"

#include <gofer.h>

static int reason;

static void work(go_context *ctx)
{
    chan_recv(go_context_done(ctx));
    OBSERVE(reason);
}

int main(void)
{
    go_waitgroup wg = {0};
    go_context *ctx = go_context_with_cancel(go_context_background());
    go_waitgroup_go(&wg, work, ctx);
#ifdef FIXED
    reason = 7;
    go_context_cancel(ctx);
#else
    go_context_cancel(ctx);
    reason = 7;
#endif
    go_waitgroup_wait(&wg);
    go_context_free(ctx);
    return 0;
}
