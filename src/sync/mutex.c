// SPDX-License-Identifier: MIT
// The mutex's long roads; the short ones, one compare-and-swap each, are inline in gofer/sync.h. Go's mutex
// (sync/mutex.go) on the parking lot, so that it is one word, with three values:
//
//     0                   free
//     LOCKED              held; an unlock need wake nobody
//     LOCKED | PARKED     held; an unlock must wake the first in the queue. PARKED changes under the bucket's lock only
//
// Barging: who asks while the mutex is free gets it, though others sleep, for it is running already and they are not.
// An unlock with PARKED wakes the first sleeper, which stays in the queue, marked `awake`, and clears the word: while
// one is awake nobody else need be woken, so the others may lock and unlock by the short roads. The one that is awake
// settles it when it runs, under the bucket's lock: it gets the mutex and leaves the queue, or it sleeps again, still
// the first; in both cases it sets PARKED for who sleeps then. (Go keeps a bit "woken" in the word, and then all pay
// for the long roads.)
//
// Starvation: if the first has waited more than a millisecond, the unlock hands the mutex over: LOCKED stays, and
// nobody can barge. So it goes on in strict order until one is reached that has waited less. (Go has a bit for this,
// set by a second failure; the age of the first says the same.)
//
// Free means free: the compare-and-swap or store that unlocks is the last access. With waiters it happens under the
// bucket's lock, and the rest goes by the waiter alone (sched/sema.h). tests/models/lot.pml frees and reuses the memory as
// soon as it may.
#include "sync/mutex.h"

#include "os/os.h"
#include "panic/misuse.h"
#include "sched/runq.h"
#include "sched/sema.h"
#include "sync/watch.h"

enum { LOCKED = GO_MUTEX_LOCKED, PARKED = 2 };
enum { TRY = 0, HANDED_OVER = 1 }; // what a waiter is told
enum { SPINS = 4, PAUSES = 30 };   // Go's figures: a few microseconds, a critical section or two

static const int64_t STARVES_AFTER = 1000000;

extern inline void go_mutex_lock(go_mutex *m);
extern inline bool go_mutex_try_lock(go_mutex *m);
extern inline void go_mutex_unlock(go_mutex *m);

// Who waits for a mutex.
struct contender {
    struct gf_sema_waiter waiter;
    bool awake; // [lock] the bucket's: has been woken, and has not settled yet
};

static inline _Atomic(uint32_t) *word_of(go_mutex *mu)
{
    return (_Atomic(uint32_t) *)&mu->word;
}

static inline struct contender *first_contender(struct gf_sema_bucket *b, go_mutex *mu)
{
    struct gf_sema_waiter *w = gf_sema_first(b, mu);
    return w ? gf_container_of(w, struct contender, waiter) : NULL;
}

// --- Locking ---

// Spinning pays if the holder runs meanwhile, and nobody could use this processor better. Relaxed: a hint.
static bool spinning_pays(const struct m *m)
{
    const struct p *p = gf_p(m);
    return p && gf_load_relaxed(&gf_sched.procs) > 1 && !gf_load_relaxed(&p->runnext) &&
           gf_runq_len(p) == 0;
}

static void spin(const struct m *m, const _Atomic(uint32_t) *word)
{
    for (int i = 0; i < SPINS && spinning_pays(m); i++) {
        if (gf_load_relaxed(word) == 0) // relaxed: only a hint when to stop
            return;
        for (int j = 0; j < PAUSES; j++)
            gf_arch_pause();
    }
}

// Takes the mutex if it is free.
static inline bool barge(_Atomic(uint32_t) *word)
{
    uint32_t s = 0;
    // Relaxed: the compare-and-swap decides. Acquire: pairs with the release of the unlock.
    return gf_load_relaxed(word) == 0 && gf_cas_acquire(word, &s, LOCKED);
}

// Under the bucket's lock: makes the holder's unlock look at the queue. False if nobody holds it.
static bool set_parked(_Atomic(uint32_t) *word)
{
    uint32_t s = LOCKED;
    // Relaxed: the bucket's lock orders us with the unlock that sees it.
    return gf_cas_relaxed(word, &s, LOCKED | PARKED) || s != 0;
}

// Queues and sleeps until woken, or until the mutex has been handed over, which ends the matter. False if it is free
// now.
static bool queue_and_sleep(struct m **m, go_mutex *mu, struct contender *c)
{
    c->waiter.since = gf_os_now();
    struct gf_sema_bucket *b = gf_sema_lock(mu);
    const struct contender *first = first_contender(b, mu);
    // While another is awake that one sets the mark for us when it settles, even if the mutex is free meanwhile.
    if (!(first && first->awake) && !set_parked(word_of(mu))) {
        gf_sema_unlock(b);
        return false;
    }
    c->awake = false;
    *m = gf_sema_park(*m, b, mu, &c->waiter, false, GF_WAIT_MUTEX_LOCK);
    return true;
}

// Woken, and first in the queue: gets the mutex, or sleeps again. Returns whether it is ours.
static bool settle(struct m **m, go_mutex *mu, struct contender *c)
{
    struct gf_sema_bucket *b = gf_sema_lock(mu);
    for (;;) {
        uint32_t free = 0, next = LOCKED | (gf_sema_has_more(&c->waiter) ? PARKED : 0);
        // Acquire: pairs with the release of the unlock.
        if (gf_cas_acquire(word_of(mu), &free, next)) {
            gf_sema_leave(b, &c->waiter);
            gf_sema_unlock(b);
            return true;
        }
        if (set_parked(word_of(mu)))
            break;
    }
    c->awake = false;
    *m = gf_park(*m, &b->lock, GF_WAIT_MUTEX_LOCK, mu);
    return c->waiter.value == HANDED_OVER;
}

GF_NOINLINE static void lock_asleep(go_mutex *mu)
{
    struct m *m = gf_enter();
    struct contender c;
    do {
        spin(m, word_of(mu));
        if (barge(word_of(mu))) {
            gf_leave(m);
            return;
        }
    } while (!queue_and_sleep(&m, mu, &c));
    bool ours = c.waiter.value == HANDED_OVER;
    while (!ours) {
        spin(m, word_of(mu));
        ours = settle(&m, mu, &c);
    }
    gf_leave(m);
}

// No mutex has these values where the race detector is to be told of each lock.
struct go_mutex_words_ go_mutex_words_ = {.free = GF_RACE ? UINT32_MAX : 0,
                                          .locked = GF_RACE ? UINT32_MAX : LOCKED};

void go_mutex_lock_slow_(go_mutex *mu)
{
    gf_race_uses(mu, __builtin_return_address(0));
    gf_lock_wants(mu, GF_LOCK_MUTEX);
    if (!barge(word_of(mu))) {
        gf_lock_waits(mu, GF_LOCK_MUTEX);
        lock_asleep(mu);
    }
    gf_race_acquire(mu);
    gf_lock_has(mu, GF_LOCK_MUTEX);
}

bool go_mutex_try_lock_slow_(go_mutex *mu)
{
    gf_race_uses(mu, __builtin_return_address(0));
    if (!barge(word_of(mu)))
        return false;
    gf_race_acquire(mu);
    gf_lock_has(mu, GF_LOCK_MUTEX);
    return true;
}

// --- Unlocking ---

// Unlocks if nobody need be woken for it.
static bool unlock_quietly(_Atomic(uint32_t) *word)
{
    uint32_t s = LOCKED;
    // Release: pairs with the acquire of the next lock.
    if (gf_likely(gf_cas_release(word, &s, 0)))
        return true;
    if (gf_unlikely(s == 0))
        gf_fatal_misuse("sync: unlock of unlocked mutex");
    return false;
}

// Under the bucket's lock: gives the mutex up, or to the first waiter. Returns whom to wake; *waited, for how long it
// has waited.
static struct g *give_up(struct gf_sema_bucket *b, go_mutex *mu, int64_t now, int64_t *waited)
{
    struct contender *c = first_contender(b, mu);
    // Two have unlocked it at the same time, and the other one was first.
    if (gf_unlikely(!c || c->awake))
        gf_fatal_misuse("sync: unlock of unlocked mutex");
    struct g *g = c->waiter.g;
    *waited = now - c->waiter.since;
    if (*waited > STARVES_AFTER) {
        // Relaxed: it stays locked; the wake-up orders us with the new holder.
        if (!gf_sema_has_more(&c->waiter))
            gf_store_relaxed(word_of(mu), LOCKED);
        return gf_sema_take(b, mu, HANDED_OVER, NULL);
    }
    c->awake = true;
    c->waiter.value = TRY;
    // Release: pairs with the acquire of the next lock. With the bucket and LOCKED in our hands the word cannot change.
    gf_store_release(word_of(mu), 0);
    return g;
}

GF_NOINLINE static void unlock_and_wake(struct m *m, go_mutex *mu)
{
    int64_t now = gf_os_now();
    struct gf_sema_bucket *b = gf_sema_lock(mu);
    int64_t waited;
    struct g *g = give_up(b, mu, now, &waited);
    gf_sema_unlock(b);
    // Acquire: see its declaration.
    const struct gf_wait_watch *watch = gf_load_acquire(&gf_wait_watch);
    if (gf_unlikely(watch != NULL))
        watch->contended(waited);
    gf_ready(m, g);
}

void gf_mutex_unlock(struct m *m, go_mutex *mu)
{
    gf_race_release(mu);
    if (!unlock_quietly(word_of(mu)))
        unlock_and_wake(m, mu);
}

void go_mutex_unlock_slow_(go_mutex *mu)
{
    gf_lock_leaves(mu, GF_LOCK_MUTEX);
    gf_race_uses(mu, __builtin_return_address(0));
    gf_race_release(mu);
    if (unlock_quietly(word_of(mu)))
        return;
    struct m *m = gf_enter();
    unlock_and_wake(m, mu);
    gf_leave(m);
}
