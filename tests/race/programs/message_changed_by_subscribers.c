// SPDX-License-Identifier: MIT
// A message that is published by pointer reaches all subscribers, and one of them normalises it in place. Fixed: each
// works on a copy.
#include "observe.h"

#include <gofer.h>

struct message {
    int value;
};

static void subscriber(recv_chan(struct message *) in)
{
    struct message *m = chan_recv(in);
#ifdef FIXED
    struct message own = *m;
    m = &own;
#endif
    m->value += 1;
    OBSERVE(m->value);
}

int main(void)
{
    go_waitgroup wg = {0};
    struct message m = {1};
    chan(struct message *) c[2];
    for (int i = 0; i < 2; i++) {
        c[i] = chan_make(struct message *, 1);
        go_waitgroup_go(&wg, subscriber, c[i]);
    }
    for (int i = 0; i < 2; i++)
        chan_send(c[i], &m);
    go_waitgroup_wait(&wg);
    for (int i = 0; i < 2; i++)
        chan_free(c[i]);
    return 0;
}
