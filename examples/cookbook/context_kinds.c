// SPDX-License-Identifier: MIT
// Question: which kinds of contexts are there?
// Answer:   four: one that you cancel, one with a deadline (a moment or a duration), one with a value, and the background
//           that they all come from. Freeing a derived one cancels it, as Go's `defer cancel()` does.
// Watch:    -ECANCELED says that somebody did it, -ETIMEDOUT that time ran out; go_context_cause says more.
#include <gofer.h>
#include <stdio.h>

static void tell(const char *kind, go_context *ctx)
{
    int err = go_context_err(ctx);
    printf("%-9s %s", kind, err ? go_strerror(err) : "lives");
    if (err && go_context_cause(ctx) != err)
        printf(", because: %s", go_strerror(go_context_cause(ctx)));
    printf("\n");
}

int main(void)
{
    static const char key;
    go_context *root = go_context_background();
    go_context *cancel = go_context_with_cancel(root);
    go_context *timeout = go_context_with_timeout(root, 0);
    go_context *deadline = go_context_with_deadline(root, go_time_add(go_now(), GO_HOUR));
    go_context *value = go_context_with_value(cancel, &key, "v");

    go_context_cancel_cause(cancel, -ENOSPC);
    tell("root", root);
    tell("cancel", cancel);
    tell("timeout", timeout);
    tell("deadline", deadline);
    tell("value", value); // its parent was cancelled

    go_context_free(value);
    go_context_free(deadline);
    go_context_free(timeout);
    go_context_free(cancel);
    return 0;
}
