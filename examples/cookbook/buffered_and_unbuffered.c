// SPDX-License-Identifier: MIT
// Question: what does the buffer of a channel change?
// Answer:   without one, a send and its receive meet: when the send returns, the value has been taken. With room for n
//           values, n sends go through before anybody receives, and the next one waits.
// Watch:    a buffer evens out bursts. It does not make a slow receiver fast, and a full one blocks all the same.
#include <gofer.h>
#include <stdio.h>

static void take_one(recv_chan(int) in, send_chan(go_unit) done)
{
    printf("received %d\n", chan_recv(in));
    chan_send(done, GO_UNIT);
}

int main(void)
{
    chan(int) buffered = chan_make(int, 2), unbuffered = chan_make(int);
    chan(go_unit) done = chan_make(go_unit);

    chan_send(buffered, 1); // nobody is there to receive, and both go through
    chan_send(buffered, 2);
    printf("buffered: %zu of %zu\n", chan_len(buffered), chan_cap(buffered));
    printf("room for a third: %s\n", chan_try_send(buffered, 3) ? "yes" : "no");

    printf("unbuffered, nobody receives: %s\n", chan_try_send(unbuffered, 7) ? "sent" : "refused");
    go(take_one, unbuffered, done);
    chan_send(unbuffered, 7); // waits for take_one
    chan_recv(done);

    chan_free(buffered);
    chan_free(unbuffered);
    chan_free(done);
    return 0;
}
