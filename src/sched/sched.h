// SPDX-License-Identifier: MIT
// The scheduler as the rooms above see it: parking and readying are all that blocking is made of. And the
// state that all processors share.
//
// How a goroutine blocks: it takes the lock of the object, sees that it must wait, links itself (a waiter in
// its own frame) into the object, and calls gf_park, which marks it WAITING, releases the lock and switches
// away. Whoever unlinks the waiter, under the same lock, owns the wake-up and calls gf_ready after releasing
// the lock. From the moment gf_ready is called, the waiter's frame may be gone.
#ifndef GF_SCHED_SCHED_H
#define GF_SCHED_SCHED_H

#include "sched/m.h"
#include "sched/p.h"

#include <gofer/go.h>

enum { GF_MOST_PROCS = 1024 };

struct gf_sched {
    struct gf_lock lock;               // protects what follows up to the next tag
    struct g *queue_head, *queue_tail; // the global run queue, but for
    struct g *bound_head, *bound_tail; // goroutines bound to a thread; see runq.c
    struct gf_ahead queue_ahead;       // the others that have been put, so far
    uint64_t queue_taken;              // how many of these have been taken
    struct m *idle_ms;
    int idle_m_count;
    struct p *idle_ps;
    _Atomic(struct m *) all_ms; // written under the lock, walked without: it only grows
    int starting_count;         // those of them whose thread is being made
    int starters;               // threads that are made for a P that waits for them; see handoff.c
    int m_count;                // threads of ours: workers and main's
    int foreign_count;          // foreign threads that have called gofer and live
    int blocked_count; // goroutines that run or block outside the runtime without a P (GF_BLOCKED)
    int next_m_id;
    bool main_exited; // main's goroutine has ended by go_exit
    bool deadlocked;  // reported
    int helper_count; // threads of ours that run no goroutines: the monitor's and the maker's

    // [atomic] hints for others, written under the lock; relaxed unless the reader says otherwise.
    _Atomic(int32_t) queue_count GF_ALIGNED_LINE;
    _Atomic(int32_t) idle_p_count;
    _Atomic(int32_t) spinning; // threads that look for work; see findrunnable.c
    _Atomic(bool) stopping;    // the world is being stopped

    _Atomic(uint32_t) busy_helpers; // [atomic] see gf_helper_begin

    // Threads waiting for time: until when the sleeper that watches the clock sleeps (INT64_MAX: nobody).
    _Atomic(int64_t) watch_until;
    _Atomic(struct m *)
        watcher; // that thread; NULL: none. Changed by CAS from NULL, reset by itself

    _Atomic(int) busy_limit; // how many Ps may run; relaxed: a hint, set by sysmon (crowd.c)

    // The thread that runs goroutines alone, or NULL; see solo.c. Written under the lock; relaxed: the barrier there
    // orders it.
    _Atomic(struct m *) solo;

    _Atomic(int) procs; // [stw]; relaxed: others see the old or the new number; see gf_p_count
    _Atomic(struct p *)
        *ps; // [const] after start: room for GF_MOST_PROCS, each made as needed, see gf_p_at
    _Atomic(uint64_t) next_id GF_ALIGNED_LINE;
    _Atomic(int64_t) foreign_live; // live goroutines started by threads without a P
    _Atomic(int64_t) clock;        // coarse monotonic time, by sysmon; for `since`
    struct m *main_m;              // [const] after start
    bool has_membarrier;           // [const]
    bool migrate;                  // [const] GOFER_DEBUG=migrate=1
};
extern struct gf_sched gf_sched GF_HIDDEN;

// --- park.c ---

// Parks the calling goroutine until gf_ready. `lock`, if not NULL, is released on the way. Returns in the
// goroutine's next turn, maybe on another thread: the result is that thread's M. On a foreign thread the
// thread sleeps.
struct m *gf_park(struct m *m, struct gf_lock *lock, enum gf_wait reason, const void *object);

// Makes a parked goroutine runnable; it runs next here if it can. Called without the object's lock. The caller
// owns the wake-up: it alone unlinked the waiter, or its gf_claim succeeded.
void gf_ready(struct m *m, struct g *g);
// The same for a chain linked by g->next, oldest first; none of them jumps the queue.
void gf_ready_all(struct m *m, struct g *first);

// Puts the calling goroutine behind all that are runnable.
struct m *gf_yield(struct m *m);

// --- spawn.c ---

// Starts a goroutine for the bound call. `system` ones are hidden and not counted.
struct g *gf_spawn(struct m *m, const struct go_call *call, const struct go_attr *attr,
                   void *creator_pc, bool system);
// The calling goroutine is over: never returns. Its deferred calls have run. The second form is for its first frame,
// whose last call it is, a jump; it is not declared noreturn for the same reason as gf_arch_jump.
_Noreturn void gf_goexit(struct m *m);
void gf_end_of_first_frame(struct m *m);

// --- kept.c ---

// The size of a bound call with what follows it.
static inline size_t gf_call_bytes(const struct go_call *call)
{
    return sizeof *call + (call->flags & GO_CALL_FULL ? 128 + call->stack_bytes : 0);
}
// A copy of it on the heap; the caller frees it. Fatal when no memory is left.
struct go_call *gf_call_copy(const struct go_call *call);
// The bound call that is kept.
static inline const struct go_call *gf_kept(const struct go_kept_call *k)
{
    return k->large ? k->large : &k->call;
}

// --- watch.c ---

// A timer has been set for `when`: wakes the thread that watches the clock if it sleeps for longer. Without locks.
void gf_watch_earlier(struct m *m, int64_t when);
// The poller has been opened: the watcher sleeps where no event reaches it.
void gf_watch_poller(void);

// --- stw.c ---

// Stops the world: on return no goroutine runs inside the runtime but the caller's, and none outside can enter it;
// threads outside run on until they do. Waits for another that stops it. Until gf_world_start the caller must
// neither park nor leave the runtime. Foreign threads are not stopped.
struct m *gf_world_stop(struct m *m);
void gf_world_start(struct m *m);

// --- other state ---

// The goroutine that the calling thread runs (a foreign thread's own G there). From inside or outside the
// runtime.
static inline struct g *gf_self_g(void)
{
    return gf_self()->g;
}

// The number of Ps, for who then looks at them. Acquire: pairs with the release in start_world, after they are made.
static inline int gf_p_count(void)
{
    return gf_load_acquire(&gf_sched.procs);
}

// The P with that number; NULL if there never were so many. Acquire: pairs with the release in make_p.
static inline struct p *gf_p_at(int i)
{
    return gf_load_acquire(&gf_sched.ps[i]);
}

// Waits for the right to continue g, whose former thread may still be saving its registers.
static inline void gf_wait_off_cpu(struct g *g)
{
    // Acquire: pairs with the release in gf_arch_switch.
    while (gf_unlikely(gf_load_acquire(&g->on_cpu)))
        gf_arch_pause();
    gf_hb_acquire(&g->on_cpu);
}

#endif
