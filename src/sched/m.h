// SPDX-License-Identifier: MIT
// M: an operating system thread known to the runtime: a worker that gofer made, main's thread, or a foreign
// thread that has called into gofer. A worker's M owns a scheduler stack, g0, on which it looks for work.
//
// Entering the runtime. Every public function brackets its work with gf_enter and gf_leave. Between them the
// thread's signal handler does not preempt, and no other thread takes its P. The entry stores in_runtime and
// loads p_taken; whoever wants the P stores p_taken, makes a barrier on all threads (membarrier) and loads
// in_runtime: an asymmetric Dekker protocol, so the entry needs no fence (tests/models/take.pml). Nothing nests:
// gf_ functions expect to be inside, and leave before they call the program's code.
#ifndef GF_SCHED_M_H
#define GF_SCHED_M_H

#include "base/assert.h"
#include "sched/g.h"

#include <signal.h>

struct p;
struct gf_retired;

enum {
    GF_PENDING_PREEMPT = 1, // its time slice is over
    GF_PENDING_STOP = 2,    // the world is being stopped
};

enum { GF_SIGNAL_STACK = 128 << 10 }; // bytes of a thread's alternate stack

struct m {
    // [owner M] Offsets known to arch/*/switch.S.
    struct g *g;   // the goroutine on this thread now; g0 while scheduling
    int *errno_at; // [const] this thread's errno
    // Its processor, or NULL. Changed by this thread, or by whoever takes it (p_taken), always under sched.lock;
    // relaxed reads: its own, or sysmon's, which then takes the lock.
    _Atomic(struct p *) p;

    // The protocol above. in_runtime: [atomic] written by this thread, read by others after a barrier.
    _Atomic(uint32_t) in_runtime;
    _Atomic(uint32_t) p_taken; // [atomic] written under sched.lock
    _Atomic(uint32_t) pending; // [atomic] GF_PENDING_*; set by others, cleared by this thread

    // It runs goroutines alone, and may use gf_solo_lock's short way. [atomic] written under sched.lock; relaxed reads
    // by this thread, within a restartable sequence.
    _Atomic(uint32_t) solo;
    _Atomic(uint64_t) entries; // into the runtime; relaxed: a statistic, written by this thread
    _Atomic(uint64_t) clashes; // with others over a lock or a word; relaxed: as above
    void *rseq_slot;           // [const] where this thread announces such a sequence, or NULL

    // Reading without locks and retiring what others may still read: epoch.h.
    _Atomic(uint64_t)
        inside; // [atomic] the epoch that a section began in, 0 outside; written by this thread
    struct gf_retired *bag; // [owner M] what it has retired since it collected
    uint32_t bag_weight;    // [owner M] of that

    _Atomic(bool)
        blocking; // between go_blocking_begin and _end; relaxed: this thread's; sysmon looks
    _Atomic(bool) foreign; // a thread that gofer did not make; relaxed: set when it is adopted
    _Atomic(bool) helper;  // the monitor or the maker, foreign too; relaxed: set when it begins

    // From here to seen_tick: cleared when the structure serves another thread.
    bool polled;           // what it found last came from the poller: see spin; [owner M]
    bool spinning;         // looks for work without having any; [owner M]
    bool main_thread;      // [const] its thread id is the process id
    bool ending;           // a goroutine locked to it has ended, and it ends too; [owner M]
    uint8_t times_put_off; // preemptions in a row, because of malloc; [owner M]
    bool waits_for_p;      // sleeps in gf_wait_for_p; [lock sched.lock]
    struct g *dead;        // has just ended; its remains are freed by g0; [owner M]
    struct g *hint;        // picked already, to be run by g0; [owner M]

    // Sleeping: the thread waits while wake is 0; others store 1 and wake the futex.
    _Atomic(uint32_t) wake GF_ALIGNED_LINE;
    struct p *
        next_p; // the P handed over with the wake-up; [owner] who took it off the list, or out of its wait
    struct m *idle_next; // [lock sched.lock] the list of idle threads
    bool idle;           // [lock sched.lock] in that list
    bool spare;          // [lock sched.lock] there was one too many when it came there
    int left;            // the kernel's id of a thread that has ended; [owner] see threadcount.c
    struct g *
        locked_g; // the goroutine bound to this thread; [owner M], or [lock sched.lock] while it sleeps
    uint64_t queued_after; // [lock sched.lock] its place in the global queue: see runq.c

    int id;               // [const] 0 is main's thread
    char *signal_stack;   // [const] the alternate stack of GF_SIGNAL_STACK bytes
    void *cxx_globals_at; // [const] this thread's C++ exception state, or NULL
    void *
        base; // [const] of a worker: below it, its stack is the scheduler\'s; NULL on other threads
    uint64_t random;          // [owner M] state of gf_random
    struct go_kept_call kept; // a bound call on its way; [owner M]
    struct gf_race_of_m race; // see sched/race.h; [owner M]
#if GF_DEBUG
    const void *held[16]; // [owner M] locks held, outermost first
    uint8_t held_rank[16];
    uint32_t held_count;
#endif
    struct g g0; // the scheduler's own goroutine, or the one of a foreign thread

    // sysmon's view of it; [owner sysmon]
    uint64_t seen_tick;
    struct p *seen_p;
    int64_t seen_at, seen_cpu, seen_cpu_at, seen_runnable_at, signalled_at;
    struct m *all_next; // [const] all threads that ever were
    _Atomic(int) tid;   // the kernel's id, 0 while nobody uses it; relaxed
};

// This thread's M; NULL on a thread that has not called gofer yet. Read afresh after each park.
GF_ALWAYS_INLINE struct m *gf_self(void)
{
    return gf_arch_self();
}

// The P that this thread has, or NULL.
GF_ALWAYS_INLINE struct p *gf_p(const struct m *m)
{
    return gf_load_relaxed(&m->p);
}

GF_NOINLINE struct m *gf_enter_first(void);
GF_NOINLINE void gf_enter_without_p(struct m *m);
GF_NOINLINE void gf_leave_pending(struct m *m);

GF_ALWAYS_INLINE struct m *gf_enter(void)
{
    struct m *m = gf_self();
    if (gf_unlikely(!m))
        return gf_enter_first();
    gf_assert(gf_load_relaxed(&m->in_runtime) == 0); // relaxed: our own
    // 1. say that we are in (relaxed: the compiler fence and the taker's membarrier order it before 2)
    gf_store_relaxed(&m->in_runtime, 1);
    gf_arch_count(&m->entries);
    gf_fence_compiler();
    // 2. look whether the P was taken while we were out (the taker: 1. p_taken, 2. in_runtime)
    // Acquire: pairs with the release in gf_acquire_p, for a P may be lent by this thread and given back meanwhile.
    if (gf_unlikely(gf_load_acquire(&m->p_taken)))
        gf_enter_without_p(m);
    return m;
}

GF_ALWAYS_INLINE void gf_leave(struct m *m)
{
    gf_assert(m == gf_self() && gf_load_relaxed(&m->in_runtime) == 1); // relaxed: our own
    // Release: pairs with the acquire load of whoever takes the P next.
    gf_store_release(&m->in_runtime, 0);
    gf_fence_compiler();
    // A request that came while we were in was put off until here.
    if (gf_unlikely(gf_load_relaxed(&m->pending)))
        gf_leave_pending(m);
}

// A cheap random number, good enough for fairness (xorshift64*).
static inline uint32_t gf_random(struct m *m)
{
    uint64_t x = m->random;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    m->random = x;
    return (uint32_t)((x * 0x2545F4914F6CDD1DULL) >> 32);
}

// A random number below n, without division.
static inline uint32_t gf_random_below(struct m *m, uint32_t n)
{
    return (uint32_t)(((uint64_t)gf_random(m) * n) >> 32);
}

#endif
