// SPDX-License-Identifier: MIT
// Question: three servers have the same answer. How do I take the quickest and stop the others?
// Answer:   go_first starts all, keeps the first success, cancels the context of the rest and waits for them.
// Watch:    the losers must watch their context; go_first returns only when the last of them has noticed. An error is no
//           answer: it loses, unless all do.
#include <gofer.h>
#include <stdio.h>

static const char *const servers[] = {"north", "south", "east"};
static const go_duration delays[] = {GO_HOUR, 5 * GO_MILLISECOND, GO_HOUR};

static int ask(void **answer, int index, go_context *ctx, const char *question)
{
    (void)question;
    go_select {
        case_timeout(delays[index]) {
            *answer = (void *)servers[index];
            return 0;
        }
        case_done(ctx) {
            return go_context_err(ctx);
        }
    }
    return 0;
}

static int fail(void **answer, int index, go_context *ctx)
{
    (void)answer, (void)index, (void)ctx;
    return -EHOSTUNREACH;
}

int main(void)
{
    void *answer = NULL;
    int err = go_first(go_context_background(), &answer, 3, ask, "what time is it?");
    printf("%s answered: %s\n", (char *)answer, err ? go_strerror(err) : "ok");
    err = go_first(go_context_background(), &answer, 3, fail);
    printf("all failed: %s\n", go_strerror(err));
    return 0;
}
