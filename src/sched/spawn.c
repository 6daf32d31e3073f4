// SPDX-License-Identifier: MIT
// A goroutine's beginning and end. Beginning: a slot, the bound call copied into it, and a place as the next to run;
// no stack before it first runs. A call with vector registers or stack arguments does not fit the slot and is kept
// on the heap until then. The end: from whatever depth, onto the next goroutine.
#include "sched/internal.h"
#include "sched/pick.h"

#include "mem/stack.h"
#include "sched/race.h"

#include <stdio.h>
#include <stdlib.h>

static uint64_t new_id(struct p *p)
{
    if (gf_unlikely(!p))
        return gf_add_relaxed(&gf_sched.next_id, 1); // relaxed: a counter
    if (gf_unlikely(p->id_next == p->id_end)) {
        p->id_next = gf_add_relaxed(&gf_sched.next_id, GF_ID_BATCH);
        p->id_end = p->id_next + GF_ID_BATCH;
    }
    return p->id_next++;
}

static void keep_call(struct g *g, const struct go_call *call)
{
    if (gf_likely(!(call->flags & GO_CALL_FULL))) {
        g->call = *call;
        g->flags = GF_G_FRESH;
        return;
    }
    g->spilled = gf_call_copy(call);
    g->flags = GF_G_FRESH | GF_G_SPILLED;
}

static void set_attributes(struct g *g, const struct go_attr *attr)
{
    if (attr->name && (g->name = malloc(sizeof *g->name)))
        snprintf(g->name->text, sizeof g->name->text, "%s", attr->name);
    if (attr->fenv)
        g->flags |= GF_G_FENV;
    if (attr->stack_size > GF_STACK_DEFAULT) {
        struct gf_stack s = gf_stack_new(attr->stack_size);
        if (!s.low)
            gf_fatal("out of memory (stack allocation)");
        gf_set_stack(g, s);
    }
}

static void count_live(struct p *p, int64_t change)
{
    // Release: pairs with the acquire in gf_live_goroutines.
    if (gf_likely(p != NULL))
        gf_store_release(&p->live, gf_load_relaxed(&p->live) + change); // relaxed: the owner's
    else
        gf_add_release(&gf_sched.foreign_live, change);
}

struct g *gf_spawn(struct m *m, const struct go_call *call, const struct go_attr *attr,
                   void *creator_pc, bool system)
{
    if (gf_unlikely(!call->fn))
        gf_fatal("go of nil func value");
    struct p *p = gf_p(m);
    struct g *g = gf_g_alloc(p);
    keep_call(g, call);
    g->fenv[0] = GF_ARCH_FENV_0;
    g->fenv[1] = GF_ARCH_FENV_1;
    g->id = new_id(p);
    g->creator_id = m->g->id;
    g->creator_pc = creator_pc;
    if (gf_unlikely(attr != NULL))
        set_attributes(g, attr);
    if (gf_unlikely(system))
        g->flags |= GF_G_SYSTEM;
    else
        count_live(p, 1);
    gf_race_spawned(m, g);
    gf_sysmon_start();
    gf_ready(m, g);
    return g;
}

void go_spawn_(const struct go_call *call, const void *attr, void *pc)
{
    struct m *m = gf_enter();
    gf_spawn(m, call, attr, pc ? pc : __builtin_return_address(0), false);
    gf_leave(m);
}

void gf_end_of_first_frame(struct m *m)
{
    struct g *g = m->g;
    struct p *p = gf_p(m);
    // Relaxed, here and below: for reports.
    gf_store_relaxed(&g->status, GF_DEAD);
    if (!(g->flags & GF_G_SYSTEM))
        count_live(p, -1);
    if (gf_unlikely(g->name != NULL)) {
        free(g->name);
        g->name = NULL;
    }
    if (gf_unlikely(g->locked_m != NULL)) {
        // It ends locked: its thread may be in any state, and ends with it.
        m->locked_g = NULL;
        m->ending = true;
        g->locked_m = NULL;
        g->lock_depth = 0;
        p = NULL;
    }
    if (gf_unlikely(g->flags & GF_G_MAIN)) {
        gf_sched.main_exited = true;
        p = NULL;
    }
    gf_switch_from_dead(m, g, p ? gf_pick(m, p) : NULL);
}

void gf_goexit(struct m *m)
{
    gf_end_of_first_frame(m);
    __builtin_unreachable();
}

int64_t gf_live_goroutines(void)
{
    // Acquire: pairs with the release in count_live, so that who finds itself alone sees what the others did.
    int64_t n = gf_load_acquire(&gf_sched.foreign_live);
    for (int i = 0; i < GF_MOST_PROCS && gf_p_at(i); i++)
        n += gf_load_acquire(&gf_p_at(i)->live);
    return n;
}

int go_num_goroutine(void)
{
    struct m *m = gf_enter();
    int64_t n = gf_live_goroutines();
    gf_leave(m);
    return (int)n;
}
