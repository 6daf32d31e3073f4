// SPDX-License-Identifier: MIT
// The parking lot: the one place where goroutines and threads wait for words in memory. Mutexes, wait groups,
// once and conditions are words; who must wait for one queues here under its address, in a hashed table of
// buckets, so that the object itself holds no queue. (WebKit's ParkingLot; Linux's futex; Go's semaphore table.)
//
// The protocol. Whoever is to wait takes the bucket's lock, makes sure that the word still says so and marks in it
// that somebody waits, queues, and parks. Whoever changes a word that is marked does so under the bucket's lock,
// takes waiters off the queue, and makes them ready after the unlock. So no wake-up is lost between the look and
// the park, and:
//   - the word's releasing store is the last access to the object, for the rest goes by bucket and key only;
//   - a waiter that was taken knows by what it was told (value), without looking at the object;
//   - no key is ever looked up after the object's effect could be seen, so a reused address wakes nobody else.
//
// Waiters of one key are served in the order of their coming, or of putting themselves in front.
#ifndef GF_SCHED_SEMA_H
#define GF_SCHED_SEMA_H

#include "base/list.h"
#include "sched/sched.h"

struct gf_sema_bucket {
    struct gf_lock lock;
    struct gf_list
        keys; // [lock] the first waiter of each key that anybody waits for; next == NULL: never used
} GF_ALIGNED_LINE;

// In the frame of whoever waits.
struct gf_sema_waiter {
    struct gf_list
        ring; // [lock] the bucket's: all waiters of the key in a ring, after the first the oldest
    struct gf_list link; // [lock] the bucket's: in `keys`, if it is the first of its key
    const void *key;     // [lock] the bucket's; NULL: not queued
    struct g *g;         // [const] while queued, as is the rest
    uint32_t ticket;     // for the claim, if timed
    bool timed;          // a timer may wake it too
    // What the waker tells the waiter; [owner] the waker, between taking it and gf_ready.
    uint32_t value;
    int64_t since; // when it began to wait, for who needs that; not touched here
};

static inline struct gf_sema_waiter *gf_sema_of_link(struct gf_list *link)
{
    return gf_container_of(link, struct gf_sema_waiter, link);
}

// Locks the bucket of an object. All keys of an object are in that bucket: its address, a multiple of 4, and the three
// behind it for objects with more than one queue.
struct gf_sema_bucket *gf_sema_lock(const void *object);
static inline void gf_sema_unlock(struct gf_sema_bucket *b)
{
    gf_unlock(&b->lock);
}

// Where the table lies, for who must not look into it. The world is stopped.
void gf_sema_table(const void **start, size_t *bytes);

// All of these are called with the bucket locked.

// A bucket of the table has become long.
void gf_sema_crowded(void);

// The one to be served next, or NULL. A timed one may have been claimed by its timer: see gf_sema_take.
struct gf_sema_waiter *gf_sema_first(struct gf_sema_bucket *b, const void *key);
// Whether others wait for the same key behind this one, the first.
static inline bool gf_sema_has_more(const struct gf_sema_waiter *w)
{
    return w->ring.next != &w->ring;
}
// Takes the first waiter of the key off the queue, tells it `value` and returns its goroutine, which the caller makes
// ready after the unlock; NULL if there is none. *dropped, if not NULL, is how many were taken off besides whose time
// had run out.
struct g *gf_sema_take(struct gf_sema_bucket *b, const void *key, uint32_t value,
                       uint32_t *dropped);
// Takes all, as a chain for gf_ready_all, oldest first; NULL if there is none.
struct g *gf_sema_take_all(struct gf_sema_bucket *b, const void *key, uint32_t value);

// Queues the caller, without parking.
void gf_sema_queue(struct m *m, struct gf_sema_bucket *b, const void *key, struct gf_sema_waiter *w,
                   bool in_front);
// Queues the caller, unlocks the bucket and parks. w->value is what the waker said.
struct m *gf_sema_park(struct m *m, struct gf_sema_bucket *b, const void *key,
                       struct gf_sema_waiter *w, bool in_front, enum gf_wait reason);

// For timed waits, in this order, all inside the runtime and without leaving it: gf_sema_queue_timed with the bucket
// locked; after the unlock gf_park_until (sched/limit.h) with the waiter's ticket. If the time ran out the waiter may
// still be queued: gf_sema_leave, with the bucket locked, takes it off and says whether it was.
void gf_sema_queue_timed(struct m *m, struct gf_sema_bucket *b, const void *key,
                         struct gf_sema_waiter *w);
bool gf_sema_leave(struct gf_sema_bucket *b, struct gf_sema_waiter *w);

#endif
