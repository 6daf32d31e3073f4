// SPDX-License-Identifier: MIT
// Goroutines and their threads: regions that block in the kernel, and goroutines locked to a thread. In a marked
// region the goroutine keeps its thread and gives its P to others: at once if there is work for it, else sysmon
// takes it when there is.
#include "sched/internal.h"

void go_blocking_begin(void)
{
    struct m *m = gf_enter();
    if (gf_p(m) && !gf_load_relaxed(&m->blocking)) {
        struct p *p = gf_p(m);
        gf_sysmon_start();
        gf_store_relaxed(&m->blocking, true);
        // Relaxed: hints.
        if (gf_load_relaxed(&p->runnext) || gf_runq_len(p) > 0 ||
            gf_load_relaxed(&gf_sched.queue_count) > 0) {
            gf_lock(&gf_sched.lock, GF_RANK_SCHED);
            gf_give_up_p(m);
            gf_add_relaxed(&p->n_handoffs, 1); // relaxed: a statistic
            gf_unlock(&gf_sched.lock);
            gf_handoff_p(p);
        }
    }
    gf_leave(m);
}

void go_blocking_end(void)
{
    // The entry gets a P back if this one's is gone.
    struct m *m = gf_enter();
    gf_store_relaxed(&m->blocking, false);
    gf_leave(m);
}

void go_lock_os_thread(void)
{
    struct m *m = gf_enter();
    struct g *g = m->g;
    if (!gf_load_relaxed(&m->foreign)) {
        g->lock_depth++;
        g->locked_m = m;
        m->locked_g = g;
    }
    gf_leave(m);
}

void go_unlock_os_thread(void)
{
    struct m *m = gf_enter();
    struct g *g = m->g;
    if (!gf_load_relaxed(&m->foreign) && g->lock_depth > 0 && --g->lock_depth == 0) {
        g->locked_m = NULL;
        m->locked_g = NULL;
    }
    gf_leave(m);
}
