// SPDX-License-Identifier: MIT
// The rarer operations on run queues: overflow of a ring into the global queue, stealing half of another's, and
// the global queue, a list under the scheduler's lock. A thief copies the slots first and then claims them by
// advancing head: had the owner taken or reused any of them meanwhile, the claim fails. tests/models/steal.pml searches all
// orders of an owner's and a thief's steps.
#include "sched/runq.h"

#include "sched/sched.h"

// The same, some turns before theirs; and before that the G.
static inline void prefetch(const struct p *p, uint32_t head, uint32_t tail)
{
    if (tail - head > GF_FETCH_G)
        __builtin_prefetch(gf_load_relaxed(&p->ring[(head + GF_FETCH_G) % GF_RUNQ_SIZE]), 1);
    if (tail - head > GF_FETCH_FRAMES)
        gf_runq_fetch_frames(gf_load_relaxed(&p->ring[(head + GF_FETCH_FRAMES) % GF_RUNQ_SIZE]));
}

struct g *gf_runq_get(struct m *m, struct p *p)
{
    uint32_t head = gf_load_relaxed(&p->head); // relaxed: the compare-and-swap decides
    uint32_t tail = gf_load_relaxed(&p->tail); // relaxed: our own
    if (gf_unlikely(tail - head > GF_LONG_QUEUE || p->refilled))
        prefetch(p, head, tail);
    while (head != tail) {
        struct g *g = gf_load_relaxed(&p->ring[head % GF_RUNQ_SIZE]);
        // Thieves have Ps, so there is none while this thread is solo.
        if (gf_load_relaxed(&m->solo) &&
            gf_arch_solo_cas(&m->solo, m->rseq_slot, &p->head, head, head + 1))
            return g;
        // Release: pairs with the acquire in gf_runq_put: the slot has been read before it is reused.
        if (gf_cas_release(&p->head, &head, head + 1))
            return g;
    }
    return NULL;
}

// Goroutines that are bound to a thread have a list of their own, for a thread that looks for one cannot walk a queue of a
// million. Their place among the others is how many of these had been put before them.
static void append(struct g **head, struct g **tail, struct g *g)
{
    g->next = NULL;
    if (*head)
        (*tail)->next = g;
    else
        *head = g;
    *tail = g;
}

static void change_count(int by)
{
    // Relaxed: written under the lock; readers without it look for a hint.
    gf_store_relaxed(&gf_sched.queue_count, gf_load_relaxed(&gf_sched.queue_count) + by);
}

void gf_globq_put(struct g *g)
{
    if (g->locked_m) {
        g->locked_m->queued_after = gf_sched.queue_ahead.count;
        append(&gf_sched.bound_head, &gf_sched.bound_tail, g);
    } else {
        gf_ahead_append(&gf_sched.queue_ahead, g, gf_sched.queue_taken);
        append(&gf_sched.queue_head, &gf_sched.queue_tail, g);
    }
    change_count(1);
}

bool gf_globq_has_bound(void)
{
    return gf_sched.bound_head != NULL;
}

struct g *gf_globq_get_bound(void)
{
    struct g *g = gf_sched.bound_head;
    if (!g)
        return NULL;
    gf_sched.bound_head = g->next;
    change_count(-1);
    return g;
}

static bool bound_is_next(void)
{
    const struct g *g = gf_sched.bound_head;
    return g && g->locked_m->queued_after <= gf_sched.queue_taken;
}

static struct g *get_other(void)
{
    struct g *g = gf_sched.queue_head;
    gf_ahead_fetch(g);
    gf_sched.queue_head = g->next;
    gf_sched.queue_taken++;
    change_count(-1);
    return g;
}

struct g *gf_globq_get(struct p *p, int most)
{
    int count = gf_load_relaxed(&gf_sched.queue_count); // relaxed: under the lock
    if (count == 0)
        return NULL;
    int n = count / gf_load_relaxed(&gf_sched.procs) + 1;
    if (n > count)
        n = count;
    if (n > most)
        n = most;
    if (n > GF_RUNQ_SIZE / 2)
        n = GF_RUNQ_SIZE / 2;
    int room = GF_RUNQ_SIZE - (int)gf_runq_len(p) + 1;
    if (n > room)
        n = room;
    struct g *first = bound_is_next() ? gf_globq_get_bound() : get_other();
    if (n > 1)
        p->refilled = n > GF_LONG_QUEUE;
    for (int i = 1; i < n && gf_sched.queue_head && !bound_is_next(); i++) {
        struct g *g = get_other();
        // The others' turns come late enough for gf_runq_get to see to them.
        if (i <= GF_FETCH_FRAMES)
            gf_runq_fetch_frames(g);
        gf_runq_put(p, g);
    }
    return first;
}

// Moves half of the ring and g to the global queue. If thieves have been faster, there is room now.
void gf_runq_overflow(struct p *p, struct g *g)
{
    uint32_t head = gf_load_relaxed(&p->head); // relaxed: the compare-and-swap decides
    uint32_t n = (gf_load_relaxed(&p->tail) - head) / 2;
    if (n != GF_RUNQ_SIZE / 2) {
        gf_runq_put(p, g);
        return;
    }
    struct g *batch[GF_RUNQ_SIZE / 2 + 1];
    for (uint32_t i = 0; i < n; i++)
        batch[i] = gf_load_relaxed(&p->ring[(head + i) % GF_RUNQ_SIZE]);
    // Release: as in gf_runq_get.
    if (!gf_cas_release(&p->head, &head, head + n)) {
        gf_runq_put(p, g);
        return;
    }
    batch[n] = g;
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    for (uint32_t i = 0; i <= n; i++)
        gf_globq_put(batch[i]);
    gf_unlock(&gf_sched.lock);
}

// Copies half of victim's ring behind p's tail, without publishing it, and claims it; returns how many.
static uint32_t grab(struct p *p, uint32_t tail, struct p *victim)
{
    for (;;) {
        uint32_t head = gf_load_acquire(&victim->head); // pairs with the consumers' releases
        uint32_t end = gf_load_acquire(&victim->tail);  // pairs with the release in gf_runq_put
        uint32_t n = end - head;
        n -= n / 2;
        if (n == 0)
            return 0;
        if (n > GF_RUNQ_SIZE / 2) // head and tail were read at different moments
            continue;
        for (uint32_t i = 0; i < n; i++) {
            struct g *g = gf_load_relaxed(&victim->ring[(head + i) % GF_RUNQ_SIZE]);
            gf_store_relaxed(&p->ring[(tail + i) % GF_RUNQ_SIZE], g);
        }
        // Acquire and release: what the owner wrote into the goroutines is ours, and our reads of the slots are
        // over before they are reused (pairs with gf_runq_put).
        if (gf_cas_acqrel(&victim->head, &head, head + n))
            return n;
    }
}

struct g *gf_runq_steal(struct p *p, struct p *victim)
{
    uint32_t tail = gf_load_relaxed(&p->tail); // relaxed: our own
    gf_assert(gf_runq_len(p) == 0);
    uint32_t n = grab(p, tail, victim);
    if (n == 0)
        return NULL;
    n--;
    struct g *g = gf_load_relaxed(&p->ring[(tail + n) % GF_RUNQ_SIZE]);
    if (n > 0)
        gf_store_release(&p->tail, tail + n); // as in gf_runq_put
    return g;
}
