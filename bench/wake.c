// SPDX-License-Identifier: MIT
// A goroutine is made ready while its maker goes on computing, so that another processor has to be woken for it. A sample
// is the time from the send to the goroutine's first step. Before each, the maker computes long enough for the other
// processors to have gone to sleep.
#include "tail.h"

#include <stdatomic.h>

enum { REST = 500 * GO_MICROSECOND };

static void receive(recv_chan(int64_t) sent, int64_t *late, atomic_long *taken)
{
    chan_range(at, sent) {
        *late++ = bench_now() - at;
        atomic_fetch_add(taken, 1);
    }
}

static void compute_until(int64_t end)
{
    while (bench_now() < end) {}
}

static void wake(long n, int64_t *late)
{
    chan(int64_t) sent = chan_make(int64_t, 1);
    atomic_long taken = 0;
    go(receive, sent, late, &taken);
    for (long i = 0; i < n; i++) {
        go_yield();
        compute_until(bench_now() + REST);
        chan_send(sent, bench_now());
        while (atomic_load(&taken) == i) {}
    }
    chan_close(sent);
    while (go_num_goroutine() > 1)
        go_yield();
    chan_free(sent);
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1);
    int64_t *late = calloc((size_t)n, sizeof *late);
    wake(n / 10, late);
    wake(n, late);
    bench_report_tail(late, n);
    free(late);
    return 0;
}
