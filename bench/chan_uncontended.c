// SPDX-License-Identifier: MIT
// One goroutine fills a buffered channel and empties it again; an operation is a send and a receive.
// Nobody ever waits: this is the fast path of both, two locks and two copies.
#include "bench.h"

static void uncontended(long n, long capacity)
{
    chan(long) ch = chan_make(long, capacity);
    for (long i = 0; i < n; i += capacity) {
        for (long j = 0; j < capacity; j++)
            chan_send(ch, j);
        for (long j = 0; j < capacity; j++)
            bench_check(chan_recv(ch) == j, "wrong order");
    }
    chan_free(ch);
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1), capacity = bench_arg(argc, argv, 2);
    bench_timed(n, uncontended, capacity);
    return 0;
}
