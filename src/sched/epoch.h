// SPDX-License-Identifier: MIT
// Safe memory reclamation for structures that are read without locks (Fraser's epochs, 2004, with membarrier on the
// far side as in liburcu). A reader's section lasts a few hundred nanoseconds: it begins and ends inside the runtime,
// so nothing parks or is preempted in it, and goroutines do not matter, only threads.
//
// A reader says in its thread's `inside` which epoch it entered in. Whoever has unlinked an object gives it to
// gf_retire, which keeps it in the thread's bag. Once a bag is full, gf_epoch_collect moves it to the limbo list of the
// current epoch, and advances the epoch if no reader is still in an older one. An object in limbo since epoch e can
// still be seen by readers of epoch e, not by those of e + 1, so it goes when the epoch becomes e + 2.
//
// The entry is an asymmetric Dekker protocol, as gf_enter's is:
//   the reader                                  the collector
//   1. inside = epoch                           1. unlinks objects
//   2. the compiler's fence                     2. membarrier on all threads
//   3. follows links                            3. looks at every thread's inside
// A reader whose 1. the collector misses runs its 3. after the barrier, and finds nothing that was unlinked before.
// On a system without membarrier the reader makes a fence itself.
//
// What is kept at most: a bag for each thread that there was, not quite full, and what was retired in the last two epochs.
#ifndef GF_SCHED_EPOCH_H
#define GF_SCHED_EPOCH_H

#include "sched/sched.h"

// Frees r, and as many of those behind it that have the same function as it likes; returns the first that is left. Runs
// outside of the runtime, on any goroutine.
struct gf_retired;
typedef struct gf_retired *gf_free_retired(struct gf_retired *r);

// In an object that is to be retired.
struct gf_retired {
    struct gf_retired *next;
    gf_free_retired *free;
};

// A bag of this weight is to be collected. That is a system call which interrupts every other processor, microseconds where
// there are several: so it is one for some hundred objects. More would not lie in the second level's cache any more when
// they come back to their pool.
enum { GF_BAG_WEIGHT = 512 };

// The current epoch, from 1. [atomic] the collector advances it (release; pairs with the readers' acquire).
extern _Atomic(uint64_t) gf_epoch GF_ALIGNED_LINE GF_HIDDEN;

static inline void gf_epoch_enter(struct m *m)
{
    gf_assert(gf_load_relaxed(&m->in_runtime) == 1 && gf_load_relaxed(&m->inside) == 0); // our own
    // Acquire: whoever sees an epoch sees what was unlinked before it. Release: pairs with the collector's acquire,
    // which takes this for the end of the section before.
    gf_store_release(&m->inside, gf_load_acquire(&gf_epoch));
    if (gf_unlikely(!gf_sched.has_membarrier))
        gf_fence_seqcst(); // pairs with the collector's
    gf_fence_compiler();
}

static inline void gf_epoch_leave(struct m *m)
{
    gf_store_release(&m->inside, 0); // pairs with the collector's acquire
}

// Takes what no reader that enters from now on can find, and frees it later by free(r). `weight` says how much memory
// hangs on it, in small objects. From inside the runtime, also with locks held.
static inline void gf_retire(struct m *m, struct gf_retired *r, gf_free_retired *free,
                             uint32_t weight)
{
    r->free = free;
    r->next = m->bag;
    m->bag = r;
    uint32_t sum = m->bag_weight + weight;
    m->bag_weight = sum < weight ? UINT32_MAX : sum;
}

// Whether it is time for gf_epoch_collect.
static inline bool gf_epoch_is_due(const struct m *m)
{
    return gf_unlikely(m->bag_weight >= GF_BAG_WEIGHT);
}

// Makes a step with this thread's bag, unless another thread is at it. Returns what may be freed now, for
// gf_retired_free. From inside the runtime, outside of a section, without locks.
GF_NOINLINE struct gf_retired *gf_epoch_collect(struct m *m);

// Waits until every section that was there before the call is over, and returns what may be freed then: all that this
// thread has retired, and others' that it comes by. From inside the runtime, outside of a section, without locks.
GF_NOINLINE struct gf_retired *gf_epoch_wait(struct m *m);

// Frees a chain. From outside of the runtime, for it runs the allocator and maybe the program's code.
void gf_retired_free(struct gf_retired *chain);

#endif
