// SPDX-License-Identifier: MIT
// A thousand contexts at a time, each with a done channel, end with their common parent; an operation is one of them
// derived, ended and freed.
#include "bench.h"

enum { CHILDREN = 1000 };

static void cancel_together(void)
{
    go_context *children[CHILDREN];
    go_context *parent = go_context_with_cancel(go_context_background());
    for (int i = 0; i < CHILDREN; i++) {
        children[i] = go_context_with_cancel(parent);
        go_context_done(children[i]);
    }
    go_context_cancel(parent);
    for (int i = 0; i < CHILDREN; i++) {
        bench_check(go_context_err(children[i]) == -ECANCELED, "a child has not ended");
        go_context_free(children[i]);
    }
    go_context_free(parent);
}

static void cancel_all(long n)
{
    for (long i = 0; i < n; i += CHILDREN)
        cancel_together();
}

int main(int argc, char **argv)
{
    bench_timed(bench_arg(argc, argv, 1), cancel_all);
    return 0;
}
