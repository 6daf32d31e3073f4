// SPDX-License-Identifier: MIT
// The runtime's lock: one word, spun on. Critical sections are tens of instructions, hold no allocation and
// no system call, and run inside the runtime, where preemption is off; only the operating system can take the
// processor from a holder, so a waiter that has spun for a while gives its time away instead of burning it.
// Unlocking is a plain release store: one atomic read-modify-write a critical section.
//
// Free means free: the releasing store is the last access, so whoever takes the lock next may free what
// contains it. The slow road and the list of held locks are in sched/lock.c.
#ifndef GF_BASE_LOCK_H
#define GF_BASE_LOCK_H

#include "base/assert.h"
#include "base/atomic.h"
#include "base/lockrank.h"
#include "base/sanitize.h"

struct gf_lock {
    // 0 free, 1 held. [atomic] anybody; acquire on taking, release on freeing, which pair with each other.
    _Atomic(uint32_t) word;
};

GF_NOINLINE void gf_lock_slow(struct gf_lock *l);

#if GF_DEBUG
void gf_lockrank_push(const struct gf_lock *l, enum gf_rank rank);
void gf_lockrank_pop(const struct gf_lock *l);
#else
#define gf_lockrank_push(l, rank) ((void)(l), (void)(rank))
#define gf_lockrank_pop(l) ((void)(l))
#endif

static inline void gf_lock(struct gf_lock *l, enum gf_rank rank)
{
    uint32_t free = 0;
    gf_lockrank_push(l, rank);
    if (gf_unlikely(!gf_cas_acquire(&l->word, &free, 1)))
        gf_lock_slow(l);
}

static inline bool gf_try_lock(struct gf_lock *l, enum gf_rank rank)
{
    uint32_t free = 0;
    if (!gf_cas_acquire(&l->word, &free, 1))
        return false;
    gf_lockrank_push(l, rank);
    return true;
}

static inline void gf_unlock(struct gf_lock *l)
{
    gf_assert(gf_load_relaxed(&l->word) == 1); // relaxed: our own store, or a bug
    gf_lockrank_pop(l);
    gf_store_release(&l->word, 0);
}

#endif
