// SPDX-License-Identifier: MIT
// Question: how do I tell any number of goroutines to stop?
// Answer:   close a channel that nobody sends on: every receive from it goes through from then on, in every goroutine.
// Watch:    sending would reach one of them only. A context is such a channel with a reason, a deadline and children.
#include <gofer.h>
#include <stdatomic.h>
#include <stdio.h>

static void work(recv_chan(go_unit) done, atomic_long *rounds)
{
    for (;;)
        go_select {
            case_recv(done) {
                return;
            }
            case_default {
                atomic_fetch_add(rounds, 1);
                go_yield();
            }
        }
}

int main(void)
{
    atomic_long rounds = 0;
    chan(go_unit) done = chan_make(go_unit);
    go_waitgroup wg = {0};
    for (int i = 0; i < 5; i++)
        go_waitgroup_go(&wg, work, done, &rounds);
    while (atomic_load(&rounds) < 100)
        go_yield();
    chan_close(done);
    go_waitgroup_wait(&wg);
    printf("all five have stopped\n");
    chan_free(done);
    return 0;
}
