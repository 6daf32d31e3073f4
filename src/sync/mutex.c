// SPDX-License-Identifier: MIT
// The mutex's long roads; the short ones, one compare-and-swap each, are inline in gofer/sync.h. Go's mutex
// (sync/mutex.go) on the parking lot, so that it is one word of 32 bits.
//
//      31                       3      2        1        0
//     +--------------------------+--------+--------+--------+
//     |            0             | WOKEN  | PARKED | LOCKED |
//     +--------------------------+--------+--------+--------+
//   LOCKED   held
//   PARKED   somebody sleeps in the lot; changes under the bucket's lock only
//   WOKEN    one who had slept, or who spins, is awake and will try: an unlock need wake nobody. Set by the waker
//            under the bucket's lock or by the spinner itself; taken back by that one, when it gets the lock or sleeps
//
// Barging: who asks while the mutex is free gets it, though others sleep, for it is running already and they are
// not. One who was woken and comes too late sleeps again in front of the others. Starvation: if the first has waited
// more than a millisecond, the unlock hands the mutex over: LOCKED stays set, and nobody can barge. So it goes on in
// strict order until one is reached that has waited less. (Go keeps a bit for this and needs two failures to set it;
// the age of the first waiter says the same.)
//
// Free means free: the compare-and-swap or store that unlocks is the last access. With waiters it happens under the
// bucket's lock, and the rest goes by the waiter alone (sched/sema.h).
#include "sync/mutex.h"

#include "os/os.h"
#include "sched/runq.h"
#include "sched/sema.h"

enum { LOCKED = GO_MUTEX_LOCKED, PARKED = 2, WOKEN = 4 };
enum { TRY = 0, HANDED_OVER = 1 }; // what a waiter is told
enum { SPINS = 4, PAUSES = 30 };   // Go's figures: a few microseconds, a critical section or two

static const int64_t STARVES_AFTER = 1000000;

extern inline void go_mutex_lock(go_mutex *m);
extern inline bool go_mutex_try_lock(go_mutex *m);
extern inline void go_mutex_unlock(go_mutex *m);

static inline _Atomic(uint32_t) *word_of(go_mutex *mu)
{
    return (_Atomic(uint32_t) *)&mu->word;
}

// Who tries to get the mutex by the long road.
struct contender {
    struct gf_sema_waiter waiter;
    bool slept; // has waited in the queue, so goes to the front
    bool awake; // the WOKEN bit is its own
};

// Spinning pays if the holder runs meanwhile, and nobody could use this processor better. Relaxed: a hint.
static bool spinning_pays(const struct m *m)
{
    const struct p *p = gf_p(m);
    return p && gf_load_relaxed(&gf_sched.procs) > 1 && !gf_load_relaxed(&p->runnext) &&
           gf_runq_len(p) == 0;
}

// Claims the WOKEN bit while spinning, so that the unlock wakes nobody to compete with us.
static void announce_spinner(_Atomic(uint32_t) *word, uint32_t s, struct contender *c)
{
    if (!c->awake && (s & (PARKED | WOKEN)) == PARKED)
        // Relaxed: the bit carries nothing but itself.
        c->awake = gf_cas_relaxed(word, &s, s | WOKEN);
}

static void spin(struct m *m, _Atomic(uint32_t) *word, struct contender *c)
{
    for (int i = 0; i < SPINS && spinning_pays(m); i++) {
        uint32_t s = gf_load_relaxed(word); // relaxed: only a hint when to stop
        if (!(s & LOCKED))
            return;
        announce_spinner(word, s, c);
        for (int j = 0; j < PAUSES; j++)
            gf_arch_pause();
    }
}

// Takes the mutex if it is free.
static bool try_to_take(_Atomic(uint32_t) *word, const struct contender *c)
{
    uint32_t s = gf_load_relaxed(word); // relaxed: the compare-and-swap decides
    while (!(s & LOCKED))
        // Acquire: pairs with the release of the unlock.
        if (gf_cas_acquire(word, &s, (s | LOCKED) & (c->awake ? ~(uint32_t)WOKEN : ~0u)))
            return true;
    return false;
}

// Under the bucket's lock: says in the word that somebody sleeps. False if the mutex is free by now.
static bool announce_sleep(_Atomic(uint32_t) *word, const struct contender *c)
{
    uint32_t s = gf_load_relaxed(word); // relaxed: the bucket's lock orders us with the waker
    while (s & LOCKED)
        if (gf_cas_relaxed(word, &s, (s | PARKED) & (c->awake ? ~(uint32_t)WOKEN : ~0u)))
            return true;
    return false;
}

// Sleeps until told something; returns whether the mutex has been handed over.
static bool go_to_sleep(struct m **m, go_mutex *mu, struct contender *c)
{
    if (!c->slept)
        c->waiter.since = gf_os_now();
    struct gf_sema_bucket *b = gf_sema_lock(mu);
    if (!announce_sleep(word_of(mu), c)) {
        gf_sema_unlock(b);
        return false;
    }
    *m = gf_sema_park(*m, b, mu, &c->waiter, c->slept, GF_WAIT_MUTEX_LOCK);
    c->slept = c->awake = true;
    return c->waiter.value == HANDED_OVER;
}

void go_mutex_lock_slow_(go_mutex *mu)
{
    struct m *m = gf_enter();
    struct contender c = {.slept = false};
    do
        spin(m, word_of(mu), &c);
    while (!try_to_take(word_of(mu), &c) && !go_to_sleep(&m, mu, &c));
    gf_leave(m);
}

// Unlocks if nobody need be woken for it.
static bool unlock_quietly(_Atomic(uint32_t) *word)
{
    uint32_t s = gf_load_relaxed(word); // relaxed: it is ours, so only the other bits change
    for (;;) {
        if (gf_unlikely(!(s & LOCKED)))
            gf_fatal("sync: unlock of unlocked mutex");
        if ((s & (PARKED | WOKEN)) == PARKED)
            return false;
        // Release: pairs with the acquire of the next lock.
        if (gf_cas_release(word, &s, s & ~(uint32_t)LOCKED))
            return true;
    }
}

// Under the bucket's lock: gives the mutex up, or to the first waiter, and takes that one off the queue. NULL if a
// spinner has come in between, who needs no waking.
static struct g *unlock_and_take(struct gf_sema_bucket *b, go_mutex *mu, int64_t now)
{
    struct gf_sema_waiter *w = gf_sema_first(b, mu);
    if (gf_unlikely(!w))
        gf_throw("a mutex with waiters has none");
    bool more = gf_sema_has_more(w), starves = now - w->since > STARVES_AFTER;
    uint32_t s = gf_load_relaxed(word_of(mu)),
             next; // relaxed: PARKED is ours with the bucket, LOCKED anyway
    do
        next = s & WOKEN ? s & ~(uint32_t)LOCKED : (starves ? LOCKED : WOKEN) | (more ? PARKED : 0);
    // Release: pairs with the acquire of the next lock; the one it is handed to is ordered by its wake-up.
    while (!gf_cas_release(word_of(mu), &s, next));
    // From here on the mutex may be gone; the queue is ours still.
    return s & WOKEN ? NULL : gf_sema_take(b, mu, starves ? HANDED_OVER : TRY, NULL);
}

GF_NOINLINE static void unlock_and_wake(struct m *m, go_mutex *mu)
{
    int64_t now = gf_os_now();
    struct gf_sema_bucket *b = gf_sema_lock(mu);
    struct g *g = unlock_and_take(b, mu, now);
    gf_sema_unlock(b);
    if (g)
        gf_ready(m, g);
}

void gf_mutex_unlock(struct m *m, go_mutex *mu)
{
    if (!unlock_quietly(word_of(mu)))
        unlock_and_wake(m, mu);
}

void go_mutex_unlock_slow_(go_mutex *mu)
{
    if (unlock_quietly(word_of(mu)))
        return;
    struct m *m = gf_enter();
    unlock_and_wake(m, mu);
    gf_leave(m);
}
