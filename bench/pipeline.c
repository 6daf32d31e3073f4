// SPDX-License-Identifier: MIT
// A pipeline of three stages, map, filter and map, under a context that could end it, with channels of some capacity
// between them. One operation is a value that is fed in; half of them come out.
#include "bench.h"

#include <gofer/x/pipeline.h>

static void feed(send_chan(long) in, long n)
{
    for (long i = 0; i < n; i++)
        chan_send(in, i);
    chan_close(in);
    chan_free(in);
}

static long add_one(long v)
{
    return v + 1;
}

static bool is_even(long v)
{
    return v % 2 == 0;
}

static long halve(long v)
{
    return v / 2;
}

static void run(long n, long capacity)
{
    go_context *ctx = go_context_with_cancel(go_context_background());
    chan(long) c[4];
    long sum = 0, out = n / 2;
    for (int i = 0; i < 4; i++)
        c[i] = chan_make(long, capacity);
    go(feed, chan_ref(c[0]), n);
    GO_STAGE(ctx, c[0], c[1], add_one);
    GO_FILTER(ctx, c[1], c[2], is_even);
    GO_STAGE(ctx, c[2], c[3], halve);
    chan_range(v, c[3]) {
        sum += v;
    }
    bench_check(sum == out * (out + 1) / 2, "wrong sum");
    for (int i = 0; i < 4; i++)
        chan_free(c[i]);
    go_context_free(ctx);
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1), capacity = bench_arg(argc, argv, 2);
    bench_timed(n, run, capacity);
    return 0;
}
