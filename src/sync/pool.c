// SPDX-License-Identifier: MIT
// Pools. The objects lie in a core on the heap: one shard a processor, each with a private part, which only the thread
// that has the processor touches, inside the runtime and so without a lock, and behind it a shared stack under a lock, from
// which others take too. Private is one object, as in Go, the first to be put in and the first to be got, and a stack of a
// few more, which save the lock where somebody needs several.
// Between the two objects move in batches, so that many puts in a row, as after a collection (sched/epoch.h), and many gets
// take the lock once a batch.
//
//     pool ── core ── victim ─x      the core is where objects are put; from its victim they are only taken
//
// Ageing (Go's victim cache, driven by time instead of collections): once a core is GENERATION old, the next operation
// that looks puts a new one in its place, with the old one as victim; the victim's own victim is detached and freed, once
// no operation can be in it any more (sched/epoch.h). So an object that nobody takes lives for one to two generations.
// An operation looks at the clock after each LOOK_EVERY uses of its shard, and when a get finds nothing.
//
// More processors than the core has shards: the next put of such a processor makes a new core early. Foreign threads have
// no processor; they use shared stacks only.
//
// Free means free: a look, which may touch the pool again, comes before the operation's effect.
#include "sync/pool.h"

#include "sched/solo.h"

#include <stdlib.h>
#include <string.h>

#include "os/os.h"

enum { PRIVATE_MOST = 32, BATCH = PRIVATE_MOST / 2, SHARED_MOST = 512, LOOK_EVERY = 1024 };

static const int64_t GENERATION = 2000000000;

struct shard {
    // [owner P] relaxed: a processor has one thread at a time, and handing it over orders them. Atomic for the thread
    // sanitizer only, which knows goroutines, not processors.
    _Atomic(uint32_t) uses; // since the last look
    _Atomic(void *) first;  // NULL: none
    _Atomic(uint32_t) private_count;
    _Atomic(void *) private[PRIVATE_MOST];

    struct gf_lock lock;
    _Atomic(uint32_t) count; // [lock] to change; relaxed without it: a hint whether to look
    void *shared[SHARED_MOST];
} GF_ALIGNED_LINE;

struct core {
    _Atomic(struct core *) victim; // [atomic] set before publication; detached by exchange
    int64_t born;                  // [const]
    unsigned n;                    // [const] of shards
    struct shard shards[];
};

static inline _Atomic(struct core *) *core_of(go_pool *p)
{
    return (_Atomic(struct core *) *)&p->core;
}

static void end_object(const go_pool *p, void *x)
{
    if (!x)
        return;
    gf_race_acquire(x); // an object ends after the put that brought it here
    if (p->free)
        p->free(x);
    else if (!p->make && p->size > 0)
        free(x); // ours, by calloc
}

// --- Cores ---

static struct core *core_new(unsigned shards, int64_t now)
{
    size_t bytes = sizeof(struct core) + shards * sizeof(struct shard);
    struct core *c = aligned_alloc(GF_CACHE_LINE, bytes);
    if (!c)
        gf_fatal("out of memory (pool)");
    memset(c, 0, bytes);
    c->born = now;
    c->n = shards;
    return c;
}

// Frees a core that nobody can be in any more, with its objects. From outside of the runtime.
static void core_end(const go_pool *p, struct core *c)
{
    if (!c)
        return;
    for (unsigned i = 0; i < c->n; i++) {
        struct shard *s = &c->shards[i];
        // Relaxed: we are alone.
        end_object(p, gf_load_relaxed(&s->first));
        for (uint32_t k = 0; k < gf_load_relaxed(&s->private_count); k++)
            end_object(p, gf_load_relaxed(&s->private[k]));
        for (uint32_t k = 0; k < gf_load_relaxed(&s->count); k++)
            end_object(p, s->shared[k]);
    }
    free(c);
}

static bool is_to_be_replaced(const struct core *c, unsigned shards, int64_t now)
{
    return !c || c->n < shards || now - c->born >= GENERATION;
}

// Puts the new core in the place of the old one, if that is due, and gives what nobody needs any more.
static bool install(go_pool *p, struct core *fresh, struct core **unneeded)
{
    bool done = false;
    struct m *m = gf_enter();
    gf_epoch_enter(m);
    // Acquire: pairs with the release of whoever installed it. In this section it stays.
    struct core *old = gf_load_acquire(core_of(p));
    while (!done && is_to_be_replaced(old, fresh->n, fresh->born)) {
        gf_store_relaxed(&fresh->victim, old); // relaxed: the release below publishes it
        done = gf_cas_acqrel(core_of(p), &old, fresh);
    }
    *unneeded = done && old ? gf_xchg_acqrel(&old->victim, NULL) : NULL;
    gf_epoch_leave(m);
    gf_leave(m);
    return done;
}

// Waits until no operation that began earlier is under way.
static void wait_for_others(void)
{
    struct m *m = gf_enter();
    struct gf_retired *garbage = gf_epoch_wait(m);
    gf_leave(m);
    gf_retired_free(garbage);
}

// Looks at the clock and at the number of processors; replaces the core if it is time.
GF_NOINLINE static void look(go_pool *p, bool needs_core)
{
    int64_t now = gf_os_now();
    unsigned procs = (unsigned)gf_load_relaxed(&gf_sched.procs); // relaxed: a hint
    struct m *m = gf_enter();
    gf_epoch_enter(m);
    struct core *c = gf_load_acquire(core_of(p)); // as in install
    bool due = c ? is_to_be_replaced(c, procs, now) : needs_core;
    gf_epoch_leave(m);
    gf_leave(m);
    if (!due)
        return;
    struct core *fresh = core_new(procs, now), *unneeded;
    if (!install(p, fresh, &unneeded))
        core_end(p, fresh);
    if (unneeded) {
        wait_for_others();
        core_end(p, unneeded);
    }
}

// --- Shards ---

// The shard of this thread's processor; NULL: it has none.
static inline struct shard *own_shard(struct core *c, const struct m *m)
{
    const struct p *p = gf_p(m);
    return c && p && (unsigned)p->id < c->n ? &c->shards[p->id] : NULL;
}

static inline void *take_stacked(struct shard *s)
{
    uint32_t count = gf_load_relaxed(&s->private_count);
    if (count == 0)
        return NULL;
    gf_store_relaxed(&s->private_count, count - 1);
    return gf_load_relaxed(&s->private[count - 1]);
}

static inline bool put_stacked(struct shard *s, void *x)
{
    uint32_t count = gf_load_relaxed(&s->private_count);
    if (count == PRIVATE_MOST)
        return false;
    gf_store_relaxed(&s->private[count], x);
    gf_store_relaxed(&s->private_count, count + 1);
    return true;
}

static inline void *take_private(struct shard *s)
{
    void *x = gf_load_relaxed(&s->first);
    if (!x)
        return take_stacked(s);
    gf_store_relaxed(&s->first, NULL);
    return x;
}

static inline bool put_private(struct shard *s, void *x)
{
    if (gf_load_relaxed(&s->first))
        return put_stacked(s, x);
    gf_store_relaxed(&s->first, x);
    return true;
}

// Takes one from this processor's shared stack, and a batch more for the private one, which is empty.
static void *take_batch(struct m *m, struct shard *s)
{
    void *x = NULL;
    if (gf_load_relaxed(&s->count) == 0)
        return NULL;
    gf_solo_lock(m, &s->lock, GF_RANK_POOL);
    uint32_t count = gf_load_relaxed(&s->count);
    if (count > 0)
        x = s->shared[--count];
    for (int i = 0; i < BATCH && count > 0; i++)
        put_stacked(s, s->shared[--count]);
    gf_store_relaxed(&s->count, count);
    gf_unlock(&s->lock);
    return x;
}

// Makes room in the private stack, which is full, and puts one there; false if the shared one is full too.
static bool put_batch(struct m *m, struct shard *s, void *x)
{
    gf_solo_lock(m, &s->lock, GF_RANK_POOL);
    uint32_t count = gf_load_relaxed(&s->count);
    bool fits = count + BATCH <= SHARED_MOST;
    for (int i = 0; i < BATCH && fits; i++)
        s->shared[count++] = take_stacked(s);
    gf_store_relaxed(&s->count, count);
    gf_unlock(&s->lock);
    return fits && put_stacked(s, x);
}

static void *take_shared(struct m *m, struct shard *s)
{
    void *x = NULL;
    if (gf_load_relaxed(&s->count) == 0)
        return NULL;
    gf_solo_lock(m, &s->lock, GF_RANK_POOL);
    uint32_t count = gf_load_relaxed(&s->count);
    if (count > 0) {
        x = s->shared[count - 1];
        gf_store_relaxed(&s->count, count - 1);
    }
    gf_unlock(&s->lock);
    return x;
}

static bool put_shared(struct m *m, struct shard *s, void *x)
{
    gf_solo_lock(m, &s->lock, GF_RANK_POOL);
    uint32_t count = gf_load_relaxed(&s->count);
    bool fits = count < SHARED_MOST;
    if (fits) {
        s->shared[count] = x;
        gf_store_relaxed(&s->count, count + 1);
    }
    gf_unlock(&s->lock);
    return fits;
}

// Anything from a core: first from this processor's shard, then from the others'.
static void *take_from(struct core *c, struct m *m)
{
    if (!c)
        return NULL;
    struct shard *own = own_shard(c, m);
    void *x = own ? take_private(own) : NULL;
    unsigned first = own ? (unsigned)(own - c->shards) : (unsigned)m->id % c->n;
    for (unsigned i = 0; i < c->n && !x; i++)
        x = take_shared(m, &c->shards[(first + i) % c->n]);
    return x;
}

// Counts a use; true: it is time for a look.
static inline bool counts_to_look(struct shard *s)
{
    uint32_t uses = gf_load_relaxed(&s->uses) + 1;
    gf_store_relaxed(&s->uses, uses);
    return gf_unlikely(uses >= LOOK_EVERY);
}

// --- Getting ---

static void *make(const go_pool *p)
{
    if (p->make)
        return p->make();
    if (p->size == 0)
        return NULL;
    void *x = calloc(1, p->size);
    if (!x)
        gf_fatal("out of memory (pool)");
    return x;
}

GF_NOINLINE static void *get_slow(go_pool *p)
{
    struct m *m = gf_enter();
    gf_epoch_enter(m);
    struct core *c = gf_load_acquire(core_of(p)); // as in install
    struct shard *own = own_shard(c, m);
    if (own)
        gf_store_relaxed(&own->uses, 0);
    void *x = take_from(c, m);
    // Acquire: pairs with the release that published the victim's contents.
    if (!x && c)
        x = take_from(gf_load_acquire(&c->victim), m);
    gf_epoch_leave(m);
    gf_leave(m);
    look(p, false);
    if (!x)
        return make(p);
    gf_race_acquire(x);
    return x;
}

void *gf_pool_take(struct m *m, go_pool *p)
{
    struct shard *own = own_shard(gf_load_acquire(core_of(p)), m); // as in install
    if (gf_unlikely(!own) || counts_to_look(own))
        return NULL;
    void *x = take_private(own);
    return gf_likely(x != NULL) ? x : take_batch(m, own);
}

void *go_pool_get(go_pool *p)
{
    struct m *m = gf_enter();
    gf_epoch_enter(m);
    void *x = gf_pool_take(m, p);
    gf_epoch_leave(m);
    gf_leave(m);
    if (gf_unlikely(!x))
        return get_slow(p);
    gf_race_acquire(x);
    return x;
}

// --- Putting ---

enum put { PUT_DONE, PUT_IS_FULL, PUT_NEEDS_LOOK };

static inline bool put_shard(struct m *m, struct shard *s, void *x)
{
    return put_private(s, x) || put_batch(m, s, x);
}

static enum put put_own(struct m *m, struct shard *s, void *x)
{
    if (counts_to_look(s)) {
        gf_store_relaxed(&s->uses, 0);
        return PUT_NEEDS_LOOK;
    }
    return put_shard(m, s, x) ? PUT_DONE : PUT_IS_FULL;
}

bool gf_pool_give(struct m *m, go_pool *p, void *x)
{
    struct shard *own = own_shard(gf_load_acquire(core_of(p)), m); // as in install
    return own && put_shard(m, own, x);
}

static enum put try_put(go_pool *p, void *x)
{
    enum put result = PUT_NEEDS_LOOK;
    struct m *m = gf_enter();
    gf_epoch_enter(m);
    struct core *c = gf_load_acquire(core_of(p)); // as in install
    struct shard *own = own_shard(c, m);
    if (gf_likely(own != NULL))
        result = put_own(m, own, x);
    else if (c && !gf_p(m))
        result = put_shared(m, &c->shards[(unsigned)m->id % c->n], x) ? PUT_DONE : PUT_IS_FULL;
    gf_epoch_leave(m);
    gf_leave(m);
    return result;
}

void go_pool_put(go_pool *p, void *x)
{
    enum put result;
    if (!x)
        return;
    gf_race_release(x);
    while (gf_unlikely((result = try_put(p, x)) == PUT_NEEDS_LOOK))
        look(p, true);
    if (gf_unlikely(result == PUT_IS_FULL))
        end_object(p, x);
}

void go_pool_drain(go_pool *p)
{
    // Acquire and release: as any operation's; nobody finds the core any more.
    struct core *c = gf_xchg_acqrel(core_of(p), NULL);
    if (!c)
        return;
    wait_for_others();
    struct core *victim = gf_load_relaxed(&c->victim); // relaxed: we are alone
    core_end(p, c);
    core_end(p, victim);
}
