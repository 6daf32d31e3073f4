// SPDX-License-Identifier: MIT
// Question: how do goroutines hand values to each other, and how do I say who may do what with a channel?
// Answer:   chan_make(T) makes a channel of T. A function that only sends takes a send_chan(T), one that only receives
//           a recv_chan(T); a chan(T) converts to both, and the wrong operation does not compile.
// Watch:    channels are reference counted by hand: who made one frees it, once nobody uses it any more.
#include <gofer.h>
#include <stdio.h>

struct point {
    int x, y;
};

static void produce(send_chan(struct point) out)
{
    for (int i = 0; i < 3; i++)
        chan_send(out, (struct point){i, i * i});
    chan_close(out);
    // chan_recv(out) would not compile: "cannot receive from a send-only channel"
}

static void consume(recv_chan(struct point) in)
{
    struct point p;
    while (chan_recv(in, &p)) // false once it is closed and empty
        printf("(%d, %d)\n", p.x, p.y);
}

int main(void)
{
    chan(struct point) points = chan_make(struct point);
    go(produce, points);
    consume(points);
    chan_free(points);
    return 0;
}
