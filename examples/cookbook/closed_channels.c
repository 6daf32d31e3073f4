// SPDX-License-Identifier: MIT
// Question: what happens on a closed channel?
// Answer:   receiving goes on: first what is buffered, then the zero value at once, with ok false. Sending panics, and
//           so does closing again.
// Watch:    close from the sending side, once, when all senders are done. Closing is a message, not a clean-up: a channel
//           that is freed needs no close.
#include <gofer.h>
#include <stdio.h>

int main(void)
{
    chan(int) ch = chan_make(int, 2);
    chan_send(ch, 1);
    chan_close(ch);

    int v = -1;
    bool ok = chan_recv(ch, &v);
    printf("buffered value: %d, ok %d\n", v, ok);
    ok = chan_recv(ch, &v);
    printf("drained:        %d, ok %d\n", v, ok);

    go_try {
        chan_send(ch, 2);
    }
    go_catch(p) {
        printf("send:  %s\n", p->message);
    }
    go_try {
        chan_close(ch);
    }
    go_catch(p) {
        printf("close: %s\n", p->message);
    }
    chan_free(ch);
    return 0;
}
