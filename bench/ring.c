// SPDX-License-Identifier: MIT
// A token travels round a ring of 503 goroutines joined by unbuffered channels; an operation is a hop.
// Only one goroutine can run at any time, so more processors can only do harm; the stacks visited in turn
// outgrow the first-level cache.
#include "bench.h"

static void node(recv_chan(long) in, send_chan(long) out, send_chan(go_unit) arrived,
                 go_waitgroup *wg)
{
    chan_range(hops, in) {
        if (hops == 0)
            chan_send(arrived, GO_UNIT);
        else
            chan_send(out, hops - 1);
    }
    go_waitgroup_done(wg);
}

static void ring(long n, long size)
{
    chan(long) *links = calloc((size_t)size, sizeof(*links));
    bench_check(links, "out of memory");
    for (long i = 0; i < size; i++)
        links[i] = chan_make(long);
    chan(go_unit) arrived = chan_make(go_unit);
    go_waitgroup wg = {0};
    for (long i = 0; i < size; i++) {
        go_waitgroup_add(&wg, 1);
        go(node, links[i], links[(i + 1) % size], arrived, &wg);
    }
    chan_send(links[0], n);
    chan_recv(arrived);
    for (long i = 0; i < size; i++)
        chan_close(links[i]);
    go_waitgroup_wait(&wg);
    for (long i = 0; i < size; i++)
        chan_free(links[i]);
    chan_free(arrived);
    free(links);
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1), size = bench_arg(argc, argv, 2);
    bench_timed(n, ring, size);
    return 0;
}
