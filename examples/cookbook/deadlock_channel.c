// SPDX-License-Identifier: MIT
// Question: deadlock, the third kind: a send that nobody receives.
// Answer:   an unbuffered send waits for its receiver. If that is the same goroutine, further down, it never comes. The
//           report names the line: "goroutine 1 [chan send]".
// Prevent:  send and receive in different goroutines, or give the channel room for what is sent before the receive.
// expect-status: 2
#include <gofer.h>
#include <stdio.h>

int main(void)
{
    chan(int) answers = chan_make(int); // the fix: chan_make(int, 1)
    printf("sending\n");
    fflush(stdout);
    chan_send(answers, 42);
    printf("%d\n", chan_recv(answers));
    chan_free(answers);
    return 0;
}
