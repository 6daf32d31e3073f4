// SPDX-License-Identifier: MIT
// Goroutines ask for the same few things again and again. A run yields once, so that others come while it is under way and
// join it.
#include "bench.h"

#include <gofer/x/singleflight.h>

enum { KEYS = 4 };

static go_singleflight group;
static int answers[KEYS];

static int answer(void **result, long key)
{
    go_yield();
    *result = &answers[key];
    return 0;
}

static void ask(long n, go_waitgroup *wg)
{
    static const char *const keys[KEYS] = {"one", "two", "three", "four"};
    for (long i = 0; i < n; i++) {
        void *v = NULL;
        long key = i % KEYS;
        int err = go_singleflight_do(&group, keys[key], &v, NULL, answer, key);
        bench_check(!err && v == &answers[key], "wrong answer");
    }
    go_waitgroup_done(wg);
}

static void ask_all(long n, long goroutines)
{
    bench_share(goroutines, ask, n / goroutines);
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1), goroutines = bench_arg(argc, argv, 2);
    bench_timed(n, ask_all, goroutines);
    go_singleflight_free(&group);
    return 0;
}
