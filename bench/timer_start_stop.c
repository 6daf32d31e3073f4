// SPDX-License-Identifier: MIT
// A timer is set and stopped again before it fires, as a time-out of an operation that succeeds is.
#include "bench.h"

static void set_and_stop(long n)
{
    go_timer *t = go_timer_new(GO_HOUR);
    for (long i = 0; i < n; i++) {
        go_timer_reset(t, GO_HOUR);
        bench_check(go_timer_stop(t), "a timer of an hour has fired");
    }
    go_timer_free(t);
}

int main(int argc, char **argv)
{
    bench_timed(bench_arg(argc, argv, 1), set_and_stop);
    return 0;
}
