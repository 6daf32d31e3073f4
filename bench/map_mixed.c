// SPDX-License-Identifier: MIT
// Goroutines work on one map: of a hundred operations ninety look a key up, six store, two delete, and two load or store.
// Half of the keys are there at any time.
#include "bench.h"

enum { KEYS = 1024 };

static char keys[KEYS][16];
static go_map map;

static void one_operation(long i, uint32_t r)
{
    const char *key = keys[r % KEYS];
    void *v = keys[r % KEYS];
    switch (i % 50) {
    case 0:
    case 16:
    case 32:
        go_map_store(&map, key, v);
        break;
    case 8:
        go_map_delete(&map, key);
        break;
    case 24:
        v = go_map_load_or_store(&map, key, v, NULL);
        break;
    default:
        go_map_load(&map, key, &v);
    }
    bench_check(v == keys[r % KEYS], "wrong value");
}

static void work(long n, uint32_t seed, go_waitgroup *wg)
{
    for (long i = 0; i < n; i++) {
        seed = seed * 1664525 + 1013904223;
        one_operation(i, seed >> 8);
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
    for (long i = 0; i < KEYS; i++) {
        snprintf(keys[i], sizeof keys[i], "user-%06ld", i * 37);
        if (i % 2)
            go_map_store(&map, keys[i], keys[i]);
    }
    bench_timed(n, work_all, goroutines);
    go_map_free(&map);
    return 0;
}
