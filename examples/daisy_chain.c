// SPDX-License-Identifier: MIT
// A hundred thousand goroutines in a row, each waiting for its right neighbour to whisper a number
// and passing on one more. None of them holds a thread while it waits, and a stack costs the pages
// that it has touched, so a row this long is an everyday thing.
// no-tsan: too many goroutines at once
// no-race: too many goroutines at once
#include <gofer.h>
#include <stdio.h>

static void whisper(send_chan(int) left, recv_chan(int) right)
{
    chan_send(left, 1 + chan_recv(right));
    chan_free(right); // nobody else knows it any more
}

int main(void)
{
    enum { LENGTH = 100000 };
    chan(int) leftmost = chan_make(int), left = leftmost;
    for (int i = 0; i < LENGTH; i++) {
        chan(int) right = chan_make(int);
        go(whisper, left, right);
        left = right;
    }
    chan_send(left, 0);
    printf("%d\n", chan_recv(leftmost));
    chan_free(leftmost);
    return 0;
}
