// SPDX-License-Identifier: MIT
// The consumer closes the channel when it has had enough, while a producer may be about to send: a panic if that
// comes second. The unordered pair is the race. Fixed: the producer closes.
#include <gofer.h>

static void produce(chan(int) c, go_waitgroup *wg)
{
    chan_send(c, 1);
#ifdef FIXED
    chan_close(c);
#endif
    go_waitgroup_done(wg);
}

int main(void)
{
    go_waitgroup wg = {0};
    chan(int) c = chan_make(int, 1);
    go_waitgroup_add(&wg, 1);
    go(produce, c, &wg);
    go_sleep(5 * GO_MILLISECOND);
#ifndef FIXED
    chan_close(c);
#endif
    go_waitgroup_wait(&wg);
    chan_free(c);
    return 0;
}
