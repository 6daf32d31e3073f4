// SPDX-License-Identifier: MIT
// What a goroutine weighs that was started and did not run yet: its record and its bound call, but no
// stack. With one processor the started ones have to wait for this one, which stays below its time slice;
// with more, others would take them and give them stacks.
#include "bench.h"

static void waiter(recv_chan(go_unit) gate, go_waitgroup *wg)
{
    chan_recv(gate);
    go_waitgroup_done(wg);
}

static double queued(long n)
{
    go_waitgroup wg = {0};
    chan(go_unit) gate = chan_make(go_unit);
    double before = bench_resident_bytes();
    for (long i = 0; i < n; i++) {
        go_waitgroup_add(&wg, 1);
        go(waiter, gate, &wg);
    }
    double bytes = (bench_resident_bytes() - before) / (double)n;
    chan_close(gate);
    go_waitgroup_wait(&wg);
    chan_free(gate);
    return bytes;
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1);
    queued(1000);
    bench_report("memory", queued(n));
    return 0;
}
