// SPDX-License-Identifier: MIT
// Goroutines use one cache that has room for half of their keys: each looks a key up, and puts it in if it is not there.
#include "bench.h"

#include <gofer/x/lru.h>

enum { KEYS = 2048 };

static char keys[KEYS][16];
static go_lru *cache;

static void use(long n, uint32_t seed, go_waitgroup *wg)
{
    for (long i = 0; i < n; i++) {
        seed = seed * 1664525 + 1013904223;
        char *key = keys[(seed >> 8) % KEYS];
        void *v = key;
        if (!go_lru_get(cache, key, &v))
            go_lru_put(cache, key, key);
        bench_check(v == key, "wrong value");
    }
    go_waitgroup_done(wg);
}

static void use_all(long n, long goroutines)
{
    go_waitgroup wg = {0};
    go_waitgroup_add(&wg, (int)goroutines);
    for (long i = 0; i < goroutines; i++)
        go(use, n / goroutines, (uint32_t)i, &wg);
    go_waitgroup_wait(&wg);
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1), goroutines = bench_arg(argc, argv, 2);
    for (long i = 0; i < KEYS; i++)
        snprintf(keys[i], sizeof keys[i], "page-%06ld", i * 37);
    cache = go_lru_new(KEYS / 2, NULL);
    bench_timed(n, use_all, goroutines);
    go_lru_free(cache);
    return 0;
}
