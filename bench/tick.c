// SPDX-License-Identifier: MIT
// A ticker of 1 kHz, with nothing else to do or beside goroutines that never pause. A sample is how long after its moment
// a tick was seen. A tick that was dropped, because an earlier one was seen too late, is as late as the next that comes:
// otherwise one long delay would count once instead of for every tick that it took.
#include "tail.h"

enum { PERIOD = GO_MILLISECOND };

static void tick(int64_t *late, long n)
{
    int64_t due = bench_now() + PERIOD;
    go_ticker *t = go_ticker_new(PERIOD);
    for (long i = 0; i < n;) {
        chan_recv(go_ticker_chan(t));
        int64_t now = bench_now();
        for (; i < n && due <= now; due += PERIOD)
            late[i++] = now - due;
    }
    go_ticker_free(t);
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1), hogs = bench_arg(argc, argv, 2);
    int64_t *late = calloc((size_t)n, sizeof *late);
    bench_start_hogs(hogs);
    tick(late, n / 10);
    tick(late, n);
    bench_report_tail(late, n);
    free(late);
    return 0;
}
