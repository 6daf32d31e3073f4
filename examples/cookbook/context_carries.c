// SPDX-License-Identifier: MIT
// Question: what does a context carry?
// Answer:   an end (when to stop, and why), maybe a deadline, and values that belong to the request. It goes from caller
//           to callee as the first argument; what is derived from it ends with it.
// Watch:    values are for what crosses layers, like a request's id, not for arguments in disguise. A key is the address
//           of a static object, so two packages can never use the same one by mistake.
#include <gofer.h>
#include <stdio.h>

static const char request_id; // its address is the key

static void store(go_context *ctx, const char *what)
{
    const char *id = go_context_value(ctx, &request_id);
    if (go_context_err(ctx))
        printf("[%s] not stored: %s\n", id, go_strerror(go_context_err(ctx)));
    else
        printf("[%s] stored %s\n", id, what);
}

int main(void)
{
    go_context *request = go_context_with_cancel(go_context_background());
    go_context *ctx = go_context_with_value(request, &request_id, "r-17");
    printf("deadline: %s\n", go_context_deadline(ctx, NULL) ? "yes" : "no");
    store(ctx, "a");
    go_context_cancel(request); // the child ends too, before this returns
    store(ctx, "b");
    go_context_free(ctx);
    go_context_free(request);
    return 0;
}
