// SPDX-License-Identifier: MIT
// Goroutines take a block from a pool and put it back: one at a time, as a request does with its buffer, and then, every
// sixteenth time, a burst of ten.
#include "bench.h"

enum { BLOCK = 256, BURST = 10 };

static go_pool blocks = GO_POOL(.size = BLOCK);

static void burst(void)
{
    char *held[BURST];
    for (int i = 0; i < BURST; i++)
        held[i] = go_pool_get(&blocks);
    for (int i = 0; i < BURST; i++) {
        held[i][0]++;
        go_pool_put(&blocks, held[i]);
    }
}

static void use(long n, go_waitgroup *wg)
{
    for (long i = 0; i < n; i += 16 + BURST) {
        for (int k = 0; k < 16; k++) {
            char *block = go_pool_get(&blocks);
            block[0]++;
            go_pool_put(&blocks, block);
        }
        burst();
    }
    go_waitgroup_done(wg);
}

static void use_all(long n, long goroutines)
{
    bench_share(goroutines, use, n / goroutines);
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1), goroutines = bench_arg(argc, argv, 2);
    bench_timed(n, use_all, goroutines);
    go_pool_drain(&blocks);
    return 0;
}
