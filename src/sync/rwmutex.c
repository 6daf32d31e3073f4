// SPDX-License-Identifier: MIT
// The reader and writer lock, by Go's protocol (sync/rwmutex.go): readers count themselves, without looking first, by one
// locked addition, which is inline in gofer/sync.h; a writer marks the same word and thereby sends those that come
// later to sleep. Two queues in the parking lot, one for each kind, under two keys that share a bucket.
//
//        31       30      29                       0
//     +--------+--------+--------------------------+
//     | WRITER | BEHIND |         readers          |
//     +--------+--------+--------------------------+
//   readers  all that have counted themselves: who hold the lock, and, while WRITER is set, who wait for it too
//   WRITER   a writer holds the lock, or sleeps, the first in its queue, until the readers that were there have left
//   BEHIND   more writers sleep, behind that one; changes under the bucket's lock only
//   leaving  [lock] the bucket's: how many readers that first writer waits for; 0 if it holds the lock
//   admitted [lock] the bucket's: readers that an unlock let in when they had counted themselves, but did not sleep
//            yet. Any reader that is to sleep takes one of these instead: it is the number that must be right.
//
// From a free lock a writer sets WRITER by a compare-and-swap, and back. All other changes of WRITER are under the
// bucket's lock. A writer that unlocks lets in all readers that have come meanwhile, and makes the next writer wait for
// those; only if there are none it hands the lock over at once. So the two kinds take turns, as in Go. Who sleeps is
// woken as an owner, so nobody barges in between and nobody wakes for nothing.
//
// Freeing. A reader that leaves and finds WRITER goes on to the bucket and to `leaving`: the object lives, for the
// first writer sleeps until this reader has counted itself off there, and nobody else can get in. A writer's unlock that
// finds readers touches the object after its effect: those readers cannot go on before it gives the bucket up. Every
// other unlock ends with its change of the word. tests/models/rwmutex.pml frees and reuses the memory as soon as it may.
#include "panic/misuse.h"
#include "sched/sema.h"
#include "sync/watch.h"

#include <gofer/sync.h>

static const uint32_t WRITER = 1U << 31, BEHIND = 1U << 30, READERS = (1U << 30) - 1;
static const uint32_t READER = GO_RWMUTEX_READER;
_Static_assert(GO_RWMUTEX_LIMIT == 1U << 30, "the short paths are for words of readers alone");

// The race detector is to be told of each lock, and would take the short paths' additions for an order among readers.
bool go_rwmutex_watched_ = GF_RACE;

extern inline void go_rwmutex_rlock(go_rwmutex *rw);
extern inline void go_rwmutex_runlock(go_rwmutex *rw);

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

// --- Locking ---
// Acquire pairs with the release of the unlock. What happens under the bucket's lock is ordered by that.

static inline bool try_lock(go_rwmutex *rw)
{
    uint32_t s = 0;
    return gf_cas_acquire(word_of(rw), &s, WRITER);
}

bool go_rwmutex_try_lock(go_rwmutex *rw)
{
    gf_race_uses(rw, __builtin_return_address(0));
    bool locked = try_lock(rw);
    if (locked)
        has(rw, GF_LOCK_WRITE);
    return locked;
}

bool go_rwmutex_try_rlock(go_rwmutex *rw)
{
    gf_race_uses(rw, __builtin_return_address(0));
    uint32_t s = gf_load_relaxed(word_of(rw)); // relaxed: the compare-and-swap decides
    while (!(s & WRITER)) {
        if (gf_cas_acquire(word_of(rw), &s, s + READER)) {
            has(rw, GF_LOCK_READ);
            return true;
        }
    }
    return false;
}

// Under the bucket's lock: locks if the lock is free; else says who is to be waited for, the readers or a writer.
static bool lock_or_announce(go_rwmutex *rw)
{
    uint32_t s = gf_load_relaxed(word_of(rw)); // relaxed: the compare-and-swap decides
    while (!gf_cas_acquire(word_of(rw), &s, s | (s & WRITER ? BEHIND : WRITER)))
        continue;
    if (!(s & WRITER))
        rw->leaving = s;
    return s == 0;
}

GF_NOINLINE static void lock_slow(go_rwmutex *rw)
{
    struct gf_sema_waiter w;
    struct m *m = gf_enter();
    struct gf_sema_bucket *b = gf_sema_lock(rw);
    if (lock_or_announce(rw))
        gf_sema_unlock(b);
    else
        m = gf_sema_park(m, b, writers_key(rw), &w, false, GF_WAIT_RWMUTEX_LOCK);
    gf_leave(m);
}

void go_rwmutex_lock(go_rwmutex *rw)
{
    gf_race_uses(rw, __builtin_return_address(0));
    gf_lock_wants(rw, GF_LOCK_WRITE);
    if (gf_unlikely(!try_lock(rw))) {
        gf_lock_waits(rw, GF_LOCK_WRITE);
        lock_slow(rw);
    }
    has(rw, GF_LOCK_WRITE);
}

// Counted among the readers, with a writer before it.
GF_NOINLINE static void await_admission(go_rwmutex *rw)
{
    struct gf_sema_waiter w;
    struct m *m = gf_enter();
    struct gf_sema_bucket *b = gf_sema_lock(rw);
    if (rw->admitted) {
        rw->admitted--;
        gf_sema_unlock(b);
    } else {
        gf_assert(gf_load_relaxed(word_of(rw)) & WRITER); // relaxed: cannot change meanwhile
        m = gf_sema_park(m, b, readers_key(rw), &w, false, GF_WAIT_RWMUTEX_RLOCK);
    }
    gf_leave(m);
}

void go_rwmutex_rlock_slow_(go_rwmutex *rw)
{
    gf_race_uses(rw, __builtin_return_address(0));
    gf_lock_wants(rw, GF_LOCK_READ);
    // Unless it is watched the short path has counted the reader, and met a writer.
    if (!go_rwmutex_watched_ || gf_add_acquire(word_of(rw), READER) & WRITER) {
        gf_lock_waits(rw, GF_LOCK_READ);
        await_admission(rw);
    }
    has(rw, GF_LOCK_READ);
}

// --- Unlocking ---

static uint32_t length(const struct g *chain)
{
    uint32_t n = 0;
    for (; chain; chain = chain->next)
        n++;
    return n;
}

// Under the bucket's lock: the first writer of the queue becomes the one that WRITER stands for.
static void promote_writer(struct gf_sema_bucket *b, go_rwmutex *rw)
{
    struct gf_sema_waiter *first = gf_sema_first(b, writers_key(rw));
    if (gf_unlikely(!first))
        gf_throw("a lock with waiting writers has none");
    if (!gf_sema_has_more(first))
        gf_sub_relaxed(word_of(rw), BEHIND); // relaxed: see BEHIND
}

// Under the bucket's lock, by the writer: all readers that have counted themselves become owners.
static struct g *let_readers_in(struct gf_sema_bucket *b, go_rwmutex *rw)
{
    uint32_t n;
    if (gf_load_relaxed(word_of(rw)) & BEHIND) { // relaxed: see BEHIND
        promote_writer(b, rw);
        // Relaxed: the bucket's lock orders us with those readers; who comes after this look waits for the next writer.
        n = gf_load_relaxed(word_of(rw)) & READERS;
        rw->leaving = n;
    } else {
        n = gf_sub_release(word_of(rw), WRITER) & READERS;
    }
    struct g *first = gf_sema_take_all(b, readers_key(rw), 0);
    gf_assert(rw->admitted == 0 && length(first) <= n);
    rw->admitted = n - length(first);
    return first;
}

// Under the bucket's lock, by the last owner: the next writer becomes the owner.
static struct g *let_next_writer_in(struct gf_sema_bucket *b, go_rwmutex *rw)
{
    promote_writer(b, rw);
    return gf_sema_take(b, writers_key(rw), 0, NULL);
}

GF_NOINLINE static void unlock_slow(go_rwmutex *rw)
{
    struct m *m = gf_enter();
    struct g *readers = NULL, *writer = NULL;
    struct gf_sema_bucket *b = gf_sema_lock(rw);
    // Relaxed: while we hold both the lock and the bucket only the number of readers changes, and it grows.
    uint32_t s = gf_load_relaxed(word_of(rw));
    if (gf_unlikely(!(s & WRITER) || rw->leaving))
        gf_fatal_misuse("sync: Unlock of unlocked RWMutex");
    if (s & READERS)
        readers = let_readers_in(b, rw);
    else
        writer = let_next_writer_in(b, rw);
    gf_sema_unlock(b);
    if (readers)
        gf_ready_all(m, readers);
    if (writer)
        gf_ready(m, writer);
    gf_leave(m);
}

void go_rwmutex_unlock(go_rwmutex *rw)
{
    gf_race_uses(rw, __builtin_return_address(0));
    gf_lock_leaves(rw, GF_LOCK_WRITE);
    gf_race_release(after_writers(rw));
    uint32_t s = WRITER;
    // Release: pairs with the acquire of the next lock.
    if (gf_unlikely(!gf_cas_release(word_of(rw), &s, 0)))
        unlock_slow(rw);
}

// Has left the count of readers, with a writer waiting for it.
GF_NOINLINE static void leave_to_writer(go_rwmutex *rw)
{
    struct m *m = gf_enter();
    struct g *writer = NULL;
    struct gf_sema_bucket *b = gf_sema_lock(rw);
    if (gf_unlikely(rw->leaving == 0))
        gf_fatal_misuse("sync: RUnlock of unlocked RWMutex");
    if (--rw->leaving == 0)
        writer = gf_sema_take(b, writers_key(rw), 0, NULL);
    gf_sema_unlock(b);
    if (writer)
        gf_ready(m, writer);
    gf_leave(m);
}

void go_rwmutex_runlock_slow_(go_rwmutex *rw, uint32_t before)
{
    gf_race_uses(rw, __builtin_return_address(0));
    gf_lock_leaves(rw, GF_LOCK_READ);
    gf_race_release(after_readers(rw));
    // Release: pairs with the acquire of the next writer, which is ordered behind all readers, for none of them writes
    // the word but by such additions.
    if (go_rwmutex_watched_)
        before = gf_sub_release(word_of(rw), READER);
    if (gf_unlikely(!(before & READERS)))
        gf_fatal_misuse("sync: RUnlock of unlocked RWMutex");
    if (before & WRITER)
        leave_to_writer(rw);
}
