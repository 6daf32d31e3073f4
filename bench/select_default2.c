// SPDX-License-Identifier: MIT
// A select with two cases, neither ever ready, and a default: the general select without parking, that
// is, drawing an order, locking what it has to look at, and leaving again.
#include "bench.h"

static void select_default2(long n)
{
    chan(long) a = chan_make(long);
    chan(long) b = chan_make(long);
    long misses = 0;
    for (long i = 0; i < n; i++) {
        go_select {
            case_recv(a) {
                bench_fail("a value from nowhere");
            }
            case_recv(b) {
                bench_fail("a value from nowhere");
            }
            case_default {
                misses++;
            }
        }
    }
    bench_check(misses == n, "wrong count");
    chan_free(a);
    chan_free(b);
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1);
    bench_timed(n, select_default2);
    return 0;
}
