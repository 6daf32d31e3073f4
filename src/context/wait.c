// SPDX-License-Identifier: MIT
// Blocking calls that wait with a context. The waiter lives in the frame that parks, in the context's list; the end of
// the context claims it under the lock, as a peer of the call would in the call's own queue. Leaving takes the lock too,
// so no end is still looking at the frame when it goes.
#include "context/context.h"

static inline bool never_ends(const go_context *c)
{
    return !c || c->endless;
}

bool gf_context_wait(struct m *m, go_context *c, struct gf_context_waiter *w, uint32_t ticket)
{
    *w = (struct gf_context_waiter){.g = m->g, .ticket = ticket};
    if (never_ends(c))
        return true;
    gf_lock(&c->lock, GF_RANK_CONTEXT);
    bool live = gf_load_relaxed(&c->state) == GF_CONTEXT_LIVE; // relaxed: we have the lock
    if (live)
        gf_list_push_back(&c->waiters, &w->link);
    gf_unlock(&c->lock);
    return live;
}

bool gf_context_wait_over(go_context *c, struct gf_context_waiter *w)
{
    if (never_ends(c))
        return false;
    gf_lock(&c->lock, GF_RANK_CONTEXT);
    if (gf_list_linked(&w->link))
        gf_list_remove(&w->link);
    gf_unlock(&c->lock);
    return w->claimed;
}
