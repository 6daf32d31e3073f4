// SPDX-License-Identifier: MIT
// Goroutines look up the keys of one map of a thousand, all of them there, in an order that differs from one to the
// next: what a cache or a registry does most of the time.
#include "bench.h"

enum { KEYS = 1024 };

static char keys[KEYS][16];
static go_map map;

static void look_up(long n, long first, go_waitgroup *wg)
{
    uintptr_t sum = 0, right = 0;
    for (long i = 0; i < n; i++) {
        long k = (first + i * 7) % KEYS;
        void *v;
        if (go_map_load(&map, keys[k], &v))
            sum += (uintptr_t)v;
        right += (uintptr_t)k;
    }
    bench_check(sum == right, "wrong values");
    go_waitgroup_done(wg);
}

static void read_all(long n, long goroutines)
{
    go_waitgroup wg = {0};
    go_waitgroup_add(&wg, (int)goroutines);
    for (long i = 0; i < goroutines; i++)
        go(look_up, n / goroutines, i * 100, &wg);
    go_waitgroup_wait(&wg);
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1), goroutines = bench_arg(argc, argv, 2);
    for (long i = 0; i < KEYS; i++) {
        snprintf(keys[i], sizeof keys[i], "user-%06ld", i * 37);
        go_map_store(&map, keys[i], (void *)(uintptr_t)i);
    }
    bench_timed(n, read_all, goroutines);
    go_map_free(&map);
    return 0;
}
