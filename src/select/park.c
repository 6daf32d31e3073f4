// SPDX-License-Identifier: MIT
// The park of a select. With all channels locked it is tried once more, then a waiter is queued at each, the locks are
// released, and the goroutine parks. From the first release on somebody may serve a waiter and make the goroutine
// ready, before it has parked: the park then returns in its next turn (sched/park.c).
//
// Exactly one party wins (tests/models/select.pml): whoever serves a waiter claims the goroutine first, by one compare-and-swap, and so does the
// timer of a time-out (sched/g.h). A goroutine never meets its own waiters, for it queues them when its looks are over.
//
// Cases on one channel in one direction share a waiter, for only the first in the queue could be served; which case it
// stands for is drawn as they come: the k-th takes the place with a chance of one in k, which is fair to all.
//
// Free means free: the peer that serves a waiter has unlinked it, and may free the channel as soon as it has released
// the lock, so the woken select does not go near the chosen channel. The others are its program's to keep until the
// select has ended. Where a select waits in both directions on one channel, the waiter that was not served is still
// there, so for this case it holds a reference while it waits.
#include "select/select.h"

#include "sched/limit.h"

// The direction of a case: the queue it waits in, and the other one.
static inline struct gf_list *queue_of(const struct go_case_ *k)
{
    return gf_case_sends(k) ? &k->chan->senders : &k->chan->receivers;
}

static inline struct gf_list *opposite_of(const struct go_case_ *k)
{
    return gf_case_sends(k) ? &k->chan->receivers : &k->chan->senders;
}

// The waiter at the end of a queue, if it is the goroutine's own.
static inline struct gf_select_waiter *own_last(const struct gf_list *queue, const struct g *g)
{
    if (gf_list_empty(queue))
        return NULL;
    struct gf_waiter *w = gf_container_of(queue->prev, struct gf_waiter, link);
    return w->g == g ? gf_container_of(w, struct gf_select_waiter, waiter) : NULL;
}

// Lets the waiter stand for this case.
static inline void represent(struct gf_select *s, struct gf_select_waiter *w, uint32_t i)
{
    w->waiter.slot = s->cases[i].slot;
    w->waiter.value = i << GF_WOKEN_SHIFT;
}

static inline void queue_waiter(struct gf_select *s, struct gf_select_waiter *w, uint32_t i,
                                struct g *g)
{
    struct go_case_ *k = &s->cases[i];
    w->waiter.g = g;
    w->waiter.chan = k->chan;
    w->waiter.ticket = s->ticket;
    w->waiter.in_select = true;
    w->cases = 1;
    represent(s, w, i);
    w->holds_channel = own_last(opposite_of(k), g) != NULL;
    if (gf_unlikely(w->holds_channel)) {
        gf_add_relaxed(&k->chan->refs, 1); // relaxed: the program has a reference meanwhile
        s->holds_channels = true;
    }
    gf_chan_race_parks(k->chan, &w->waiter);
    gf_list_push_back(queue_of(k), &w->waiter.link);
}

// With all channels locked.
static void queue_waiters(struct m *m, struct gf_select *s)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        struct gf_select_waiter *same = own_last(queue_of(&s->cases[i]), m->g);
        if (gf_likely(!same))
            queue_waiter(s, &s->waiters[n++], i, m->g);
        else if (gf_random_below(m, ++same->cases) == 0)
            represent(s, same, i);
    }
    s->queued = n;
}

bool gf_select_queue(struct m *m, struct gf_select *s, struct gf_select_result *r)
{
    gf_select_order(s);
    gf_select_lock(m, s, s->channels);
    bool must_park = !gf_select_try_locked(m, s, r);
    if (must_park) {
        s->ticket = gf_claim_ticket(m->g);
        queue_waiters(m, s);
    }
    gf_select_unlock(s, s->channels);
    return must_park;
}

// What the party that woke us has said.
static inline void read_outcome(struct gf_select *s, uint32_t wake_value,
                                struct gf_select_result *r)
{
    r->chosen = &s->cases[wake_value >> GF_WOKEN_SHIFT];
    r->ok = wake_value & GF_WOKEN_OK;
    r->closed = gf_case_sends(r->chosen) && !r->ok;
}

static inline void unqueue(struct m *m, struct gf_waiter *w)
{
    gf_solo_lock(m, &w->chan->lock, GF_RANK_CHAN);
    // Whoever found it claimed by another has dropped it already.
    if (gf_list_linked(&w->link))
        gf_list_remove(&w->link);
    gf_unlock(&w->chan->lock);
}

void gf_select_unqueue(struct m *m, struct gf_select *s, bool woken, struct gf_select_result *r)
{
    if (woken) {
        gf_race_woken();
        read_outcome(s, m->g->wake_value, r);
    }
    for (uint32_t i = 0; i < s->queued; i++) {
        struct gf_waiter *w = &s->waiters[i].waiter;
        // The one that was served has been taken off, and its channel may be gone.
        if (!woken || r->chosen != &s->cases[w->value >> GF_WOKEN_SHIFT])
            unqueue(m, w);
        else
            gf_select_race_done(r->chosen, gf_chan_race_bytes(w));
        gf_chan_race_parked(w);
    }
}

void gf_select_drop_channels(struct gf_select *s)
{
    for (uint32_t i = 0; i < s->queued; i++)
        if (s->waiters[i].holds_channel)
            go_chan_free_(s->waiters[i].waiter.chan);
}

void gf_select_sleep(int64_t deadline, bool no_cases)
{
    struct m *m = gf_enter();
    enum gf_wait reason = no_cases ? GF_WAIT_SELECT_NO_CASES : GF_WAIT_SELECT;
    if (deadline != INT64_MAX)
        gf_park_until(&m, gf_claim_ticket(m->g), deadline, reason, NULL);
    else
        for (;;)
            m = gf_park(m, NULL, reason, NULL);
    gf_leave(m);
}
