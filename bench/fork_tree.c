// SPDX-License-Identifier: MIT
// A binary tree of fork and join: each goroutine starts one for either half, waits for both, and adds up what they found;
// an operation is a leaf. Nobody shares anything but with its own children.
#include "bench.h"

static void sum(long from, long to, long *result, go_waitgroup *parent)
{
    if (to - from == 1) {
        *result = from;
    } else {
        long middle = from + (to - from) / 2, left, right;
        go_waitgroup wg = {0};
        go_waitgroup_add(&wg, 2);
        go(sum, from, middle, &left, &wg);
        go(sum, middle, to, &right, &wg);
        go_waitgroup_wait(&wg);
        *result = left + right;
    }
    go_waitgroup_done(parent);
}

static void tree(long n)
{
    long result;
    go_waitgroup wg = {0};
    go_waitgroup_add(&wg, 1);
    go(sum, 0, n, &result, &wg);
    go_waitgroup_wait(&wg);
    bench_check(result == n * (n - 1) / 2, "wrong sum");
}

int main(int argc, char **argv)
{
    bench_timed(bench_arg(argc, argv, 1), tree);
    return 0;
}
