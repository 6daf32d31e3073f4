// SPDX-License-Identifier: MIT
// Goroutine slots: a free list for each P, fed in batches from a global one and from the slab. Threads without a P
// use the global list. Slots that have been goroutines keep nothing but their number.
#include "sched/internal.h"

#include "mem/slab.h"

enum { BATCH = 32, MOST_FREE = 4 * BATCH };

static struct {
    struct gf_lock lock; // protects the list
    _Atomic(struct g *)
        first; // relaxed: changed under the lock; without it only whether there is one matters
} global_free;

static void refill(struct p *p)
{
    gf_lock(&global_free.lock, GF_RANK_SLAB);
    while (gf_load_relaxed(&global_free.first) && p->free_count < BATCH) {
        struct g *g = gf_load_relaxed(&global_free.first);
        gf_store_relaxed(&global_free.first, g->next);
        g->next = p->free_g;
        p->free_g = g;
        p->free_count++;
    }
    gf_unlock(&global_free.lock);
}

static struct g *new_slot(void)
{
    uint32_t number;
    struct g *g = gf_slab_new(&number);
    if (!g)
        gf_fatal("out of memory (goroutine allocation)");
    g->slot = number;
    return g;
}

struct g *gf_g_alloc(struct p *p)
{
    struct g *g = NULL;
    if (gf_likely(p != NULL)) {
        if (gf_unlikely(!p->free_g) && gf_load_relaxed(&global_free.first))
            refill(p);
        g = p->free_g;
        if (gf_unlikely(!g))
            return new_slot();
        p->free_g = g->next;
        p->free_count--;
        return g;
    }
    gf_lock(&global_free.lock, GF_RANK_SLAB);
    g = gf_load_relaxed(&global_free.first);
    if (g)
        gf_store_relaxed(&global_free.first, g->next);
    gf_unlock(&global_free.lock);
    return g ? g : new_slot();
}

static void give_back(struct p *p)
{
    gf_lock(&global_free.lock, GF_RANK_SLAB);
    while (p->free_count > MOST_FREE / 2) {
        struct g *g = p->free_g;
        p->free_g = g->next;
        p->free_count--;
        g->next = gf_load_relaxed(&global_free.first);
        gf_store_relaxed(&global_free.first, g);
    }
    gf_unlock(&global_free.lock);
}

void gf_g_free(struct p *p, struct g *g)
{
    // Its stack, which this thread may still be on, is not the slot's any more. Relaxed: the lists order it.
    gf_store_relaxed(&g->on_cpu, 0);
    if (gf_unlikely(!p)) {
        gf_lock(&global_free.lock, GF_RANK_SLAB);
        g->next = gf_load_relaxed(&global_free.first);
        gf_store_relaxed(&global_free.first, g);
        gf_unlock(&global_free.lock);
        return;
    }
    g->next = p->free_g;
    p->free_g = g;
    if (gf_unlikely(++p->free_count > MOST_FREE))
        give_back(p);
}
