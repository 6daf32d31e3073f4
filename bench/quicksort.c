// SPDX-License-Identifier: MIT
// Quicksort whose left part is sorted by a goroutine of its own while the right one goes on, down to parts too small to
// share; an operation is a number sorted. Forks of very unequal sizes, and mostly payload.
#include "bench.h"

enum { SMALL = 64 };

static void insertion_sort(uint32_t *a, long n)
{
    for (long i = 1; i < n; i++) {
        uint32_t v = a[i];
        long k = i;
        for (; k > 0 && a[k - 1] > v; k--)
            a[k] = a[k - 1];
        a[k] = v;
    }
}

// Hoare's: everything in [0, the result] is at most what lies behind.
static long partition(uint32_t *a, long n)
{
    uint32_t pivot = a[(n - 1) / 2];
    for (long i = -1, k = n;;) {
        while (a[++i] < pivot) {}
        while (a[--k] > pivot) {}
        if (i >= k)
            return k;
        uint32_t v = a[i];
        a[i] = a[k];
        a[k] = v;
    }
}

static void sort(uint32_t *a, long n, go_waitgroup *wg)
{
    while (n > SMALL) {
        long left = partition(a, n) + 1;
        go_waitgroup_add(wg, 1);
        go(sort, a, left, wg);
        a += left;
        n -= left;
    }
    insertion_sort(a, n);
    go_waitgroup_done(wg);
}

static void sort_numbers(long n)
{
    uint32_t *a = malloc((size_t)n * sizeof *a), seed = 1;
    for (long i = 0; i < n; i++)
        a[i] = seed = seed * 1664525 + 1013904223;
    go_waitgroup wg = {0};
    go_waitgroup_add(&wg, 1);
    sort(a, n, &wg);
    go_waitgroup_wait(&wg);
    for (long i = 1; i < n; i++)
        bench_check(a[i - 1] <= a[i], "not sorted");
    free(a);
}

int main(int argc, char **argv)
{
    bench_timed(bench_arg(argc, argv, 1), sort_numbers);
    return 0;
}
