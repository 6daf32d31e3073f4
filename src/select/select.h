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
    uint32_t flags;    // GO_SELECT_*
    uint32_t channels; // how many are in `locks`
    // For `count` elements each:
    uint32_t *ready;                  // cases that look ready
    struct go_chan **locks;           // the channels in the order of their addresses, each once
    struct gf_select_waiter *waiters; // NULL: few enough for the frame of the park
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

// --- pick.c ---

// With the channels of all cases locked: does the operation of a case that is ready, each with the same chance. False
// if none is. Cases whose waiters have all been claimed elsewhere look ready, and turn out not to be.
bool gf_select_try_locked(struct m *m, struct gf_select *s, struct gf_select_result *r);
void gf_select_lock(struct gf_select *s);
void gf_select_unlock(struct gf_select *s);
// The monotonic moment at which the select gives up; INT64_MAX: never.
int64_t gf_select_deadline(const struct go_select_ *f, uint32_t flags);

// --- park.c ---

// Waits until some case is ready, or the time has run out. From inside the runtime, which it leaves.
void gf_select_block(struct m *m, struct gf_select *s, struct gf_select_result *r);
// Waits for the time only, or for ever. From outside.
void gf_select_sleep(struct go_select_ *f, uint32_t flags, bool no_cases);

#endif
