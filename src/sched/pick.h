// SPDX-License-Identifier: MIT
// The fast half of the choice of what runs next, on the stack of whoever parks, yields or ends: what this P has at hand,
// its runnext and its ring. Once in a while, and when there is nothing, g0 takes over (sched/findrunnable.c).
#ifndef GF_SCHED_PICK_H
#define GF_SCHED_PICK_H

#include "sched/internal.h"

static inline struct g *gf_pick_local(struct m *m, struct p *p)
{
    struct g *g = gf_load_relaxed(&p->runnext);
    if (g) {
        if (gf_likely(++p->handoffs < GF_MOST_HANDOFFS)) {
            gf_store_relaxed(&p->runnext, NULL);
            return g;
        }
        // Two that hand off to each other share one time slice, which is over.
        gf_runq_put(p, g);
        gf_store_relaxed(&p->runnext, NULL);
    }
    p->handoffs = 0;
    return gf_runq_get(m, p);
}

// NULL: the scheduler's own stack must look further.
GF_ALWAYS_INLINE struct g *gf_pick(struct m *m, struct p *p)
{
    gf_store_relaxed(&m->pending, 0); // relaxed: this is the reschedule that was asked for
    if (gf_unlikely(--p->countdown == 0 || gf_load_relaxed(&gf_sched.stopping) || m->locked_g))
        return NULL;
    if (gf_unlikely(gf_timers_maybe_due(p)))
        return NULL;
    struct g *g = gf_pick_local(m, p);
    if (!g)
        return NULL;
    if (gf_unlikely(p->sampling) && (int32_t)(gf_load_relaxed(&p->head) - p->sample_at) >= 0)
        gf_end_sample(p);
    if (gf_unlikely(g->locked_m != NULL)) {
        m->hint = g;
        return NULL;
    }
    gf_arch_count(&p->tick); // sysmon only sees whether it changes
    return g;
}

#endif
