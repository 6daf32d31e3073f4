// SPDX-License-Identifier: MIT
// What the poller knows of a descriptor: for each direction, whether there are news of it, who waits for them, and until
// when. One goroutine at a time waits in a direction (io/fd.h sees to that). Records are never freed, only used again
// with another generation, since a late event may lead to one at any time.
//
// Nothing here takes a lock. Who waits says so first and looks again after that; who brings something writes it first
// and looks for a waiter after that; so one of the two sees the other (Dekker, with a fence on both sides):
//     waiter                                            event, timer, new deadline, close
//     1. waiter = g                                     1. news++, armed = NEVER, deadline, closed
//     2. fence                                          2. fence
//     3. news? timer? deadline? closed?                 3. takes the waiter: compare-and-swap to NULL
// Whoever takes the waiter makes it ready, exactly once; it then looks for itself why. So being woken for nothing does no
// harm, and that is what makes a record that is used again safe.
//
// A deadline costs nothing while operations succeed: the timer stays armed from one to the next, and is set anew by who
// waits, only if it would come too late, or has come too early.
#ifndef GF_IO_POLLDESC_H
#define GF_IO_POLLDESC_H

#include "sched/poller.h"
#include "sched/timerheap.h"

enum gf_direction { GF_READING, GF_WRITING, GF_DIRECTIONS };

#define GF_NEVER INT64_MAX

struct gf_pollside {
    _Atomic(uint32_t) news;     // [atomic] counted up by events, release; acquire by who reads
    _Atomic(struct g *) waiter; // [atomic] as the head says
    _Atomic(int64_t) deadline;  // [atomic] monotonic; GF_NEVER: none. By anybody
    _Atomic(int64_t) armed;     // [atomic] when the timer fires; GF_NEVER: it is not armed
    struct gf_timer timer;      // [owner] whose turn it is in this direction, or the last user
    uint32_t dry_at;            // [owner] whose turn it is: what `news` was when nothing was left,
    bool dry;                   // if anything of that kind has been seen
};

struct gf_polldesc {
    struct gf_poll_source source;
    _Atomic(uint32_t) generation; // [atomic] changed when it is released; relaxed, see the head
    // [atomic] the poller has it; relaxed: two that make it so at a time do no harm
    _Atomic(bool) watched;
    // The peer has shut down, or urgent data has come: then a short read does not mean that nothing is left. Set before
    // `news` is counted, relaxed.
    _Atomic(bool) special;
    struct gf_pollside side[GF_DIRECTIONS];
    struct gf_polldesc *next; // [lock] the free list
};

// A record in its initial state, or NULL: no memory. From inside the runtime, as all that follow.
struct gf_polldesc *gf_polldesc_get(void);
// Nobody uses it any more. Its timers are stopped.
void gf_polldesc_put(struct gf_polldesc *p);

// Whether nothing has happened since this direction was found empty (or full).
static inline bool gf_pollside_is_dry(struct gf_pollside *s)
{
    // Acquire: pairs with the release in the event's handler.
    return s->dry && gf_load_acquire(&s->news) == s->dry_at;
}

// Parks the caller, whose turn it is, until something may have changed, or until `limit`. `closed` is a word that a close
// makes odd. Returns at once if something has.
struct m *gf_pollside_park(struct m *m, struct gf_pollside *s, const _Atomic(uint32_t) *closed,
                           int64_t limit);

// Takes the waiter off, for the caller to make ready; NULL if there is none. After the change it is to see, and a fence.
struct g *gf_pollside_take(struct gf_pollside *s);

#endif
