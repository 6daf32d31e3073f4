// SPDX-License-Identifier: MIT
// Two goroutines hand a number back and forth over two unbuffered channels; an operation is a round trip,
// that is, four channel operations and two switches. On several processors it is the test of wake-up
// policy: waking a second thread costs a hundred round trips on one.
#include "bench.h"

static void pong(recv_chan(long) pings, send_chan(long) pongs)
{
    chan_range(v, pings) {
        chan_send(pongs, v);
    }
    chan_close(pongs);
}

static void pingpong(long n)
{
    chan(long) pings = chan_make(long);
    chan(long) pongs = chan_make(long);
    go(pong, pings, pongs);
    for (long i = 0; i < n; i++) {
        chan_send(pings, i);
        chan_recv(pongs);
    }
    chan_close(pings);
    chan_recv(pongs);
    chan_free(pings);
    chan_free(pongs);
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1);
    bench_timed(n, pingpong);
    return 0;
}
