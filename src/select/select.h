// SPDX-License-Identifier: MIT
// A select on its way through the runtime. The frame of the program holds the cases (gofer/select.h); here stand the
// memory that a large select has besides, and what the choice and the park share.
#ifndef GF_SELECT_SELECT_H
#define GF_SELECT_SELECT_H

#include "chan/chan.h"
#include "sched/sched.h"

#include <gofer/select.h>

// A waiter of a parked select. Cases on one channel in one direction share one: only the first in the queue could ever
// be served.
struct gf_select_waiter {
    struct gf_waiter waiter;
    uint32_t cases;     // how many share it
    bool holds_channel; // a reference, for the select waits in both directions on it; see park.c
};

struct gf_select {
    struct go_select_ *frame;
    struct go_case_ *cases; // on channels that are not NULL
    uint32_t count;
    uint32_t flags; // GO_SELECT_*
    // For `count` elements each:
    uint32_t *ready;                  // cases that look ready
    struct go_chan **locks;           // the channels in the order of their addresses, each once
    struct gf_select_waiter *waiters; // of the park
    uint32_t channels;                // how many are in `locks`
    uint32_t queued;                  // how many are in `waiters`
    uint32_t ticket;                  // of the park
    bool holds_channels;              // at least one of the waiters does
};

static inline bool gf_case_sends(const struct go_case_ *k)
{
    return k->what & 1;
}

// How a select has ended.
struct gf_select_result {
    struct go_case_ *chosen; // NULL: none was ready, or the time ran out
    struct g *wake;          // to be made ready once all locks are released
    bool ok;                 // of a receive
    bool closed;             // a send, to a channel that is closed
};

// For the race detector. A send that takes place at once reads the channel, before its receiver can know of it; a channel
// that a parked one goes to may be gone by then, and one that is not ready is not touched.
static inline void gf_select_race_begins(const struct go_case_ *k)
{
    const struct go_chan *c = k->chan;
    if (GF_RACE && gf_case_sends(k) &&
        (c->closed || c->count < c->cap || !gf_list_empty(&c->receivers)))
        gf_chan_race_sent(c);
}

// The operation is done. What was received has been written; who set the timer, if it was one, is known by the channel's
// address.
static inline void gf_select_race_done(const struct go_case_ *k, size_t bytes)
{
    if (gf_case_sends(k))
        return;
    gf_race_acquire(k->chan);
    if (k->slot)
        gf_race_wrote(k->slot, bytes);
}

// --- more.c ---

// The cases, if they are not in the frame.
struct go_case_ *gf_select_many_cases(struct go_select_ *f);
// Frees what the frame had no room for, if the flags say so. Outside of the runtime.
void gf_select_free_more(struct go_select_ *f);
static inline void gf_select_release(struct go_select_ *f, uint32_t flags)
{
    if (gf_unlikely(flags & GO_SELECT_MORE))
        gf_select_free_more(f);
}

// --- order.c ---

// Puts the channels in order. Returns whether the last one belongs to one case only.
bool gf_select_order(struct gf_select *s);
// Locks the first n of them, and unlocks them.
void gf_select_lock(struct m *m, struct gf_select *s, uint32_t n);
void gf_select_unlock(struct gf_select *s, uint32_t n);

// --- pick.c ---

// With the channels of all cases locked: does the operation of a case that is ready, each with the same chance. False
// if none is. Cases whose waiters have all been claimed elsewhere look ready, and turn out not to be.
bool gf_select_try_locked(struct m *m, struct gf_select *s, struct gf_select_result *r);

// --- park.c ---

// Tries once more, with all locked; if that is in vain queues the waiters, and returns true: the goroutine must park.
bool gf_select_queue(struct m *m, struct gf_select *s, struct gf_select_result *r);
// After the park: takes the waiters off the queues again, and says what has happened, if somebody came before the time
// had run out.
void gf_select_unqueue(struct m *m, struct gf_select *s, bool woken, struct gf_select_result *r);
// Outside of the runtime: drops the references that the waiters held.
void gf_select_drop_channels(struct gf_select *s);
// Waits for the time only, or for ever. From outside.
void gf_select_sleep(int64_t deadline, bool no_cases);

#endif
