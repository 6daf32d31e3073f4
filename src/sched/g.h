// SPDX-License-Identifier: MIT
// G: a goroutine. Three cache lines: what a switch and a wake-up touch, what says who it is, and a third
// that holds the bound call until the goroutine first runs and its panic state from then on. A G that has not
// run owns no stack. Gs come from a slab that is never freed, so a stale pointer is at worst a wrong G.
//
// States, and who moves between them:
//   DEAD      in a free list                          spawn: -> RUNNABLE
//   RUNNABLE  in a run queue (or bound to a thread    schedule: -> RUNNING
//             and in the global queue)
//   RUNNING   m is its thread                         itself: -> WAITING, RUNNABLE (yield), BLOCKED, DEAD
//   BLOCKED   running outside the runtime on a        its thread, once it has a P again: -> RUNNING
//             thread that has no P
//   WAITING   parked; somebody's wait queue, timer    gf_ready: -> RUNNABLE, by whoever unlinked it
//             or poller entry leads to it
#ifndef GF_SCHED_G_H
#define GF_SCHED_G_H

#include "arch/arch.h"
#include "base/atomic.h"
#include "base/race.h"
#include "base/sanitize.h"
#include "sched/waitreason.h"

#include <gofer/detail/bind.h>

struct m;
struct go_defer_;
struct go_try_;
struct gf_panic;
struct gf_name;

enum gf_status { GF_DEAD, GF_RUNNABLE, GF_RUNNING, GF_WAITING, GF_BLOCKED };

enum {
    GF_G_FRESH = 1 << 0,   // has not run yet: owns no stack, `call` is valid
    GF_G_MAIN = 1 << 1,    // goroutine 1, on main's stack
    GF_G_SYSTEM = 1 << 2,  // the runtime's own: a scheduler stack or a helper; hidden, not counted
    GF_G_THREAD = 1 << 3,  // stands for a foreign thread; parks on its thread's futex
    GF_G_FENV = 1 << 4,    // carries MXCSR and the x87 control word
    GF_G_SPILLED = 1 << 5, // the bound call is too large for `call`; `spilled` points to it
    GF_G_EXITING = 1 << 6, // go_exit is running its deferred calls
};

struct g {
    // [owner] whoever runs it; set by the switch away from it. Offsets known to arch/*/switch.S.
    void *sp;
    struct g *next; // [lock] of the queue that it is in: run queues, free lists
    struct m *m;    // the thread that runs it; [owner] that thread
    // 1 while a thread is on its stack. Cleared by the switch (release) once its registers are saved; a thread
    // that wants to continue it waits for 0 (acquire).
    _Atomic(uint8_t) on_cpu;
    _Atomic(uint8_t)
        status; // enum gf_status; relaxed: queues and locks order it, reports only look
    _Atomic(uint8_t) reason; // enum gf_wait; relaxed, as status
    uint8_t flags;           // GF_G_*; [owner] itself; FRESH also the scheduler
    int errno_value;         // errno while it is switched out
    char *stack_low;         // lowest usable byte, above the guard; NULL: no stack
    char *stack_top;
    // A parked select is claimed by whoever changes this from its value at the park: see gf_claim.
    _Atomic(uint32_t) claim;
    // [owner] whoever woke it, before the wake-up: what the park returns.
    uint32_t wake_value;
    // Relaxed, both: hints. (A wait that is over before the park is still being described while it is queued.)
    union {
        _Atomic(const void *) wait_object; // what it waits for; for reports
        _Atomic(struct g *)
            queued_ahead; // in a long queue: who comes some places behind it; see struct gf_ahead
    };

    uint64_t id; // [const] while it lives
    uint64_t creator_id;
    void *creator_pc;       // return address of the go statement
    _Atomic(int64_t) since; // monotonic time of the park, coarse; relaxed, for reports
    struct gf_name *name;   // NULL: none; [owner] itself
    struct m *locked_m;     // the thread that it is bound to, or NULL; [owner] itself, its thread
    uint32_t lock_depth;    // of go_lock_os_thread; [owner] itself
    uint32_t slot;          // [const] its number in the slab
    uint32_t fenv[2];       // MXCSR and x87 control word, if GF_G_FENV; known to switch.S

    union {
        struct go_call call; // until it first runs
        struct {
            struct go_defer_ *defers; // innermost deferred call; [owner] itself, so are the rest
            struct go_try_ *tries;    // innermost go_try
            struct gf_panic *panics;  // newest panic in flight
            uint64_t cxx_globals[2];  // C++ exception state while it is switched out
        };
        struct go_call *spilled;
    };

#if GF_ASAN
    void *fake_stack;
#endif
#if GF_FIBERS
    void *fiber;
#endif
    gf_race_mark parked; // its past when it queued to wait
    gf_race_mark woken;  // the past of whoever woke it
} GF_ALIGNED_LINE;

#if !GF_ASAN && !GF_FIBERS
_Static_assert(sizeof(struct g) == 192, "a goroutine is three cache lines");
#endif

// A walk through a queue of goroutines that have left the caches waits for each of them in turn, unless it knows in time
// who comes later. Whoever builds such a queue keeps those that it has linked last here, and each of them is told
// (queued_ahead) who stands GF_AHEAD places behind it; whoever walks fetches that one. It is a hint: the last ones of a queue
// keep what they had there, and a fetch of any address does no harm.
enum { GF_AHEAD = 16 };
struct gf_ahead {
    struct g *latest[GF_AHEAD];
    uint64_t count; // linked so far
};

// `gone` of them have left the queue at its front, and are not to be told.
static inline void gf_ahead_append(struct gf_ahead *a, struct g *g, uint64_t gone)
{
    uint64_t n = a->count++;
    struct g **before = &a->latest[n % GF_AHEAD];
    if (n >= gone + GF_AHEAD)
        gf_store_relaxed(&(*before)->queued_ahead, g);
    *before = g;
}

static inline void gf_ahead_prepend(struct gf_ahead *a, struct g *g)
{
    uint64_t n = a->count++;
    struct g **behind = &a->latest[n % GF_AHEAD];
    gf_store_relaxed(&g->queued_ahead, n >= GF_AHEAD ? *behind : NULL);
    *behind = g;
}

GF_ALWAYS_INLINE void gf_ahead_fetch(const struct g *g)
{
    __builtin_prefetch(gf_load_relaxed(&g->queued_ahead), 1);
}

#define GF_NAME_MAX 31
struct gf_name {
    char text[GF_NAME_MAX + 1];
};

// Selects and timed waits: several parties may wake the goroutine, and exactly one must. Before it parks the
// goroutine reads a ticket; the party whose gf_claim of that ticket succeeds is the one to wake it, all
// others leave it alone. A ticket is used once. tests/models/select.pml shows why it takes the claim, the unlinking of what
// was not served, and the stop of the timer before the frame goes.
static inline uint32_t gf_claim_ticket(struct g *g)
{
    return gf_load_relaxed(&g->claim); // relaxed: only the claimer changes it, and none exists yet
}

static inline bool gf_claim(struct g *g, uint32_t ticket)
{
    // Relaxed: the queue's lock, under which the claimer found the goroutine, orders everything else.
    return gf_cas_relaxed(&g->claim, &ticket, ticket + 1);
}

#endif
