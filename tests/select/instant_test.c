// SPDX-License-Identifier: MIT
// A select with a default judges all its cases at one instant. Here at every instant one of two channels holds a value,
// but neither does all the time: looks at one after the other would sometimes find both empty.
#include "support/test.h"

static atomic_bool over;

// Puts one in before it takes the other out.
static void move_to_and_fro(chan(int) a, chan(int) b, go_waitgroup *wg)
{
    while (!atomic_load(&over)) {
        chan_send(b, 1);
        chan_recv(a);
        chan_send(a, 1);
        chan_recv(b);
    }
    go_waitgroup_done(wg);
}

static void check_never_idle(chan(int) a, chan(int) b)
{
    go_select {
        case_recv(a) {
            chan_send(a, 1);
        }
        case_recv(b) {
            chan_send(b, 1);
        }
        case_default {
            FAIL("both were empty at no instant");
        }
    }
}

TEST(default_does_not_run_if_some_case_was_ready_at_every_instant)
{
    go_maxprocs(4);
    go_waitgroup wg = {0};
    chan(int) a = chan_make(int, 2), b = chan_make(int, 2);
    chan_send(a, 1);
    go_waitgroup_add(&wg, 1);
    go(move_to_and_fro, a, b, &wg);
    for (size_t i = 0; i < test_rounds(200000); i++)
        check_never_idle(a, b);
    atomic_store(&over, true);
    go_waitgroup_wait(&wg);
    chan_free(a);
    chan_free(b);
}
