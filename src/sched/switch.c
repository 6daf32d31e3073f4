// SPDX-License-Identifier: MIT
// Switching between goroutines, and their first and last moments on a stack. This is the one place that knows
// what belongs to a goroutine beyond its registers: the sanitizers' view of its stack, the C++ exception state, the
// floating-point environment if it asked for it. (errno is exchanged by the assembly.)
//
// A goroutine gets its stack when it first runs: the hottest that the P has. One that ends hands its stack to the
// next one that has none, without a switch: spawn, run, exit of short goroutines live on one warm stack.
#include "sched/internal.h"

#include "mem/stack.h"
#include "sched/race.h"

#include <stdlib.h>
#include <string.h>

// Sanitizers must see every departure from a stack and every arrival. Without them a switch is a jump, and a dead goroutine
// goes straight to the next.
static const bool direct = !GF_ASAN && !GF_FIBERS;

#if GF_FIBERS
_Atomic(bool) gf_switches_block_signals;
#endif

// Always inlined: the thread sanitizer's note of a function's end would belong to the goroutine that is switched to.
GF_ALWAYS_INLINE void leave_stack(struct g *from, struct g *to, bool dying)
{
#if GF_ASAN
    __sanitizer_start_switch_fiber(dying ? NULL : &from->fake_stack, to->stack_low,
                                   (size_t)(to->stack_top - to->stack_low));
#endif
#if GF_TSAN
    gf_hb_release(&from->on_cpu); // what the assembly's store is: it is not instrumented
#endif
#if GF_FIBERS
    bool block =
        gf_load_relaxed(&gf_switches_block_signals); // relaxed: set before the first handler
    uint64_t blocked = block ? gf_os_signals_block() : 0;
    gf_take_signals();
    // Where the library is instrumented its locks are threads' locks, and what a thread did before counts.
    __tsan_switch_to_fiber(to->fiber, GF_RACE);
    if (block)
        gf_os_signals_restore(blocked);
#endif
    (void)from, (void)to, (void)dying;
}

void gf_switch_arrived(struct g *g)
{
#if GF_ASAN
    __sanitizer_finish_switch_fiber(g->fake_stack, NULL, NULL);
#endif
    (void)g;
}

void gf_g_created(struct g *g)
{
#if GF_FIBERS
    g->fiber = __tsan_create_fiber(0);
#endif
    (void)g;
}

void gf_g_destroyed(struct g *g)
{
#if GF_FIBERS
    __tsan_destroy_fiber(g->fiber);
    g->fiber = NULL;
#endif
    (void)g;
}

// C++ keeps the exceptions in flight in a thread-local; they belong to the goroutine. Those of the next one are there to be
// read only when its former thread is off it, which saves them on its way.
GF_COLD static void save_cxx_globals(const struct m *m, struct g *from)
{
    if (!(from->flags & GF_G_SYSTEM))
        memcpy(from->cxx_globals, m->cxx_globals_at, sizeof from->cxx_globals);
}

GF_COLD static void load_cxx_globals(struct m *m, const struct g *to)
{
    if (!(to->flags & (GF_G_SYSTEM | GF_G_FRESH)))
        memcpy(m->cxx_globals_at, to->cxx_globals, sizeof to->cxx_globals);
    else
        memset(m->cxx_globals_at, 0, sizeof to->cxx_globals);
}

static inline void become(struct m *m, struct g *to)
{
    if (to != &m->g0) {
        gf_wait_off_cpu(to);
        to->m = m;
        gf_store_relaxed(&to->status, GF_RUNNING); // relaxed: for reports
        gf_store_relaxed(&to->on_cpu, 1);          // relaxed: only this thread may continue it now
    }
    m->g = to;
}

void gf_free_stack(struct gf_stack s)
{
    // A large one loses its pages, and with them the sign that they had a past.
    gf_race_forget(s.low, (size_t)(s.top - s.low));
    gf_stack_free(s);
}

void gf_cache_stack(struct p *p, struct gf_stack s)
{
    if (!gf_stack_is_default(s)) {
        gf_free_stack(s);
        return;
    }
    if (p->stack_count == GF_STACK_CACHE) {
        // The coldest half goes back.
        gf_stack_give(p->stacks, GF_STACK_CACHE / 2);
        memmove(p->stacks, p->stacks + GF_STACK_CACHE / 2, sizeof p->stacks / 2);
        p->stack_count = GF_STACK_CACHE / 2;
    }
    p->stacks[p->stack_count++] = s;
}

static struct gf_stack take_default_stack(struct p *p)
{
    if (p->stack_count == 0)
        p->stack_count = (uint32_t)gf_stack_take(p->stacks, GF_STACK_CACHE / 2);
    if (gf_unlikely(p->stack_count == 0))
        gf_fatal("out of memory (stack allocation)");
    return p->stacks[--p->stack_count];
}

// Gives a goroutine that has not run a stack, unless it has one.
static void give_stack(struct m *m, struct g *g)
{
    if (gf_likely(!g->stack_low))
        gf_set_stack(g, take_default_stack(gf_p(m)));
    if (!GF_RACE) // otherwise at the go statement
        gf_g_created(g);
}

// Whatever a switch may have to do besides the registers. Ends by a jump, too, unless a sanitizer wants to see the arrival.
GF_NOINLINE static struct m *switch_with_state(struct m *m, struct g *from, struct g *to)
{
    bool fresh = to->flags & GF_G_FRESH;
    if (gf_unlikely(m->cxx_globals_at != NULL))
        save_cxx_globals(m, from);
    if (fresh)
        give_stack(m, to);
    become(m, to);
    if (gf_unlikely(m->cxx_globals_at != NULL))
        load_cxx_globals(m, to);
    if (gf_unlikely((from->flags | to->flags) & GF_G_FENV))
        gf_arch_exchange_fenv(from, to);
    struct m *(*switch_over)(struct g *, struct g *, struct m *) = fresh ? gf_arch_switch_to_new
                                                                         : gf_arch_switch;
    if (direct)
        return switch_over(from, to, m);
    leave_stack(from, to, false);
    m = switch_over(from, to, m); // from one place, so that profiles find equal stacks equal
    // No jump: the thread sanitizer's note of this function's end belongs to the goroutine that comes back here.
    gf_fence_compiler();
    gf_switch_arrived(from);
    return m;
}

struct m *gf_switch(struct m *m, struct g *from, struct g *to)
{
    // With assertions on, jumps are calls, and all go by one road, so that profiles find equal stacks equal.
    bool more = !direct || GF_DEBUG || m->cxx_globals_at ||
                ((from->flags | to->flags) & (GF_G_FENV | GF_G_FRESH));
    if (gf_unlikely(more))
        return switch_with_state(m, from, to);
    become(m, to);
    // A jump, when optimised: it returns to the caller of who parks.
    return gf_arch_switch(from, to, m);
}

// Begins `to` in the place of one that has ended.
static void start_directly(struct m *m, struct g *to)
{
    *m->errno_at = 0;
    become(m, to);
    gf_arch_start(to->stack_top);
}

static void switch_directly(struct m *m, struct g *from, struct g *to)
{
    struct p *p = gf_p(m);
    struct gf_stack s = {from->stack_low, from->stack_top};
    from->stack_low = NULL;
    bool fresh = to->flags & GF_G_FRESH;
    if (fresh && !to->stack_low) {
        // It inherits the stack.
        to->stack_low = s.low;
        to->stack_top = s.top;
    } else {
        // The stack goes into the cache while we are still on it: only this thread can take it out, after the jump. The
        // cache has room, or the caller would have gone by the scheduler's stack.
        p->stacks[p->stack_count++] = s;
    }
    gf_g_free(p, from);
    if (fresh) {
        start_directly(m, to);
        return;
    }
    become(m, to);
    gf_arch_jump(to, m);
}

void gf_switch_from_dead(struct m *m, struct g *from, struct g *to)
{
    struct gf_stack s = {from->stack_low, from->stack_top};
    const uint8_t special = GF_G_FENV | GF_G_MAIN;
    if (direct && to && gf_stack_is_default(s) && gf_p(m)->stack_count < GF_STACK_CACHE &&
        !((from->flags | (to->flags & GF_G_FENV)) & special) && !m->cxx_globals_at) {
        switch_directly(m, from, to);
        return;
    }
    if (gf_unlikely(m->cxx_globals_at != NULL))
        memset(m->cxx_globals_at, 0, sizeof from->cxx_globals);
    if (from->flags & GF_G_FENV)
        gf_arch_set_default_fenv();
    // The scheduler's stack frees what is left of it, and runs `to`.
    m->dead = from;
    if (to)
        m->hint = to;
    become(m, &m->g0);
    leave_stack(from, &m->g0, true);
    gf_arch_jump(&m->g0, m);
}

// --- The first frame ---

// A call that has more than words. A record too large for the G lies on the heap: it is copied and freed before the
// call, so that a goroutine that never returns holds nothing. Its room in the G is needed for the panic state.
GF_NOINLINE static void run_other(struct m *m, struct g *g)
{
    struct go_call *heap = g->flags & GF_G_SPILLED ? g->spilled : NULL;
    const struct go_call *from = heap ? heap : &g->call;
    size_t bytes = gf_call_bytes(from);
    struct go_call *room = __builtin_alloca_with_align(bytes, 128);
    memcpy(room, from, bytes);
    room->flags |= GO_CALL_ONCE;
    g->flags &= (uint8_t) ~(GF_G_FRESH | GF_G_SPILLED);
    memset(&g->defers, 0, sizeof g->call);
    gf_leave(m);
    free(heap);
    gf_arch_replay(room);
}

bool gf_first_frame_begins(struct go_call *into)
{
    struct m *m = gf_self();
    struct g *g = m->g;
    gf_switch_arrived(g);
    gf_race_begins(g);
    if (gf_unlikely((g->flags & GF_G_SPILLED) || g->call.flags)) {
        run_other(m, g);
        return false;
    }
    *into = g->call;
    g->flags &= (uint8_t)~GF_G_FRESH;
    memset(&g->defers, 0, sizeof g->call);
    gf_leave(m);
    return true;
}

void gf_first_frame_ends(void)
{
    gf_end_of_first_frame(gf_enter());
}
