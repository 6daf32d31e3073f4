// SPDX-License-Identifier: MIT
// Goroutines work on one sharded map: of ten operations eight look a key up, one stores and one deletes.
#include "bench.h"

#include <gofer/x/shardmap.h>

enum { KEYS = 1024 };

static char keys[KEYS][16];
static go_shardmap *map;

static void work(long n, uint32_t seed, go_waitgroup *wg)
{
    for (long i = 0; i < n; i++) {
        seed = seed * 1664525 + 1013904223;
        char *key = keys[(seed >> 8) % KEYS];
        void *v = key;
        if (i % 10 == 0)
            go_shardmap_store(map, key, key);
        else if (i % 10 == 5)
            go_shardmap_delete(map, key);
        else
            go_shardmap_load(map, key, &v);
        bench_check(v == key, "wrong value");
    }
    go_waitgroup_done(wg);
}

static void work_all(long n, long goroutines)
{
    go_waitgroup wg = {0};
    go_waitgroup_add(&wg, (int)goroutines);
    for (long i = 0; i < goroutines; i++)
        go(work, n / goroutines, (uint32_t)i, &wg);
    go_waitgroup_wait(&wg);
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1), goroutines = bench_arg(argc, argv, 2);
    map = go_shardmap_new(0);
    for (long i = 0; i < KEYS; i++) {
        snprintf(keys[i], sizeof keys[i], "item-%06ld", i * 37);
        if (i % 2)
            go_shardmap_store(map, keys[i], keys[i]);
    }
    bench_timed(n, work_all, goroutines);
    go_shardmap_free(map);
    return 0;
}
