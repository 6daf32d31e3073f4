// SPDX-License-Identifier: MIT
// A context is derived from one that can be cancelled, as a request's is from its server's, and ended again.
#include "bench.h"

static void derive(long n)
{
    go_context *parent = go_context_with_cancel(go_context_background());
    for (long i = 0; i < n; i++)
        go_context_free(go_context_with_cancel(parent));
    bench_check(go_context_err(parent) == 0, "the parent has ended");
    go_context_free(parent);
}

int main(int argc, char **argv)
{
    bench_timed(bench_arg(argc, argv, 1), derive);
    return 0;
}
