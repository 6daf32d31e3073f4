// SPDX-License-Identifier: MIT
// go_stats: adds up what each processor counts for itself. Ps are never freed, so those that a smaller go_maxprocs
// has put away still tell what they did.
#include "sched/internal.h"

#include "sched/poller.h"

static void add_p(struct go_stats *s, const struct p *p)
{
    // Relaxed, all of them: counters of other threads, which go on counting meanwhile.
    s->runnable += gf_runq_len(p) + (gf_load_relaxed(&p->runnext) != NULL);
    s->switches += gf_load_relaxed(&p->tick);
    s->parks += gf_load_relaxed(&p->n_parks);
    s->steals += gf_load_relaxed(&p->n_steals);
    s->preemptions += gf_load_relaxed(&p->n_preemptions);
    s->handoffs += gf_load_relaxed(&p->n_handoffs);
}

static void add_threads(struct go_stats *s)
{
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    s->threads = gf_sched.m_count + gf_sched.helper_count;
    s->idle_threads = gf_sched.idle_m_count;
    s->runnable +=
        gf_load_relaxed(&gf_sched.queue_count); // relaxed, here and below: under the lock
    s->procs = gf_load_relaxed(&gf_sched.procs);
    s->idle_procs = gf_load_relaxed(&gf_sched.idle_p_count);
    s->spinning_threads = gf_load_relaxed(&gf_sched.spinning);
    gf_unlock(&gf_sched.lock);
}

struct go_stats go_stats(void)
{
    struct m *m = gf_enter();
    struct gf_stack_stats stacks = gf_stack_stats();
    struct go_stats s = {
        .goroutines = gf_live_goroutines(),
        .stacks_in_use = stacks.in_use,
        .stacks_reserved = stacks.reserved,
        .poller_wakeups = gf_poller_wakeups(),
        .stacks_trimmed = gf_trim_count(),
    };
    add_threads(&s);
    for (int i = 0; i < GF_MOST_PROCS && gf_sched.ps[i]; i++)
        add_p(&s, gf_sched.ps[i]);
    gf_leave(m);
    return s;
}
