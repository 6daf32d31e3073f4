// SPDX-License-Identifier: MIT
// The queues of the parking lot. A bucket lists the first waiter of each key; behind it the other waiters of that key
// hang in a ring. So finding a key costs as many steps as the bucket has keys, however many wait for one of them,
// and everything else is O(1). A bucket with many keys makes the table grow (sched/sematable.c).
//
// A timed waiter can be woken by its timer as well. The claim on its goroutine decides (sched/g.h): the timer claims
// under its heap's lock, a waker under the bucket's. A waker that loses drops the waiter from the queue; if no waker
// comes by, the waiter takes itself off when it runs.
#include "sched/sema.h"

// So many keys in one bucket are unlikely before there are twice as many keys as buckets.
enum { CROWD = 8 };

static inline struct gf_sema_waiter *of_ring(struct gf_list *ring)
{
    return gf_container_of(ring, struct gf_sema_waiter, ring);
}

// The key's first waiter, and how many other keys stand before it.
static inline struct gf_sema_waiter *find(struct gf_sema_bucket *b, const void *key,
                                          uint32_t *steps)
{
    *steps = 0;
    for (struct gf_list *l = b->keys.next; l != &b->keys; l = l->next, ++*steps)
        if (gf_sema_of_link(l)->key == key)
            return gf_sema_of_link(l);
    return NULL;
}

struct gf_sema_waiter *gf_sema_first(struct gf_sema_bucket *b, const void *key)
{
    uint32_t steps;
    return find(b, key, &steps);
}

// Puts `next`, which is in the ring already, in the place of the key's first waiter.
static void make_first(struct gf_sema_waiter *first, struct gf_sema_waiter *next)
{
    gf_list_insert(&next->link, first->link.prev, first->link.next);
    first->link.next = NULL;
}

static void detach(struct gf_sema_waiter *w)
{
    struct gf_sema_waiter *next = of_ring(w->ring.next);
    gf_assert(w->key && next->key == w->key);
    w->key = NULL;
    if (gf_list_linked(&w->link)) {
        if (next == w)
            gf_list_remove(&w->link);
        else
            make_first(w, next);
    }
    gf_list_remove(&w->ring);
}

static void enqueue(struct gf_sema_bucket *b, struct gf_sema_waiter *w, bool in_front)
{
    uint32_t steps;
    struct gf_sema_waiter *first = find(b, w->key, &steps);
    w->link.next = NULL;
    if (!first) {
        if (gf_unlikely(steps >= CROWD))
            gf_sema_crowded();
        gf_list_init(&w->ring);
        gf_list_push_back(&b->keys, &w->link);
        return;
    }
    // The place before the first is also the one behind the last.
    gf_list_push_back(&first->ring, &w->ring);
    if (in_front)
        make_first(first, w);
}

// Whether the waiter, which has been unlinked, is the caller's to wake.
static inline bool is_ours(struct gf_sema_waiter *w)
{
    return !w->timed || gf_claim(w->g, w->ticket);
}

// The oldest of the waiters from w on, which is the first of its key or NULL, that is still to be woken: unlinked, and
// told. *next is the one behind it.
static struct g *pop(struct gf_sema_waiter *w, uint32_t value, struct gf_sema_waiter **next,
                     uint32_t *dropped)
{
    while (w) {
        struct gf_sema_waiter *behind = gf_sema_has_more(w) ? of_ring(w->ring.next) : NULL;
        detach(w);
        if (gf_likely(is_ours(w))) {
            w->value = value;
            *next = behind;
            return w->g;
        }
        ++*dropped;
        w = behind;
    }
    *next = NULL;
    return NULL;
}

struct g *gf_sema_take(struct gf_sema_bucket *b, const void *key, uint32_t value, uint32_t *dropped)
{
    struct gf_sema_waiter *next;
    uint32_t n = 0;
    struct g *g = pop(gf_sema_first(b, key), value, &next, &n);
    if (dropped)
        *dropped = n;
    return g;
}

struct g *gf_sema_take_all(struct gf_sema_bucket *b, const void *key, uint32_t value)
{
    struct g *first = NULL, **last = &first, *g;
    struct gf_sema_waiter *next = gf_sema_first(b, key);
    uint32_t dropped = 0;
    while ((g = pop(next, value, &next, &dropped))) {
        g->next = NULL;
        *last = g;
        last = &g->next;
    }
    return first;
}

void gf_sema_queue(struct m *m, struct gf_sema_bucket *b, const void *key, struct gf_sema_waiter *w,
                   bool in_front)
{
    w->key = key;
    w->g = m->g;
    w->timed = false;
    enqueue(b, w, in_front);
}

struct m *gf_sema_park(struct m *m, struct gf_sema_bucket *b, const void *key,
                       struct gf_sema_waiter *w, bool in_front, enum gf_wait reason)
{
    gf_sema_queue(m, b, key, w, in_front);
    return gf_park(m, &b->lock, reason, key);
}

// --- With a limit of time ---

void gf_sema_queue_timed(struct m *m, struct gf_sema_bucket *b, const void *key,
                         struct gf_sema_waiter *w)
{
    w->key = key;
    w->g = m->g;
    w->timed = true;
    w->ticket = gf_claim_ticket(m->g);
    enqueue(b, w, false);
}

bool gf_sema_leave(struct gf_sema_bucket *b, struct gf_sema_waiter *w)
{
    (void)b;
    if (!w->key)
        return false;
    detach(w);
    return true;
}
