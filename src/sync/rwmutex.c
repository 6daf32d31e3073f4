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
//   BEHIND   more writers sleep than that one; only beside WRITER; changes under the bucket's lock only
//   leaving  [lock] the bucket's: how many readers that first writer waits for; 0 if it holds the lock
//   admitted [lock] the bucket's: readers that an unlock let in when they had counted themselves, but did not sleep
//            yet. Any reader that is to sleep takes one of these instead: it is the number that must be right.
//
// From a free lock a writer sets WRITER by a compare-and-swap, and back. All other changes of WRITER are under the
// bucket's lock. A writer that unlocks lets in all readers that have come meanwhile, as owners, so the two kinds take turns.
// The next writer it wakes to try again, and forgets BEHIND; that one, when it runs, gets the lock, or sleeps again, and in both
// cases sets BEHIND for those that sleep still. So who is running goes on meanwhile, by the short paths, as Go's do, whose
// writers have a mutex before the lock. Handing it over to who has to be woken first makes everybody sleep at each lock, once
// some do (a convoy): twice the time. But a writer that has waited for more than a millisecond gets it handed over, as of a
// mutex (sync/mutex.c), and, if readers are let in before it, is the one that those after them wait for.
//
// Freeing. A reader that leaves and finds WRITER goes on to the bucket and to `leaving`: the object lives, for the
// first writer sleeps until this reader has counted itself off there, and nobody else can get in. A writer's unlock that
// finds readers touches the object after its effect: those readers cannot go on before it gives the bucket up. Every
// other unlock ends with its change of the word. tests/models/rwmutex.pml frees and reuses the memory as soon as it may.
#include "os/os.h"
#include "panic/misuse.h"
#include "sched/sema.h"
#include "sync/watch.h"

#include <gofer/sync.h>

static const uint32_t WRITER = 1U << 31, BEHIND = 1U << 30, READERS = (1U << 30) - 1;
static const uint32_t READER = GO_RWMUTEX_READER;
enum { OWNER = 0, TRY = 1 }; // what a waiter is told; readers are owners always
static const int64_t STARVES_AFTER = 1000000;
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

// Under the bucket's lock: locks if the lock is free, else says that a writer waits, for readers to leave or for another one.
// Where others sleep already it says so too: those that were woken to try again may be all that know of them.
static bool lock_or_announce(struct gf_sema_bucket *b, go_rwmutex *rw)
{
    uint32_t behind = gf_sema_first(b, writers_key(rw)) ? BEHIND : 0;
    uint32_t s = gf_load_relaxed(word_of(rw)); // relaxed: the compare-and-swap decides
    while (!gf_cas_acquire(word_of(rw), &s, s | (s & WRITER ? BEHIND : WRITER | behind)))
        continue;
    if (!(s & WRITER))
        rw->leaving = s;
    return s == 0;
}

// Who has slept before does so in front of the others. So it need not be the one that announced itself who gets the lock from
// the readers that leave: whoever is first does, and for the others there is BEHIND.
GF_NOINLINE static void lock_slow(go_rwmutex *rw)
{
    struct gf_sema_waiter w = {.value = TRY, .since = gf_os_now()};
    struct m *m = gf_enter();
    for (bool again = false; w.value == TRY; again = true) {
        struct gf_sema_bucket *b = gf_sema_lock(rw);
        if (lock_or_announce(b, rw)) {
            gf_sema_unlock(b);
            break;
        }
        m = gf_sema_park(m, b, writers_key(rw), &w, again, GF_WAIT_RWMUTEX_LOCK);
    }
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

// Under the bucket's lock: all n readers that have counted themselves are owners now.
static struct g *admit(struct gf_sema_bucket *b, go_rwmutex *rw, uint32_t n)
{
    struct g *first = gf_sema_take_all(b, readers_key(rw), OWNER);
    gf_assert(rw->admitted == 0 && length(first) <= n);
    rw->admitted = n - length(first);
    return first;
}

// Whom an unlock wakes.
struct heirs {
    struct g *readers, *writer;
};

// Under the bucket's lock: gives the lock to the readers that there are, or to nobody, and has the next writer try.
static struct heirs give_up(struct gf_sema_bucket *b, go_rwmutex *rw, uint32_t s)
{
    struct heirs heirs = {NULL, NULL};
    if (s & BEHIND)
        heirs.writer = gf_sema_take(b, writers_key(rw), TRY, NULL);
    uint32_t n = gf_sub_release(word_of(rw), s & (WRITER | BEHIND)) & READERS;
    if (n > 0)
        heirs.readers = admit(b, rw, n);
    return heirs;
}

// Under the bucket's lock: the first writer of the queue becomes the one that WRITER stands for. It owns the lock now, or
// when the readers that there are have left.
static struct heirs hand_over(struct gf_sema_bucket *b, go_rwmutex *rw, uint32_t s)
{
    struct heirs heirs = {NULL, NULL};
    if (!gf_sema_has_more(gf_sema_first(b, writers_key(rw))))
        gf_sub_relaxed(word_of(rw), BEHIND); // relaxed: see BEHIND
    if (s & READERS) {
        // Relaxed: the bucket's lock orders us with those readers; who comes after this look waits for the next writer.
        rw->leaving = gf_load_relaxed(word_of(rw)) & READERS;
        heirs.readers = admit(b, rw, rw->leaving);
    } else {
        heirs.writer = gf_sema_take(b, writers_key(rw), OWNER, NULL);
    }
    return heirs;
}

// Under the bucket's lock: whether the first of the writers that sleep has done so for long.
static bool writer_starves(struct gf_sema_bucket *b, go_rwmutex *rw, int64_t now)
{
    const struct gf_sema_waiter *first = gf_sema_first(b, writers_key(rw));
    if (gf_unlikely(!first))
        gf_throw("a lock with waiting writers has none");
    return now - first->since > STARVES_AFTER;
}

GF_NOINLINE static void unlock_slow(go_rwmutex *rw)
{
    int64_t now = gf_os_now();
    struct m *m = gf_enter();
    struct gf_sema_bucket *b = gf_sema_lock(rw);
    // Relaxed: while we hold both the lock and the bucket only the number of readers changes, and it grows.
    uint32_t s = gf_load_relaxed(word_of(rw));
    if (gf_unlikely(!(s & WRITER) || rw->leaving))
        gf_fatal_misuse("sync: Unlock of unlocked RWMutex");
    struct heirs heirs = s & BEHIND && writer_starves(b, rw, now) ? hand_over(b, rw, s)
                                                                  : give_up(b, rw, s);
    gf_sema_unlock(b);
    if (heirs.readers)
        gf_ready_all(m, heirs.readers);
    if (heirs.writer)
        gf_ready(m, heirs.writer);
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
        writer = gf_sema_take(b, writers_key(rw), OWNER, NULL);
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
