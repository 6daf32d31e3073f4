// SPDX-License-Identifier: MIT
// How late things are: the three points of a distribution that the latency lines report, and the hogs beside which they
// are measured. bench.go has the counterparts.
#ifndef GOFER_BENCH_TAIL_H
#define GOFER_BENCH_TAIL_H

#include "bench.h"

static inline int bench_compare_ns(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

// Sorts n samples, at least one, and reports p50, p99 and p999: of that part of them each is at least as large.
static inline void bench_report_tail(int64_t *samples, long n)
{
    bench_check(n > 0, "no sample");
    qsort(samples, (size_t)n, sizeof(samples[0]), bench_compare_ns);
    bench_report("p50", (double)samples[(n - 1) * 500 / 1000]);
    bench_report("p99", (double)samples[((n - 1) * 990 + 999) / 1000]);
    bench_report("p999", (double)samples[((n - 1) * 999 + 999) / 1000]);
}

static inline void bench_hog(void)
{
    for (volatile long x = 0;; x++) {}
}

// Starts so many hogs for each processor. They run until the program ends.
static inline void bench_start_hogs(long each)
{
    for (long i = each * go_maxprocs(0); i > 0; i--)
        go(bench_hog);
}

#endif
