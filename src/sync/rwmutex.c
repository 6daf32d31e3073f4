// SPDX-License-Identifier: MIT
// The reader and writer lock: one word, and two queues in the parking lot, one for each kind, under two keys that
// share a bucket.
//
//      31                       3      2         1         0
//     +--------------------------+---------+---------+---------+
//     |         readers          | READERS | WRITERS |  HELD   |
//     +--------------------------+---------+---------+---------+
//   HELD     by a writer; then there are no readers
//   WRITERS  writers sleep: readers that come now must sleep too
//   READERS  readers sleep; this and WRITERS change under the bucket's lock only
//
// Who sleeps is woken as an owner: the word says so before it runs, so nobody barges in between and nobody wakes for
// nothing. A writer that unlocks lets in all readers that sleep, and only if there are none the next writer; the last
// reader lets in the next writer. So the two kinds take turns, as in Go.
#include "sched/sema.h"
#include "sync/watch.h"

#include <gofer/sync.h>

enum { HELD = 1, WRITERS = 2, READERS = 4, ONE_READER = 8 };

static inline _Atomic(uint32_t) *word_of(go_rwmutex *rw)
{
    return (_Atomic(uint32_t) *)&rw->word;
}

static inline const void *readers_key(go_rwmutex *rw)
{
    return rw;
}

static inline const void *writers_key(go_rwmutex *rw)
{
    return (char *)rw + 1;
}

// For the race detector: a write lock is ordered behind all unlocks before it, a read lock behind the write locks' only.
static inline const void *after_writers(go_rwmutex *rw)
{
    return rw;
}

static inline const void *after_readers(go_rwmutex *rw)
{
    return (char *)rw + 1;
}

static void has(go_rwmutex *rw, enum gf_lock_kind kind)
{
    gf_race_acquire(after_writers(rw));
    if (kind == GF_LOCK_WRITE)
        gf_race_acquire(after_readers(rw));
    gf_lock_has(rw, kind);
}

// Locks for writing if nobody holds it; else says that a writer sleeps. In all of these: acquire pairs with the
// release of the unlock, and the failing or announcing changes are relaxed, for the bucket's lock orders them.
static bool lock_or_announce(_Atomic(uint32_t) *word)
{
    uint32_t s = gf_load_relaxed(word);
    for (;;) {
        bool free = s == 0;
        if (gf_cas_acquire(word, &s, free ? HELD : s | WRITERS))
            return free;
    }
}

static bool rlock_or_announce(_Atomic(uint32_t) *word)
{
    uint32_t s = gf_load_relaxed(word);
    for (;;) {
        bool free = !(s & (HELD | WRITERS));
        if (gf_cas_acquire(word, &s, free ? s + ONE_READER : s | READERS))
            return free;
    }
}

GF_NOINLINE static void lock_slow(go_rwmutex *rw)
{
    struct gf_sema_waiter w;
    struct m *m = gf_enter();
    struct gf_sema_bucket *b = gf_sema_lock(rw);
    if (lock_or_announce(word_of(rw)))
        gf_sema_unlock(b);
    else
        m = gf_sema_park(m, b, writers_key(rw), &w, false, GF_WAIT_RWMUTEX_LOCK);
    gf_leave(m);
}

GF_NOINLINE static void rlock_slow(go_rwmutex *rw)
{
    struct gf_sema_waiter w;
    struct m *m = gf_enter();
    struct gf_sema_bucket *b = gf_sema_lock(rw);
    if (rlock_or_announce(word_of(rw)))
        gf_sema_unlock(b);
    else
        m = gf_sema_park(m, b, readers_key(rw), &w, false, GF_WAIT_RWMUTEX_RLOCK);
    gf_leave(m);
}

static inline bool try_lock(go_rwmutex *rw)
{
    uint32_t s = 0;
    return gf_cas_acquire(word_of(rw), &s, HELD);
}

static inline bool try_rlock(go_rwmutex *rw)
{
    uint32_t s = gf_load_relaxed(word_of(rw)); // relaxed: the compare-and-swap decides
    while (!(s & (HELD | WRITERS)))
        if (gf_cas_acquire(word_of(rw), &s, s + ONE_READER))
            return true;
    return false;
}

bool go_rwmutex_try_lock(go_rwmutex *rw)
{
    bool locked = try_lock(rw);
    if (locked)
        has(rw, GF_LOCK_WRITE);
    return locked;
}

bool go_rwmutex_try_rlock(go_rwmutex *rw)
{
    bool locked = try_rlock(rw);
    if (locked)
        has(rw, GF_LOCK_READ);
    return locked;
}

void go_rwmutex_lock(go_rwmutex *rw)
{
    gf_lock_wants(rw, GF_LOCK_WRITE);
    if (gf_unlikely(!try_lock(rw))) {
        gf_lock_waits(rw, GF_LOCK_WRITE);
        lock_slow(rw);
    }
    has(rw, GF_LOCK_WRITE);
}

void go_rwmutex_rlock(go_rwmutex *rw)
{
    gf_lock_wants(rw, GF_LOCK_READ);
    if (gf_unlikely(!try_rlock(rw))) {
        gf_lock_waits(rw, GF_LOCK_READ);
        rlock_slow(rw);
    }
    has(rw, GF_LOCK_READ);
}

// --- Unlocking ---
// The change of the word is the last access to the lock; who has been taken off a queue runs only after gf_ready.

static uint32_t length(const struct g *chain)
{
    uint32_t n = 0;
    for (; chain; chain = chain->next)
        n++;
    return n;
}

// Under the bucket's lock, by the writer: all readers that sleep become owners.
static struct g *let_readers_in(struct gf_sema_bucket *b, go_rwmutex *rw, uint32_t s)
{
    struct g *first = gf_sema_take_all(b, readers_key(rw), 0);
    gf_store_release(word_of(rw), length(first) * ONE_READER | (s & WRITERS));
    return first;
}

// Under the bucket's lock, by the last owner: the next writer becomes the owner.
static struct g *let_writer_in(struct gf_sema_bucket *b, go_rwmutex *rw, uint32_t s)
{
    struct gf_sema_waiter *w = gf_sema_first(b, writers_key(rw));
    if (gf_unlikely(!w))
        gf_throw("a lock with waiting writers has none");
    gf_store_release(word_of(rw), HELD | (s & READERS) | (gf_sema_has_more(w) ? WRITERS : 0));
    return gf_sema_take(b, writers_key(rw), 0, NULL);
}

GF_NOINLINE static void unlock_slow(go_rwmutex *rw)
{
    struct m *m = gf_enter();
    struct g *readers = NULL, *writer = NULL;
    struct gf_sema_bucket *b = gf_sema_lock(rw);
    // Relaxed: while we hold both the lock and the bucket nobody changes the word.
    uint32_t s = gf_load_relaxed(word_of(rw));
    if (gf_unlikely(!(s & HELD)))
        gf_fatal("sync: Unlock of unlocked RWMutex");
    if (s & READERS)
        readers = let_readers_in(b, rw, s);
    else
        writer = let_writer_in(b, rw, s);
    gf_sema_unlock(b);
    if (readers)
        gf_ready_all(m, readers);
    if (writer)
        gf_ready(m, writer);
    gf_leave(m);
}

void go_rwmutex_unlock(go_rwmutex *rw)
{
    gf_lock_leaves(rw, GF_LOCK_WRITE);
    gf_race_release(after_writers(rw));
    uint32_t s = HELD;
    // Release: pairs with the acquire of the next lock.
    if (gf_unlikely(!gf_cas_release(word_of(rw), &s, 0)))
        unlock_slow(rw);
}

// Takes one reader off, unless it is the last one and a writer sleeps.
static bool runlock_quietly(_Atomic(uint32_t) *word)
{
    uint32_t s = gf_load_relaxed(word); // relaxed: the compare-and-swap decides
    do {
        if (gf_unlikely(s < ONE_READER))
            gf_fatal("sync: RUnlock of unlocked RWMutex");
        if (s < 2 * ONE_READER && (s & WRITERS))
            return false;
        // Acquire and release: a writer that comes next is ordered behind all readers, by whichever was the last.
    } while (!gf_cas_acqrel(word, &s, s - ONE_READER));
    return true;
}

GF_NOINLINE static void runlock_slow(go_rwmutex *rw)
{
    struct m *m = gf_enter();
    struct g *writer = NULL;
    struct gf_sema_bucket *b = gf_sema_lock(rw);
    // As long as writers sleep no reader comes, so the last one stays the last.
    if (!runlock_quietly(word_of(rw)))
        writer = let_writer_in(b, rw,
                               gf_load_acquire(word_of(rw))); // pairs with other readers' release
    gf_sema_unlock(b);
    if (writer)
        gf_ready(m, writer);
    gf_leave(m);
}

void go_rwmutex_runlock(go_rwmutex *rw)
{
    gf_lock_leaves(rw, GF_LOCK_READ);
    gf_race_release(after_readers(rw));
    if (gf_unlikely(!runlock_quietly(word_of(rw))))
        runlock_slow(rw);
}
