// SPDX-License-Identifier: MIT
// Contexts: one word that ends everything below it. A server asks three backends at once; the first answer wins, the
// context ends, and the slow ones stop instead of working for nobody. A deadline above all of them makes sure that the
// caller never waits for long, and a value tells every backend on whose behalf it works.
#include <gofer.h>
#include <stdio.h>

static const char user_key[] = "user";

// Works for `duration`, in small steps, unless the context ends first.
static void ask(go_context *ctx, const char *name, go_duration duration,
                send_chan(const char *) answers, go_waitgroup *wg)
{
    defer(go_waitgroup_done, wg);
    go_select {
        case_timeout(duration) {
            go_select {
                case_send(answers, name) {}
                case_done(ctx) {}
            }
        }
        case_done(ctx) {
            printf("one gives up: %s\n", go_strerror(go_context_err(ctx)));
        }
    }
}

static int first_answer(go_context *parent, go_duration fastest)
{
    go_waitgroup wg = {0};
    chan(const char *) answers = chan_make(const char *);
    go_context *ctx = go_context_with_cancel(parent);
    go_waitgroup_add(&wg, 2);
    go(ask, ctx, "near", fastest, answers, &wg);
    go(ask, ctx, "far", GO_HOUR, answers, &wg);
    const char *name;
    int err = 0;
    go_select {
        case_recv(answers, &name) {
            printf("%s answers for %s\n", name, (char *)go_context_value(ctx, user_key));
        }
        case_done(ctx) {
            err = go_context_err(ctx);
        }
    }
    go_context_cancel(ctx);
    go_waitgroup_wait(&wg); // the others still look at it
    go_context_free(ctx);
    chan_free(answers);
    return err;
}

int main(void)
{
    go_maxprocs(1); // for the order of the lines only
    go_context *request = go_context_with_value(go_context_background(), user_key, "gopher");
    go_context *timed = go_context_with_timeout(request, 50 * GO_MILLISECOND);
    int err = first_answer(request, GO_MILLISECOND);
    printf("result: %s\n", err ? go_strerror(err) : "fine");
    err = first_answer(timed, GO_HOUR);
    printf("result: %s\n", err ? go_strerror(err) : "fine");
    go_context_free(timed);
    go_context_free(request);
    return 0;
}
