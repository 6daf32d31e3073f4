// SPDX-License-Identifier: MIT
// How long a goroutine that never pauses is off its processor each time that it has to let its competitors run: it is
// ready all the while, so a fair scheduler lets each competitor on the same processor have one time slice in between. It
// looks at the clock without end and takes every gap of a millisecond or more for a sample; shorter ones are the kernel's.
#include "tail.h"

static void take_gaps(int64_t *gaps, long n)
{
    int64_t last = bench_now();
    for (long i = 0; i < n;) {
        int64_t now = bench_now();
        if (now - last >= GO_MILLISECOND)
            gaps[i++] = now - last;
        last = now;
    }
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1), hogs = bench_arg(argc, argv, 2);
    int64_t *gaps = calloc((size_t)n, sizeof *gaps);
    bench_start_hogs(hogs);
    take_gaps(gaps, 1);
    take_gaps(gaps, n);
    bench_report_tail(gaps, n);
    free(gaps);
    return 0;
}
