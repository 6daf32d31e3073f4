// SPDX-License-Identifier: MIT
// P: a processor, that is, the right to run goroutines, with everything a running thread needs without a
// lock: a run queue, caches of goroutines and stacks, and its timers. As many threads run goroutines as there
// are Ps. All fields belong to the thread that holds the P unless they say otherwise.
#ifndef GF_SCHED_P_H
#define GF_SCHED_P_H

#include "base/lock.h"
#include "mem/stack.h"
#include "sched/g.h"
#include "sched/timerheap.h"

enum { GF_RUNQ_SIZE = 256, GF_STACK_CACHE = 32, GF_ID_BATCH = 64 };

enum gf_p_status { GF_P_IDLE, GF_P_RUNNING, GF_P_STOPPED, GF_P_UNUSED };

struct p {
    int id;      // [const]
    struct m *m; // whose it is; [lock sched.lock] to change, or its thread
    _Atomic(uint8_t)
        status;          // enum gf_p_status; [lock sched.lock] to change; relaxed reads are hints
    struct p *idle_next; // [lock sched.lock]

    // The goroutine made ready last, which runs next: a hand-off between two stays on one thread. Owner only;
    // others reach it by taking the P (gf_take_p).
    _Atomic(struct g *) runnext; // relaxed: the owner's; sysmon looks whether it is there
    uint32_t
        handoffs; // how many runnexts ran in a row; the time slice that they share ends at a limit
    uint32_t countdown; // picks until the next look at the global queue and the poller
    // Changes at each pick: a P whose tick stands still runs one goroutine all the time. [atomic] relaxed,
    // written by the owner, read by sysmon.
    _Atomic(uint64_t) tick;

    // How often lately what was queued here ran soon, here: while this is not 0, waking another thread would not
    // pay. See gf_wake_for_work.
    uint32_t credit;
    uint32_t distrust;     // samples until they count again
    bool sampling;         // one queued goroutine's wait is being measured:
    uint32_t sample_at;    // the tail when it was queued
    uint64_t sample_ticks; // gf_arch_ticks then
    uint32_t sample_pause; // queueings until the next sample
    uint64_t timer_ticks;  // gf_arch_ticks when timers were last looked at

    // The ring: producers: the owner; consumers: the owner and thieves. [atomic] head by compare-and-swap of
    // whoever takes, tail by the owner (release; pairs with the thieves' acquire). runq.c
    _Atomic(uint32_t) head GF_ALIGNED_LINE;
    _Atomic(uint32_t) tail;
    _Atomic(struct g *) ring[GF_RUNQ_SIZE];

    bool
        refilled; // what is in the ring comes from the global queue, and has probably left the caches

    struct g *free_g; // dead goroutines, ready for reuse
    uint32_t free_count;
    uint32_t stack_count;
    struct gf_stack stacks[GF_STACK_CACHE]; // free default stacks, hottest last
    uint64_t id_next, id_end;               // goroutine ids set aside for this P
    // Goroutines started less those ended here; only the sum over all Ps means something. [atomic] released by
    // the owner; others read.
    _Atomic(int64_t) live;

    // What go_stats adds up. [atomic] relaxed: the owner counts, anybody reads.
    _Atomic(uint64_t) n_parks, n_steals, n_preemptions;
    _Atomic(uint64_t)
        n_handoffs; // given away by a blocked thread, or taken from it; [lock sched.lock] to change

    struct gf_timers timers GF_ALIGNED_LINE;
};

#endif
