// SPDX-License-Identifier: MIT
// The books on watched locks, in tables of fixed size that cost memory only as far as they are used; what no longer
// fits is not watched. One lock protects them; it is the runtime's, so nobody is preempted with it.
//
// Order (Linux's lockdep; Go's TSan-based detectors): if B is ever taken by somebody who holds A, then "A before B".
// A new order that closes a circle with those known is an inversion, even if nobody has ever been stuck: reported,
// unless the same goroutine made both, or both were made under a common third lock. A lock whose memory has been freed
// and serves another lock is taken for the same.
#include "debug/locks.h"

#include "base/lock.h"
#include "os/os.h"
#include "sched/view.h"

#include <string.h>

enum {
    BUCKETS = 4096,
    MOST_CLAIMS = 1 << 16,
    MOST_ORDERS = 1 << 18,
    LONGEST_CIRCLE = 6,
};

static struct {
    struct gf_lock lock; // protects all below
    struct gf_lock_claim *claims, *free_claims;
    size_t claim_count;
    struct gf_lock_claim *by_lock[BUCKETS], *by_goroutine[BUCKETS]; // held
    struct gf_lock_claim *waits[BUCKETS];                           // by goroutine
    struct gf_lock_order *orders;
    size_t order_count;
    struct gf_lock_order *by_first[BUCKETS];
    uint64_t serial;
} books;

static inline size_t bucket_of(uint64_t key)
{
    return (size_t)((key * 0x9E3779B97F4A7C15ULL) >> 52);
}
_Static_assert(BUCKETS == 1 << 12, "bucket_of takes the upper twelve bits");

static inline size_t lock_bucket(const void *lock)
{
    return bucket_of((uint64_t)(uintptr_t)lock);
}

static struct m *enter(void)
{
    struct m *m = gf_enter();
    gf_lock(&books.lock, GF_RANK_PRINT);
    if (!books.claims) {
        books.claims = gf_os_reserve(MOST_CLAIMS * sizeof *books.claims);
        books.orders = gf_os_reserve(MOST_ORDERS * sizeof *books.orders);
        if (!books.claims || !books.orders)
            gf_throw("no memory for the books on locks");
    }
    return m;
}

static void leave(struct m *m)
{
    gf_unlock(&books.lock);
    gf_leave(m);
}

// ---- Claims ----

static struct gf_lock_claim *new_claim(void)
{
    struct gf_lock_claim *c = books.free_claims;
    if (c)
        books.free_claims = c->same_lock;
    else if (books.claim_count < MOST_CLAIMS)
        c = &books.claims[books.claim_count++];
    return c;
}

static void free_claim(struct gf_lock_claim *c)
{
    c->same_lock = books.free_claims;
    books.free_claims = c;
}

static struct gf_lock_claim *wait_of(uint64_t goroutine)
{
    struct gf_lock_claim *c = books.waits[bucket_of(goroutine)];
    while (c && c->goroutine != goroutine)
        c = c->same_goroutine;
    return c;
}

static void end_wait(uint64_t goroutine)
{
    struct gf_lock_claim **at = &books.waits[bucket_of(goroutine)], *c;
    while ((c = *at) && c->goroutine != goroutine)
        at = &c->same_goroutine;
    if (!c)
        return;
    *at = c->same_goroutine;
    free_claim(c);
}

uint64_t gf_locks_wait(const void *lock, enum gf_lock_kind kind, const struct gf_lock_site *site)
{
    struct m *m = enter();
    uint64_t id = m->g->id, serial = ++books.serial;
    end_wait(id);
    struct gf_lock_claim *c = new_claim();
    if (c) {
        struct gf_lock_claim **first = &books.waits[bucket_of(id)];
        *c = (struct gf_lock_claim){.same_goroutine = *first,
                                    .lock = lock,
                                    .kind = kind,
                                    .goroutine = id,
                                    .serial = serial,
                                    .site = *site};
        *first = c;
    }
    leave(m);
    return serial;
}

void gf_locks_have(const void *lock, enum gf_lock_kind kind, const struct gf_lock_site *site)
{
    struct m *m = enter();
    uint64_t id = m->g->id;
    end_wait(id);
    struct gf_lock_claim *c = new_claim();
    if (c) {
        struct gf_lock_claim **same_lock = &books.by_lock[lock_bucket(lock)];
        struct gf_lock_claim **same_goroutine = &books.by_goroutine[bucket_of(id)];
        *c = (struct gf_lock_claim){.same_lock = *same_lock,
                                    .same_goroutine = *same_goroutine,
                                    .lock = lock,
                                    .kind = kind,
                                    .goroutine = id,
                                    .site = *site};
        *same_lock = *same_goroutine = c;
    }
    leave(m);
}

// The claim to be given up: the goroutine's own if it has one.
static struct gf_lock_claim *find_held(const void *lock, enum gf_lock_kind kind, uint64_t id)
{
    struct gf_lock_claim *any = NULL;
    for (struct gf_lock_claim *c = books.by_lock[lock_bucket(lock)]; c; c = c->same_lock) {
        if (c->lock != lock || c->kind != kind)
            continue;
        if (c->goroutine == id)
            return c;
        any = c;
    }
    return any;
}

static void drop_held(struct gf_lock_claim *c)
{
    struct gf_lock_claim **at = &books.by_lock[lock_bucket(c->lock)];
    while (*at != c)
        at = &(*at)->same_lock;
    *at = c->same_lock;
    at = &books.by_goroutine[bucket_of(c->goroutine)];
    while (*at != c)
        at = &(*at)->same_goroutine;
    *at = c->same_goroutine;
    free_claim(c);
}

void gf_locks_leave(const void *lock, enum gf_lock_kind kind)
{
    struct m *m = enter();
    struct gf_lock_claim *c = find_held(lock, kind, m->g->id);
    if (c)
        drop_held(c);
    leave(m);
}

// ---- Orders ----

static struct gf_lock_order *find_order(const void *first, const void *second)
{
    struct gf_lock_order *o = books.by_first[lock_bucket(first)];
    while (o && (o->first != first || o->second != second))
        o = o->same_first;
    return o;
}

static bool share_a_lock(const struct gf_lock_order *a, const struct gf_lock_order *b)
{
    for (int i = 0; i < 4 && a->also[i]; i++)
        for (int k = 0; k < 4 && b->also[k]; k++)
            if (a->also[i] == b->also[k])
                return true;
    return false;
}

// The first step of a way from `from` to `to` through known orders, none of which is safe beside `now`; NULL: none.
static const struct gf_lock_order *find_way(const void *from, const void *to,
                                            const struct gf_lock_order *now, int steps)
{
    for (const struct gf_lock_order *o = books.by_first[lock_bucket(from)]; o; o = o->same_first) {
        if (o->first != from || o->goroutine == now->goroutine || share_a_lock(o, now))
            continue;
        if (o->second == to || (steps > 1 && find_way(o->second, to, now, steps - 1)))
            return o;
    }
    return NULL;
}

static void note_other_locks(struct gf_lock_order *o)
{
    int n = 0;
    for (struct gf_lock_claim *c = books.by_goroutine[bucket_of(o->goroutine)]; c && n < 4;
         c = c->same_goroutine)
        if (c->goroutine == o->goroutine && c->lock != o->first && c->lock != o->second)
            o->also[n++] = c->lock;
}

// Returns whether this order contradicts an earlier one.
static bool add_order(const struct gf_lock_claim *held, const void *lock,
                      const struct gf_lock_site *site, struct gf_lock_inversion *found)
{
    if (held->lock == lock || find_order(held->lock, lock) || books.order_count == MOST_ORDERS)
        return false;
    struct gf_lock_order *o = &books.orders[books.order_count++];
    *o = (struct gf_lock_order){.first = held->lock,
                                .second = lock,
                                .goroutine = held->goroutine,
                                .first_site = held->site,
                                .second_site = *site};
    note_other_locks(o);
    const struct gf_lock_order *before = find_way(lock, held->lock, o, LONGEST_CIRCLE);
    if (before)
        *found = (struct gf_lock_inversion){.now = *o, .before = *before};
    struct gf_lock_order **first = &books.by_first[lock_bucket(o->first)];
    o->same_first = *first;
    *first = o;
    return before != NULL;
}

bool gf_locks_want(const void *lock, const struct gf_lock_site *site,
                   struct gf_lock_inversion *found)
{
    bool inverted = false;
    struct m *m = enter();
    uint64_t id = m->g->id;
    for (struct gf_lock_claim *c = books.by_goroutine[bucket_of(id)]; c; c = c->same_goroutine)
        if (c->goroutine == id && add_order(c, lock, site, found))
            inverted = true;
    leave(m);
    return inverted;
}

// ---- Waiting in circles ----

static bool has_ended(uint64_t goroutine)
{
    struct gf_view v;
    for (uint32_t slot = 0, n = gf_view_g_count(); slot < n; slot++)
        if (gf_view_read_any(gf_view_g(slot), &v) && v.id == goroutine)
            return false;
    for (const struct m *m = gf_view_next_thread(NULL); m; m = gf_view_next_thread(m))
        if (gf_view_thread_id(m) && gf_view_thread_goroutine(m)->id == goroutine)
            return false;
    return true;
}

// Who keeps a waiter waiting. A reader waits for the writer that holds the lock, or else for its own earlier read
// lock, behind a writer that waits for that.
static struct gf_lock_claim *holder_of(const struct gf_lock_claim *wait)
{
    struct gf_lock_claim *any = NULL;
    for (struct gf_lock_claim *c = books.by_lock[lock_bucket(wait->lock)]; c; c = c->same_lock) {
        if (c->lock != wait->lock)
            continue;
        if (c->goroutine == wait->goroutine)
            return c;
        any = c;
    }
    return any;
}

static struct gf_lock_claim *find_wait(uint64_t serial)
{
    for (size_t i = 0; i < BUCKETS; i++)
        for (struct gf_lock_claim *c = books.waits[i]; c; c = c->same_goroutine)
            if (c->serial == serial)
                return c;
    return NULL;
}

static void follow(const struct gf_lock_claim *wait, struct gf_lock_chain *chain)
{
    while (wait && chain->count < GF_LOCK_CHAIN) {
        const struct gf_lock_claim *hold = holder_of(wait);
        if (!hold)
            return;
        chain->link[chain->count].wait = *wait;
        chain->link[chain->count++].hold = *hold;
        if (hold->goroutine == chain->link[0].wait.goroutine) {
            chain->is_circle = true;
            return;
        }
        wait = wait_of(hold->goroutine);
    }
}

bool gf_locks_follow(uint64_t serial, struct gf_lock_chain *chain)
{
    *chain = (struct gf_lock_chain){.count = 0};
    struct m *m = enter();
    follow(find_wait(serial), chain);
    if (chain->count > 0 && !chain->is_circle)
        chain->holder_ended = has_ended(chain->link[chain->count - 1].hold.goroutine);
    leave(m);
    return chain->is_circle || chain->holder_ended;
}

void gf_locks_records(void (*f)(const void *start, size_t bytes))
{
    if (books.claims)
        f(books.claims, MOST_CLAIMS * sizeof *books.claims);
    if (books.orders)
        f(books.orders, MOST_ORDERS * sizeof *books.orders);
}
