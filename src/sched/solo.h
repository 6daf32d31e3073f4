// SPDX-License-Identifier: MIT
// While one thread is the only one that runs goroutines, nobody else takes the locks of channels and of the parking
// lot, of timers and pools, nor steals from a run queue: the thread is solo, and takes those locks without the locked
// instruction, which costs as much as the rest of a send. Whatever brings a second thread in, ends that first
// (sched/solo.c):
//   - a thread acquires a P;
//   - a foreign thread enters the runtime;
//   - a thread without a P says that it needs such a lock (gf_solo_visit), to deliver a signal from the poller.
// Nobody else may take those locks, by gf_solo_lock or otherwise, nor change a word that gf_solo_cas changes. Locks that
// others take too (the scheduler's, the poller's, sysmon's) are always atomic. Both kinds of acquisition work on the same
// lock word, which always says the truth, so one section may begin solo and end, or be waited for, after the thread has
// lost that state.
#ifndef GF_SCHED_SOLO_H
#define GF_SCHED_SOLO_H

#include "base/lock.h"
#include "sched/m.h"

#include "arch/solo.h"

static inline void gf_solo_lock(struct m *m, struct gf_lock *l, enum gf_rank rank)
{
    // Relaxed: a hint; the sequence looks again.
    if (gf_load_relaxed(&m->solo) && gf_arch_solo_cas(&m->solo, m->rseq_slot, &l->word, 0, 1)) {
        gf_lockrank_push(l, rank);
        return;
    }
    gf_lock(l, rank);
}

// A compare-and-swap, acquire and release, of a word that is changed from inside the runtime only. On failure *old is
// what stands there.
static inline bool gf_solo_cas(struct m *m, _Atomic(uintptr_t) *word, uintptr_t *old, uintptr_t new)
{
    // Relaxed: as above.
    if (gf_load_relaxed(&m->solo) && gf_arch_solo_cas_long(&m->solo, m->rseq_slot, word, *old, new))
        return true;
    return gf_cas_acqrel(word, old, new);
}

// sched.lock is held, m is about to have the P: nobody else is solo from here on. Both NULL: nobody at all.
void gf_solo_acquires(struct m *m, struct p *p);

// sched.lock is held, and the calling thread, m, has given the P up, to be handed to another one as its time slice is over.
void gf_solo_pass(struct m *m, struct p *p);

// A foreign thread that has set in_runtime, or a visitor that is counted, goes on to take such locks.
void gf_solo_end_for_outsider(void);

// Around what a thread of the runtime's does with such locks, if it may be without a P. Without locks.
void gf_solo_visit(struct m *m);
void gf_solo_leave(struct m *m);

// sysmon, without locks: makes the only thread that runs goroutines solo, if there is such a one.
void gf_solo_look(int64_t now);
// The same for main's thread, which is alone when it meets the runtime: there is no sysmon before the first goroutine.
void gf_solo_start(void);

void gf_solo_init(void);

#endif
