// SPDX-License-Identifier: MIT
// The caller gives up when its context ends and writes the error that the late worker writes too: the future of
// Uber's study, message passing mixed with shared memory. Fixed: the worker sends its error.
#include <gofer.h>

struct future {
    chan(int) answer;
    int err;
};

static void work(struct future *f)
{
    go_sleep(5 * GO_MILLISECOND);
#ifdef FIXED
    chan_send(f->answer, -1);
#else
    f->err = -1;
    chan_send(f->answer, 0);
#endif
}

int main(void)
{
    static struct future f;
    f.answer = chan_make(int, 1);
    go_context *ctx = go_context_with_timeout(go_context_background(), GO_MILLISECOND);
    go(work, &f);
    go_select {
        case_recv(f.answer) {}
        case_done(ctx) {
            f.err = go_context_err(ctx);
        }
    }
    go_sleep(20 * GO_MILLISECOND);
    go_context_free(ctx);
    return 0;
}
