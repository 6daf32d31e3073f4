// SPDX-License-Identifier: MIT
// Tokio's ping_pong: goroutines that each start one more and have a word with it through two channels made for the purpose
// (tokio's oneshots); an operation is such a pair. What is measured is the making and ending of goroutines and channels,
// as a server does for each request; pingpong has the same two for all its rounds.
#include "bench.h"

static void answer(recv_chan(go_unit) ping, send_chan(go_unit) pong)
{
    chan_recv(ping);
    chan_send(pong, GO_UNIT);
}

static void ask(go_waitgroup *wg)
{
    chan(go_unit) ping = chan_make(go_unit, 1), pong = chan_make(go_unit, 1);
    go(answer, ping, pong);
    chan_send(ping, GO_UNIT);
    chan_recv(pong);
    chan_free(ping);
    chan_free(pong);
    go_waitgroup_done(wg);
}

static void ask_all(long n, long at_once)
{
    for (long left = n; left > 0; left -= at_once) {
        go_waitgroup wg = {0};
        for (long i = 0; i < at_once && i < left; i++) {
            go_waitgroup_add(&wg, 1);
            go(ask, &wg);
        }
        go_waitgroup_wait(&wg);
    }
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1), at_once = bench_arg(argc, argv, 2);
    bench_timed(n, ask_all, at_once);
    return 0;
}
