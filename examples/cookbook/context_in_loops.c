// SPDX-License-Identifier: MIT
// Question: how does a loop notice that it should stop?
// Answer:   one that computes looks at go_context_err now and then; one that waits has case_done(ctx) beside its other
//           cases. Both return the context's error.
// Watch:    cancelling only asks. A loop that does neither goes on for ever, and its goroutine leaks.
#include <gofer.h>
#include <stdio.h>

static int compute(go_context *ctx, long *steps)
{
    for (;; ++*steps)
        if (*steps % 1000 == 0 && go_context_err(ctx)) // cheap, but not for every step
            return go_context_err(ctx);
}

static int serve(go_context *ctx, recv_chan(int) requests, int *served)
{
    for (;;)
        go_select {
            case_recv(requests) {
                ++*served;
            }
            case_done(ctx) {
                return go_context_err(ctx);
            }
        }
}

static void run_compute(go_context *ctx, long *steps, send_chan(int) result)
{
    chan_send(result, compute(ctx, steps));
}

static void run_serve(go_context *ctx, recv_chan(int) requests, int *served, send_chan(int) result)
{
    chan_send(result, serve(ctx, requests, served));
}

int main(void)
{
    long steps = 0;
    int served = 0;
    go_context *ctx = go_context_with_cancel(go_context_background());
    chan(int) requests = chan_make(int), result = chan_make(int);
    go(run_compute, ctx, &steps, result);
    go(run_serve, ctx, requests, &served, result);
    for (int i = 0; i < 3; i++)
        chan_send(requests, i);
    go_context_cancel(ctx);
    printf("%s\n", go_strerror(chan_recv(result)));
    printf("%s\n", go_strerror(chan_recv(result)));
    printf("served %d\n", served);
    chan_free(requests);
    chan_free(result);
    go_context_free(ctx);
    return 0;
}
