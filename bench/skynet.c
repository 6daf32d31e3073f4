// SPDX-License-Identifier: MIT
// A tree of goroutines, ten children each, whose million leaves send their numbers up to be summed; an
// operation is a leaf. Spawn, park and exit with a channel a family, and with several processors the
// stealing of whole branches.
#include "bench.h"

static void node(send_chan(long) parent, long number, long size)
{
    if (size == 1) {
        chan_send(parent, number);
        return;
    }
    chan(long) children = chan_make(long);
    for (long i = 0; i < 10; i++)
        go(node, children, number + i * (size / 10), size / 10);
    long sum = 0;
    for (long i = 0; i < 10; i++)
        sum += chan_recv(children);
    chan_free(children);
    chan_send(parent, sum);
}

// The number of leaves is a power of ten; the warm-up gets the next lower one.
static void skynet(long n)
{
    long leaves = 1;
    while (leaves * 10 <= n)
        leaves *= 10;
    chan(long) top = chan_make(long);
    go(node, top, 0, leaves);
    bench_check(chan_recv(top) == leaves * (leaves - 1) / 2, "wrong sum");
    chan_free(top);
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1);
    bench_timed(n, skynet);
    return 0;
}
