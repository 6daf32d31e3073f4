// SPDX-License-Identifier: MIT
// Question: with_timeout or with_deadline?
// Answer:   the same thing, said differently: a duration from now, or a moment. A budget for the whole request is one
//           deadline that every step inherits; a step may set a shorter limit of its own, never a longer one.
// Watch:    timeouts per step add up: three steps of a second each are three seconds. One deadline does not.
#include <gofer.h>
#include <stdio.h>

static go_duration left(go_context *ctx)
{
    go_time t;
    return go_context_deadline(ctx, &t) ? go_until(t) : INT64_MAX;
}

int main(void)
{
    go_context *request = go_context_with_timeout(go_context_background(), GO_MINUTE);
    go_context *shorter = go_context_with_timeout(request, GO_SECOND);
    go_context *longer = go_context_with_deadline(request, go_time_add(go_now(), GO_HOUR));
    printf("a shorter limit counts: %s\n", left(shorter) <= GO_SECOND ? "yes" : "no");
    printf("a longer one does not:  %s\n", left(longer) <= GO_MINUTE ? "yes" : "no");

    go_context *brief = go_context_with_timeout(request, 10 * GO_MILLISECOND);
    chan_recv(go_context_done(brief), NULL); // closed when the time is over
    printf("step:    %s\n", go_strerror(go_context_err(brief)));
    printf("request: %s\n", go_context_err(request) ? "over" : "goes on");

    go_context_free(brief);
    go_context_free(longer);
    go_context_free(shorter);
    go_context_free(request);
    return 0;
}
