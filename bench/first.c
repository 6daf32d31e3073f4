// SPDX-License-Identifier: MIT
// The same question to several at once, of whom one answers and the others wait until they are told to stop. One operation
// is a question: its goroutines, its context, its answer, and the end of all of them.
#include "bench.h"

#include <gofer/x/first.h>

static int answer;

static int ask(void **result, int index, go_context *ctx, int who)
{
    if (index != who) {
        chan_recv(go_context_done(ctx));
        return go_context_err(ctx);
    }
    *result = &answer;
    return 0;
}

static void ask_all(long n, int several)
{
    for (long i = 0; i < n; i++) {
        void *v = NULL;
        int err = go_first(go_context_background(), &v, several, ask, (int)(i % several));
        bench_check(!err && v == &answer, "no answer");
    }
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1), several = bench_arg(argc, argv, 2);
    bench_timed(n, ask_all, (int)several);
    return 0;
}
