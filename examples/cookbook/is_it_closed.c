// SPDX-License-Identifier: MIT
// Question: how do I ask whether a channel is closed?
// Answer:   by receiving: the second form of chan_recv, or chan_try_recv, which does not wait. There is no question
//           without a receive, for its answer would be old before it could be used.
// Watch:    never ask in order to send. Let one goroutine own the sending and the close, or tell senders to stop by
//           another channel.
#include <gofer.h>
#include <stdio.h>

static const char *state_of(recv_chan(int) ch)
{
    int v;
    switch (chan_try_recv(ch, &v)) {
    case GO_OK:
        return "open, and a value was there";
    case GO_CLOSED:
        return "closed and drained";
    default:
        return "open, nothing there";
    }
}

int main(void)
{
    chan(int) ch = chan_make(int, 1);
    printf("%s\n", state_of(ch));
    chan_send(ch, 5);
    printf("%s\n", state_of(ch));
    chan_close(ch);
    printf("%s\n", state_of(ch));
    chan_free(ch);
    return 0;
}
