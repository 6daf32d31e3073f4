// SPDX-License-Identifier: MIT
// A stage sends a pointer to its buffer downstream and fills the same buffer for the next message. Fixed: a buffer
// for each message.
#include "observe.h"

#include <gofer.h>

static void consume(recv_chan(int *) in, go_waitgroup *wg)
{
    chan_range(p, in) {
        OBSERVE(*p);
    }
    go_waitgroup_done(wg);
}

int main(void)
{
    go_waitgroup wg = {0};
    chan(int *) c = chan_make(int *, 2);
    int buffers[3];
    go_waitgroup_add(&wg, 1);
    go(consume, c, &wg);
    for (int i = 0; i < 3; i++) {
#ifdef FIXED
        int *b = &buffers[i];
#else
        int *b = &buffers[0];
#endif
        *b = i;
        chan_send(c, b);
    }
    chan_close(c);
    go_waitgroup_wait(&wg);
    chan_free(c);
    return 0;
}
