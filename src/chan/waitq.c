// SPDX-License-Identifier: MIT
// Taking waiters off a channel's queues. A waiter that belongs to a select may have been claimed by another channel or
// by a timeout since it was queued; the claim, one compare-and-swap on its goroutine, decides. Whoever loses drops the
// waiter: unlinks it and leaves the rest to the select, which is being woken.
#include "chan/chan.h"

bool gf_waiter_serve(struct gf_waiter *w, bool ok)
{
    struct g *g = w->g;
    if (w->in_select && !gf_claim(g, w->ticket))
        return false;
    g->wake_value = w->value | (ok ? GF_WOKEN_OK : 0);
    return true;
}

struct gf_waiter *gf_waitq_take(struct gf_list *queue, bool ok)
{
    for (struct gf_list *link; (link = gf_list_pop_front(queue));) {
        struct gf_waiter *w = gf_container_of(link, struct gf_waiter, link);
        if (gf_waiter_serve(w, ok))
            return w;
    }
    return NULL;
}
