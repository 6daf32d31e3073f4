// SPDX-License-Identifier: MIT
// Goroutines push onto one lock-free stack and pop from it, three deep. One operation is a push and a pop.
#include "bench.h"

#include <gofer/x/lfstack.h>

enum { DEPTH = 3 };

static go_lfstack stack;

static void push_and_pop(long n, go_waitgroup *wg)
{
    void *v;
    for (long i = 0; i < n; i += DEPTH) {
        for (long k = 0; k < DEPTH; k++)
            go_lfstack_push(&stack, (void *)(i + k));
        for (long k = 0; k < DEPTH; k++)
            bench_check(go_lfstack_pop(&stack, &v), "a value is missing");
    }
    go_waitgroup_done(wg);
}

static void push_all(long n, long goroutines)
{
    bench_share(goroutines, push_and_pop, n / goroutines);
    bench_check(!go_lfstack_pop(&stack, NULL), "a value is left");
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1), goroutines = bench_arg(argc, argv, 2);
    bench_timed(n, push_all, goroutines);
    return 0;
}
