// SPDX-License-Identifier: MIT
// A loop of computation asks in each round whether its context has ended; it has not.
#include "bench.h"

static void ask(long n)
{
    long ended = 0;
    go_context *parent = go_context_with_cancel(go_context_background());
    go_context *ctx = go_context_with_cancel(parent);
    for (long i = 0; i < n; i++)
        ended += go_context_err(ctx) != 0;
    bench_check(ended == 0, "the context has ended");
    go_context_free(ctx);
    go_context_free(parent);
}

int main(int argc, char **argv)
{
    bench_timed(bench_arg(argc, argv, 1), ask);
    return 0;
}
