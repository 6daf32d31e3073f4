// SPDX-License-Identifier: MIT
// One goroutine sends, another receives; an operation is a value that went over. Unbuffered, every value
// needs a meeting; with a buffer of one they alternate; with 128 the cost of the switch is shared by many
// values, and what is left is the channel's lock and the copy.
#include "bench.h"

static void produce(send_chan(long) ch, long n)
{
    for (long i = 0; i < n; i++)
        chan_send(ch, i);
    chan_close(ch);
}

static void stream(long n, long capacity)
{
    chan(long) ch = chan_make(long, capacity);
    go(produce, ch, n);
    long sum = 0;
    chan_range(v, ch) {
        sum += v;
    }
    bench_check(sum == n * (n - 1) / 2, "wrong sum");
    chan_free(ch);
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1), capacity = bench_arg(argc, argv, 2);
    bench_timed(n, stream, capacity);
    return 0;
}
