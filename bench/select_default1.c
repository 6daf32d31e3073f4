// SPDX-License-Identifier: MIT
// A select with one case, whose channel is never ready, and a default: the polling of a stop channel in
// a busy loop. Go compiles it to one call that looks at the channel without its lock.
#include "bench.h"

static void select_default1(long n)
{
    chan(long) ch = chan_make(long);
    long misses = 0;
    for (long i = 0; i < n; i++) {
        go_select {
            case_recv(ch) {
                bench_fail("a value from nowhere");
            }
            case_default {
                misses++;
            }
        }
    }
    bench_check(misses == n, "wrong count");
    chan_free(ch);
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1);
    bench_timed(n, select_default1);
    return 0;
}
