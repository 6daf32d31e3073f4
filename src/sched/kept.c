// SPDX-License-Identifier: MIT
// Bound calls that outlive the statement that binds them: copies on the heap, and the hand-over of a call to the
// expression that binds it (GO_BIND_KEEP), which is two calls in a row. Between them the call lies in the M, which is
// safe there: the goroutine cannot park meanwhile, for neither call enters the runtime, and a goroutine that is preempted
// keeps its thread (sched/preempt.c).
#include "sched/sched.h"

#include <stdlib.h>
#include <string.h>

struct go_call *gf_call_copy(const struct go_call *call)
{
    size_t bytes = gf_call_bytes(call);
    struct go_call *copy = malloc(bytes);
    if (!copy)
        gf_fatal("out of memory (bound call)");
    return memcpy(copy, call, bytes);
}

void go_keep_(const struct go_call *call, const void *none, void *pc)
{
    (void)none, (void)pc;
    // The runtime starts, or meets this thread, with the first entry.
    if (gf_unlikely(!gf_self()))
        gf_leave(gf_enter());
    struct go_kept_call *k = &gf_self()->kept;
    k->large = call->flags & GO_CALL_FULL ? gf_call_copy(call) : NULL;
    k->call = *call;
}

struct go_kept_call go_kept_(void)
{
    return gf_self()->kept;
}
