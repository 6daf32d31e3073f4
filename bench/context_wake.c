// SPDX-License-Identifier: MIT
// A goroutine waits for the end of a context, is woken by its cancel, and says so: from the cancel to the answer.
#include "bench.h"

static void wait_for_each(recv_chan(go_context *) contexts, send_chan(go_unit) answers)
{
    chan_range(ctx, contexts) {
        chan_recv(go_context_done(ctx));
        go_context_free(ctx);
        chan_send(answers, GO_UNIT);
    }
}

static void wake(long n)
{
    chan(go_context *) contexts = chan_make(go_context *);
    chan(go_unit) answers = chan_make(go_unit);
    go(wait_for_each, contexts, answers);
    for (long i = 0; i < n; i++) {
        go_context *ctx = go_context_with_cancel(go_context_background());
        chan_send(contexts, go_context_ref(ctx));
        go_context_cancel(ctx);
        chan_recv(answers);
        go_context_free(ctx);
    }
    chan_close(contexts);
    while (go_num_goroutine() > 1)
        go_yield();
    chan_free(contexts);
    chan_free(answers);
}

int main(int argc, char **argv)
{
    bench_timed(bench_arg(argc, argv, 1), wake);
    return 0;
}
