// SPDX-License-Identifier: MIT
// A million goroutines parked on one channel: how long it takes to start them, what memory each holds
// while it waits (page tables counted apart, for they are the kernel's), and how long closing the channel
// takes to let them all go. A parked goroutine holds the pages of its stack that it has touched.
#include "bench.h"

struct figures {
    double start, memory, tables, release;
};

static void waiter(recv_chan(go_unit) gate, go_waitgroup *started, go_waitgroup *ended)
{
    go_waitgroup_done(started);
    chan_recv(gate);
    go_waitgroup_done(ended);
}

static struct figures parked(long n)
{
    struct figures f;
    go_waitgroup started = {0}, ended = {0};
    chan(go_unit) gate = chan_make(go_unit);
    double memory = bench_resident_bytes(), tables = bench_page_table_bytes();

    int64_t start = bench_now();
    for (long i = 0; i < n; i++) {
        go_waitgroup_add(&started, 1);
        go_waitgroup_add(&ended, 1);
        go(waiter, gate, &started, &ended);
    }
    go_waitgroup_wait(&started);
    f.start = bench_per_op(start, n);

    go_sleep(50 * GO_MILLISECOND); // the last ones are still on their way to the channel
    f.memory = (bench_resident_bytes() - memory) / (double)n;
    f.tables = (bench_page_table_bytes() - tables) / (double)n;

    start = bench_now();
    chan_close(gate);
    go_waitgroup_wait(&ended);
    f.release = bench_per_op(start, n);
    chan_free(gate);
    return f;
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1);
    parked(1000);
    struct figures f = parked(n);
    bench_report("start", f.start);
    bench_report("memory", f.memory);
    bench_report("tables", f.tables);
    bench_report("release", f.release);
    return 0;
}
