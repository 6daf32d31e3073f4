// SPDX-License-Identifier: MIT
// Question: how do I build a pipeline that stops cleanly, at its end or in the middle?
// Answer:   stages from channel to channel, each closing its output when its input ends or the context does. GO_STAGE,
//           GO_FILTER and their kin are such stages.
// Watch:    whoever stops reading early cancels the context, or every stage before it waits for ever.
#include <gofer.h>
#include <stdio.h>

static void count(go_context *ctx, send_chan(long) out)
{
    for (long n = 1, live = 1; live; n++)
        go_select {
            case_send(out, n) {}
            case_done(ctx) {
                live = 0;
            }
        }
    chan_close(out);
    chan_free(out); // its own reference
}

static long square(long n)
{
    return n * n;
}

static bool is_odd(long n)
{
    return n % 2 != 0;
}

int main(void)
{
    go_context *ctx = go_context_with_cancel(go_context_background());
    chan(long) numbers = chan_make(long), squares = chan_make(long), odd = chan_make(long);
    go(count, ctx, chan_ref(numbers)); // it never ends by itself
    GO_STAGE(ctx, numbers, squares, square);
    GO_FILTER(ctx, squares, odd, is_odd);

    for (int i = 0; i < 5; i++)
        printf("%ld\n", chan_recv(odd));

    go_context_cancel(ctx); // enough
    while (chan_recv(odd, NULL)) {}
    while (go_num_goroutine() > 1)
        go_yield();
    printf("nobody is left\n");
    chan_free(numbers);
    chan_free(squares);
    chan_free(odd);
    go_context_free(ctx);
    return 0;
}
