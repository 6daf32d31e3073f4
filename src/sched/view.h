// SPDX-License-Identifier: MIT
// The scheduler as debug/ may see it: read only, without locks. What is read here may change while it is
// read, unless all threads have been stopped; goroutines' slots and threads' structures live for ever, so a
// reader never meets freed memory. See debug/freeze.h for how a report stops the threads.
#ifndef GF_SCHED_VIEW_H
#define GF_SCHED_VIEW_H

#include "mem/slab.h"
#include "sched/sched.h"

struct gf_view {
    uint64_t id;
    uint64_t creator_id;   // 0: not made by a goroutine
    uintptr_t creator_pc;  // return address of the go statement; 0: not known
    uintptr_t function;    // what one that has not run yet will call; 0: it has run
    void *sp;              // saved stack pointer; NULL while a thread is on its stack
    uintptr_t low, top;    // bounds of its stack; 0: it has none
    const char *name;      // NULL: none
    const char *state;     // Go's word for it
    int64_t waiting_since; // monotonic; 0: it does not wait
    bool locked;           // to its thread, by go_lock_os_thread
    bool foreign;          // stands for a thread that gofer did not make
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

// Whether it is the runtime's own thread that watches the others.
static inline bool gf_view_thread_is_monitor(const struct m *m)
{
    return gf_load_relaxed(&m->foreign) && !(m->g0.flags & GF_G_THREAD);
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

// Fills in the view. False if there is nothing to show: a free slot, or the runtime's own.
static inline bool gf_view_read(const struct g *g, struct gf_view *v)
{
    uint8_t status = gf_load_relaxed(&g->status), flags = g->flags;
    bool foreign = flags & GF_G_THREAD, fresh = flags & GF_G_FRESH;
    if (status == GF_DEAD || ((flags & GF_G_SYSTEM) && !foreign))
        return false;
    const struct go_call *call = flags & GF_G_SPILLED ? g->spilled : &g->call;
    *v = (struct gf_view){
        .id = g->id,
        .creator_id = g->creator_id,
        .creator_pc = (uintptr_t)g->creator_pc,
        .function = fresh ? (uintptr_t)call->fn : 0,
        .sp = fresh || foreign || gf_load_acquire(&g->on_cpu) ? NULL : g->sp,
        .low = (uintptr_t)g->stack_low,
        .top = (uintptr_t)g->stack_top,
        .name = g->name ? g->name->text : NULL,
        .state = gf_view_state(g),
        .waiting_since = status == GF_WAITING ? gf_load_relaxed(&g->since) : 0,
        .locked = g->lock_depth > 0,
        .foreign = foreign,
    };
    return true;
}

#endif
