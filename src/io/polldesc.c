// SPDX-License-Identifier: MIT
// The poller's records: their free list, the handler of events and of timers, and the park. Records come in blocks that
// live for ever; the list hands out what was given back last, whose cache lines are warm.
#include "io/polldesc.h"

#include "base/compiler.h"

#include <poll.h>
#include <stdlib.h>

enum { BLOCK = 32 };

static struct {
    struct gf_lock lock;
    struct gf_polldesc *free; // [lock]
} records;

struct g *gf_pollside_take(struct gf_pollside *s)
{
    // Relaxed: the caller's fence orders it. Acquire and release on success: what we did is the waiter's, and the other
    // way round.
    struct g *g = gf_load_relaxed(&s->waiter);
    return g && gf_cas_acqrel(&s->waiter, &g, NULL) ? g : NULL;
}

// --- Events ---

static struct g *take_news(struct gf_pollside *s)
{
    gf_add_release(&s->news, 1); // pairs with gf_pollside_is_dry
    gf_fence_seqcst();           // 2. of the head of polldesc.h
    return gf_pollside_take(s);
}

static struct g *on_event(struct gf_poll_source *source, uint32_t generation, uint32_t events)
{
    struct gf_polldesc *p = gf_container_of(source, struct gf_polldesc, source);
    if (gf_load_relaxed(&p->generation) != generation) // relaxed: a wrong guess wakes for nothing
        return NULL;
    if (events & (POLLRDHUP | POLLHUP | POLLERR | POLLPRI))
        gf_store_relaxed(&p->special, true); // relaxed: the release of `news` publishes it
    struct g *reader = events & POLLIN ? take_news(&p->side[GF_READING]) : NULL;
    struct g *writer = events & POLLOUT ? take_news(&p->side[GF_WRITING]) : NULL;
    if (writer)
        writer->next = NULL;
    if (!reader)
        return writer;
    reader->next = writer;
    return reader;
}

static struct g *on_time(struct m *m, struct gf_timer *t, int64_t now)
{
    (void)m, (void)now;
    struct gf_pollside *s = gf_container_of(t, struct gf_pollside, timer);
    gf_store_relaxed(&s->armed, GF_NEVER); // relaxed: the fence orders it
    gf_fence_seqcst();                     // 2. of the head of polldesc.h
    return gf_pollside_take(s);
}

// --- Records ---

static bool add_block(void)
{
    struct gf_polldesc *block = calloc(BLOCK, sizeof *block);
    if (!block)
        return false;
    for (int i = 0; i < BLOCK; i++) {
        block[i].source.wake = on_event;
        for (int d = 0; d < GF_DIRECTIONS; d++)
            block[i].side[d].timer.fire = on_time;
        block[i].next = i + 1 < BLOCK ? &block[i + 1] : NULL;
    }
    gf_lock(&records.lock, GF_RANK_POLLDESC);
    block[BLOCK - 1].next = records.free;
    records.free = block;
    gf_unlock(&records.lock);
    return true;
}

static struct gf_polldesc *take_free(void)
{
    gf_lock(&records.lock, GF_RANK_POLLDESC);
    struct gf_polldesc *p = records.free;
    if (p)
        records.free = p->next;
    gf_unlock(&records.lock);
    return p;
}

// Relaxed: nobody but late events, which do no harm, knows the record.
static void init_side(struct gf_pollside *s)
{
    gf_assert(!gf_load_relaxed(&s->waiter));
    gf_store_relaxed(&s->deadline, GF_NEVER);
    gf_store_relaxed(&s->armed, GF_NEVER);
    s->dry = false;
}

struct gf_polldesc *gf_polldesc_get(void)
{
    struct gf_polldesc *p;
    while (!(p = take_free()))
        if (!add_block())
            return NULL;
    gf_store_relaxed(&p->watched, false);
    gf_store_relaxed(&p->special, false);
    for (int d = 0; d < GF_DIRECTIONS; d++)
        init_side(&p->side[d]);
    return p;
}

void gf_polldesc_put(struct gf_polldesc *p)
{
    for (int d = 0; d < GF_DIRECTIONS; d++)
        gf_timer_stop(&p->side[d].timer);
    uint32_t next = (gf_load_relaxed(&p->generation) + 1) % GF_POLL_GENERATIONS;
    gf_store_relaxed(&p->generation, next);
    gf_lock(&records.lock, GF_RANK_POLLDESC);
    p->next = records.free;
    records.free = p;
    gf_unlock(&records.lock);
}

// --- Waiting ---

// When the caller must look at the clock again.
static int64_t moment(struct gf_pollside *s, int64_t limit)
{
    int64_t deadline = gf_load_relaxed(&s->deadline); // relaxed: the fence in the park orders it
    return deadline < limit ? deadline : limit;
}

// Sets the timer unless it comes early enough anyhow.
static void arm(struct m *m, struct gf_pollside *s, int64_t when)
{
    // Relaxed: only its owner, and the timer itself, change it.
    if (gf_load_relaxed(&s->armed) <= when)
        return;
    gf_timer_stop(&s->timer);
    gf_store_relaxed(&s->armed, when);
    s->timer.when = when;
    gf_timer_start(m, &s->timer);
}

// Relaxed: 3. of the head of polldesc.h; the fence orders them.
static bool may_have_changed(struct gf_pollside *s, const _Atomic(uint32_t) *closed, int64_t limit)
{
    return !gf_pollside_is_dry(s) || (gf_load_relaxed(closed) & 1) ||
           gf_load_relaxed(&s->armed) > moment(s, limit);
}

struct m *gf_pollside_park(struct m *m, struct gf_pollside *s, const _Atomic(uint32_t) *closed,
                           int64_t limit)
{
    struct g *self = m->g;
    arm(m, s, moment(s, limit));
    gf_store_release(&s->waiter, self); // pairs with the acquire in gf_pollside_take
    gf_fence_seqcst();
    // Whoever has taken us by now makes us ready: then the park returns in our next turn.
    if (may_have_changed(s, closed, limit) && gf_cas_acqrel(&s->waiter, &self, NULL))
        return m;
    gf_poller_count_waiter(1);
    m = gf_park(m, NULL, GF_WAIT_IO_WAIT, s);
    gf_poller_count_waiter(-1);
    return m;
}
