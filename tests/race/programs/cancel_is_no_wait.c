// SPDX-License-Identifier: MIT
// After the cancel the worker's buffer is used again: a cancel tells the worker to end, not that it has ended. Fixed:
// the worker is waited for.
#include "observe.h"

#include <gofer.h>

static int buffer[4];

static void work(go_context *ctx)
{
    while (!go_context_err(ctx)) {
        buffer[0]++;
        go_yield();
    }
    go_sleep(5 * GO_MILLISECOND);
    buffer[1]++;
}

int main(void)
{
    go_waitgroup wg = {0};
    go_context *ctx = go_context_with_cancel(go_context_background());
    go_waitgroup_go(&wg, work, ctx);
    go_sleep(GO_MILLISECOND);
    go_context_cancel(ctx);
#ifdef FIXED
    go_waitgroup_wait(&wg);
#endif
    buffer[0] = buffer[1] = 0;
    go_waitgroup_wait(&wg);
    OBSERVE(buffer[1]);
    go_context_free(ctx);
    return 0;
}
