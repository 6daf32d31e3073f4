// SPDX-License-Identifier: MIT
// The scheduler as debug/ may see it: read only, without locks. What is read here may change while it is
// read, unless all threads have been stopped; goroutines' slots and threads' structures live for ever, so a
// reader never meets freed memory. See debug/freeze.h for how a report stops the threads.
#ifndef GF_SCHED_VIEW_H
#define GF_SCHED_VIEW_H

#include "mem/slab.h"
#include "sched/limit.h"
#include "sched/sched.h"
#include "sched/sema.h"
#include "sched/start.h"

struct gf_view {
    uint64_t id;
    uint64_t creator_id;   // 0: not made by a goroutine
    uintptr_t creator_pc;  // return address of the go statement; 0: not known
    uintptr_t function;    // what one that has not run yet will call; 0: it has run
    void *sp;              // saved stack pointer; NULL while a thread is on its stack
    uintptr_t low, top;    // bounds of its stack; 0: it has none
    const char *name;      // NULL: none
    const char *state;     // Go's word for it
    enum gf_wait reason;   // GF_WAIT_NONE: it does not wait
    const void *object;    // what it waits for, as its reason says; NULL: nothing with an address
    int64_t waiting_since; // monotonic; 0: it does not wait
    bool locked;           // to its thread, by go_lock_os_thread
    bool foreign;          // stands for a thread that gofer did not make
    bool system;           // the runtime's own helper
    uint32_t slot;
};

// The goroutine slots are numbered from 0.
static inline uint32_t gf_view_g_count(void)
{
    return gf_slab_count();
}

static inline const struct g *gf_view_g(uint32_t slot)
{
    return gf_slab_at(slot);
}

// The calling thread; NULL if it is unknown to gofer.
static inline const struct m *gf_view_current_thread(void)
{
    return gf_self();
}

// What the calling thread runs; NULL if the thread is unknown to gofer.
static inline const struct g *gf_view_current(void)
{
    const struct m *m = gf_self();
    return m ? m->g : NULL;
}

// Threads: the first after NULL, the next after each. Some have ended: their id is 0.
static inline const struct m *gf_view_next_thread(const struct m *m)
{
    return m ? m->all_next : gf_load_acquire(&gf_sched.all_ms);
}

static inline int gf_view_thread_id(const struct m *m)
{
    return gf_load_relaxed(&m->tid);
}

static inline const struct g *gf_view_thread_goroutine(const struct m *m)
{
    return m->g;
}

// Whether it is one of the runtime's own threads that take no signals: the one that watches the others, and the one that
// starts them.
static inline bool gf_view_thread_is_helper(const struct m *m)
{
    return gf_load_relaxed(&m->helper);
}

// Whether one of those is at work. Once gf_freezing is set and this is false, they stay idle until it is not.
static inline bool gf_view_helpers_are_busy(void)
{
    return gf_load_acquire(&gf_sched.busy_helpers) > 0; // pairs with the release in gf_helper_end
}

static inline const char *gf_view_state(const struct g *g)
{
    switch ((enum gf_status)gf_load_relaxed(&g->status)) { // relaxed, as all here: see the head
    case GF_RUNNABLE:
        return "runnable";
    case GF_RUNNING:
        return "running";
    case GF_WAITING:
        return gf_wait_text((enum gf_wait)gf_load_relaxed(&g->reason));
    case GF_BLOCKED:
        return "syscall";
    default:
        return "dead";
    }
}

// Of helpers too. False for a free slot.
static inline bool gf_view_fill(const struct g *g, struct gf_view *v)
{
    uint8_t status = gf_load_relaxed(&g->status), flags = g->flags;
    bool foreign = flags & GF_G_THREAD, fresh = flags & GF_G_FRESH, waits = status == GF_WAITING;
    if (status == GF_DEAD)
        return false;
    const struct go_call *call = flags & GF_G_SPILLED ? g->spilled : &g->call;
    *v = (struct gf_view){
        .id = g->id,
        .creator_id = g->creator_id,
        .creator_pc = (uintptr_t)g->creator_pc,
        .function = fresh ? (uintptr_t)call->fn : 0,
        .sp = fresh || foreign || gf_load_acquire(&g->on_cpu) ? NULL : g->sp,
        .low = (uintptr_t)g->stack_low,
        .top = g->stack_low ? (uintptr_t)g->stack_top : 0, // else that of the slot's last user
        .name = g->name ? g->name->text : NULL,
        .state = gf_view_state(g),
        .reason = waits ? (enum gf_wait)gf_load_relaxed(&g->reason) : GF_WAIT_NONE,
        .object = waits ? gf_load_relaxed(&g->wait_object) : NULL,
        .waiting_since = waits ? gf_load_relaxed(&g->since) : 0,
        .locked = g->lock_depth > 0,
        .foreign = foreign,
        .system = (flags & GF_G_SYSTEM) && !foreign,
        .slot = g->slot,
    };
    return true;
}

// Fills in the view, of helpers too. False for a free slot. A goroutine that runs changes meanwhile.
static inline bool gf_view_read_any(const struct g *g, struct gf_view *v)
{
    gf_racy_reads_begin();
    bool is_there = gf_view_fill(g, v);
    gf_racy_reads_end();
    return is_there;
}

// Fills in the view. False if there is nothing to show: a free slot, or the runtime's own.
static inline bool gf_view_read(const struct g *g, struct gf_view *v)
{
    return gf_view_read_any(g, v) && !v->system;
}

// What a goroutine keeps outside of its stack: its bound call, or its panic state.
struct gf_view_range {
    const void *start;
    size_t bytes;
};

static inline struct gf_view_range gf_view_state_of(const struct g *g)
{
    return (struct gf_view_range){&g->call, sizeof *g - offsetof(struct g, call)};
}

// The scheduler's own records, which lead to every goroutine that waits, or once did: memory in which a reader that
// looks for what the program can still reach must not look.
static inline void gf_view_records(void (*f)(const void *start, size_t bytes))
{
    const void *table;
    size_t bytes;
    f(&gf_sched, sizeof gf_sched);
    gf_sema_table(&table, &bytes);
    f(table, bytes);
    f(gf_sched.ps, GF_MOST_PROCS * sizeof *gf_sched.ps);
    for (int i = 0; i < GF_MOST_PROCS && gf_p_at(i); i++) {
        f(gf_p_at(i), sizeof *gf_p_at(i));
        if (gf_p_at(i)->timers.slots)
            f(gf_p_at(i)->timers.slots, gf_p_at(i)->timers.room * sizeof(struct gf_timer_slot));
    }
    for (const struct m *m = gf_view_next_thread(NULL); m; m = gf_view_next_thread(m))
        f(m, sizeof *m);
}

// The i-th armed timer of a processor that will fire one day, NULL if there is none; the world is stopped.
static inline const struct gf_timer *gf_view_timer(int p, uint32_t i)
{
    const struct gf_timers *h = &gf_p_at(p)->timers;
    return i < h->count && h->slots[i].when != INT64_MAX ? h->slots[i].timer : NULL;
}

static inline uint32_t gf_view_timer_count(int p)
{
    return gf_p_at(p) ? gf_p_at(p)->timers.count : 0;
}

// Whether some timer's time has come that has not fired yet, as happens to a program that gets no processor.
static inline bool gf_view_timers_are_due(int64_t now)
{
    for (int p = 0; p < GF_MOST_PROCS && gf_p_at(p); p++)
        if (gf_load_relaxed(&gf_p_at(p)->timers.first) <= now) // relaxed: a hint
            return true;
    return false;
}

// The signal stack of a thread; start is NULL if it has none.
static inline struct gf_view_range gf_view_signal_stack(const struct m *m)
{
    return m->signal_stack ? (struct gf_view_range){m->signal_stack - GF_STACK_GUARD,
                                                    GF_STACK_GUARD + GF_SIGNAL_STACK}
                           : (struct gf_view_range){NULL, 0};
}

// From where on a worker's or helper's own stack, with its thread-locals at the top, may be of interest to the program: below
// is the scheduler. NULL for other threads.
static inline const void *gf_view_thread_base(const struct m *m)
{
    return m->base;
}

// Whether a foreign thread is in the middle of an operation, and not parked in it.
static inline bool gf_view_thread_is_inside(const struct m *m)
{
    return gf_load_relaxed(&m->foreign) && gf_load_relaxed(&m->in_runtime) != 0 &&
           gf_load_relaxed(&m->g0.status) != GF_WAITING;
}

#endif
