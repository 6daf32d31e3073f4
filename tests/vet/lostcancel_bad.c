// SPDX-License-Identifier: MIT
// Contexts that are lost before they are freed: nobody can cancel them any more, and what waits for them leaks, timers
// included. As in grpc and kubernetes, where a cancel function was overwritten or forgotten on an error path.
#include <gofer.h>

static int work(go_context *ctx)
{
    return go_context_err(ctx);
}

static int never_freed(go_context *parent)
{
    go_context *ctx = go_context_with_timeout(parent, GO_SECOND); // expect: with_timeout is
    return work(ctx);
}

static int lost_on_error(go_context *parent)
{
    go_context *ctx = go_context_with_cancel(parent); // expect: is lost on the way out in line
    int err = work(ctx);
    if (err)
        return err;
    err = work(parent);
    go_context_free(ctx);
    return err;
}

static void dropped(go_context *parent)
{
    go_context_with_cancel(parent); // expect: is dropped
}

static void overwritten(go_context *parent)
{
    go_context *ctx = go_context_with_cancel(parent); // expect: is overwritten in line 36
    ctx = go_context_with_timeout(ctx, GO_SECOND);
    work(ctx);
    go_context_free(ctx);
}

static void cancelled_only(go_context *parent)
{
    go_context *ctx = go_context_with_cancel(parent); // expect: is cancelled but not freed
    work(ctx);
    go_context_cancel(ctx);
}

static void value(go_context *parent)
{
    static const int key;
    go_context *ctx = go_context_with_value(parent, &key, "v"); // expect: with_value is lost
    work(ctx);
}

static int nested(go_context *up)
{
    go_context *ctx =
        go_context_with_cancel(go_context_with_value(up, "", "")); // expect: is dropped
    defer(go_context_free, ctx);
    return work(ctx);
}

static void each_round(go_context *parent)
{
    for (int i = 0; i < 3; i++) {
        go_context *ctx = go_context_with_timeout(parent, GO_SECOND); // expect: is lost
        work(ctx);
    }
}

static void ticking(void)
{
    go_ticker *t = go_ticker_new(GO_SECOND); // expect: the ticker of go_ticker_new is lost
    chan_recv(go_ticker_chan(t));
    go_ticker_stop(t);
}

static void on_signal(void)
{
    go_context *ctx = go_signal_context(go_context_background(), 2); // expect: context is lost
    chan_recv(go_context_done(ctx));
}

static int tested_only(go_context *parent)
{
    go_context *ctx = go_context_with_cancel(parent); // expect: is lost on the way out
    if (!ctx)
        return -1;
    return work(ctx);
}

static void wait_for(go_context *ctx)
{
    chan_recv(go_context_done(ctx));
}

static void lent_to_a_goroutine(go_context *parent)
{
    go(wait_for, go_context_with_cancel(parent)); // expect: is dropped
}

static void rounds_that_go_on(go_context *parent)
{
    for (int i = 0; i < 3; i++) {
        go_context *ctx = go_context_with_cancel(parent); // expect: is lost on the way out
        if (work(ctx))
            continue;
        go_context_free(ctx);
    }
}

static int lost_in_select(go_context *parent, recv_chan(int) c)
{
    int v = 0;
    go_context *ctx = go_context_with_timeout(parent, GO_SECOND); // expect: is lost on the way
    go_select {
        case_recv(c, &v) {
            return v;
        }
        case_done(ctx) {
            v = -1;
        }
    }
    go_context_free(ctx);
    return v;
}

static int made_by_choice(go_context *up, bool soon)
{
    go_context *ctx = soon ? go_context_with_timeout(up, GO_SECOND) // expect: is lost on the way
                           : go_context_with_cancel(up);            // expect: is lost on the way
    return work(ctx);
}

int main(void)
{
    go_context *root = go_context_background();
    never_freed(root);
    lost_on_error(root);
    dropped(root);
    overwritten(root);
    cancelled_only(root);
    value(root);
    nested(root);
    each_round(root);
    ticking();
    on_signal();
    lost_in_select(root, NULL);
    tested_only(root);
    lent_to_a_goroutine(root);
    rounds_that_go_on(root);
    made_by_choice(go_context_background(), true);
    return 0;
}
