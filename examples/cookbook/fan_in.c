// SPDX-License-Identifier: MIT
// Question: how do I read from many channels as if they were one?
// Answer:   one goroutine an input forwards to a common output, and the last to end closes it. GO_MERGE is that, with a
//           context.
// Watch:    nobody but the last may close the output: whoever waits for all inputs does.
#include <gofer.h>
#include <stdio.h>

static void count_from(int first, int n, send_chan(int) out)
{
    for (int i = 0; i < n; i++)
        chan_send(out, first + i);
    chan_close(out);
}

static void forward(recv_chan(int) in, send_chan(int) out)
{
    chan_range(v, in) {
        chan_send(out, v);
    }
}

static void close_after(go_waitgroup *wg, send_chan(int) out)
{
    go_waitgroup_wait(wg);
    chan_close(out);
}

static int sum_of(recv_chan(int) in)
{
    int sum = 0;
    chan_range(v, in) {
        sum += v;
    }
    return sum;
}

int main(void)
{
    enum { N = 3 };
    chan(int) inputs[N], merged = chan_make(int);
    go_waitgroup wg = {0};
    for (int i = 0; i < N; i++) {
        inputs[i] = chan_make(int);
        go(count_from, 100 * i, 10, inputs[i]);
        go_waitgroup_go(&wg, forward, inputs[i], merged);
    }
    go(close_after, &wg, merged);
    printf("by hand:  %d\n", sum_of(merged));
    chan_free(merged);
    for (int i = 0; i < N; i++)
        chan_free(inputs[i]);

    merged = chan_make(int);
    for (int i = 0; i < N; i++) {
        inputs[i] = chan_make(int);
        go(count_from, 100 * i, 10, inputs[i]);
    }
    GO_MERGE(NULL, merged, inputs, N);
    printf("GO_MERGE: %d\n", sum_of(merged));
    chan_free(merged);
    for (int i = 0; i < N; i++)
        chan_free(inputs[i]);
    return 0;
}
