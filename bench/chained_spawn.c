// SPDX-License-Identifier: MIT
// Tokio's chained_spawn: each goroutine starts the next one and ends, the last one says so; an operation is a goroutine.
// There is never more than one to run, so that its memory is always warm, and nothing to steal.
#include "bench.h"

static void next(send_chan(go_unit) done, long left)
{
    if (left > 1)
        go(next, done, left - 1);
    else
        chan_send(done, GO_UNIT);
}

static void chain(long n)
{
    chan(go_unit) done = chan_make(go_unit);
    go(next, done, n);
    chan_recv(done);
    chan_free(done);
}

int main(int argc, char **argv)
{
    bench_timed(bench_arg(argc, argv, 1), chain);
    return 0;
}
