// SPDX-License-Identifier: MIT
// The list of deferred calls. Registering one is a link, leaving its block takes it off and runs it; a panic and
// go_exit run the list themselves. A record is taken off before its call runs, so whatever the call does (panic, exit,
// park, defer) finds the list as it should be, and no call runs twice.
//
// Three things may be wrong with a record that the compiler's cleanup hands over or the list leads to:
//   - it was jumped over and never filled in: it is not the head of the list, and nothing happens;
//   - the head is one that a longjmp left behind, in frames that are no more: dropped when a register or a cleanup
//     notices it below the stack pointer. Its check word says whether its link still leads anywhere; if not, the
//     records behind it come back when their own blocks are left;
//   - a longjmp left it behind and the stack has grown over it since: its check word is wrong with all but certainty.
#include "panic/misuse.h"
#include "panic/panic.h"

struct g *gf_panic_self_first(void)
{
    gf_leave(gf_enter());
    return gf_self_g();
}

static inline const struct go_call *call_of(const struct go_defer_ *d)
{
    return (const struct go_call *)(d + 1);
}

static inline bool is_intact(const struct go_defer_ *d)
{
    return d->check == GO_RECORD_CHECK(d, d->next);
}

static inline void take_off(struct g *g, struct go_defer_ *d)
{
    g->defers = d->next;
    d->check = 0; // nobody takes it for registered any more
}

static inline void run(const struct go_defer_ *d)
{
    if (gf_unlikely(!call_of(d)->fn))
        gf_panic_runtime(GF_TEXT_NIL);
    gf_arch_replay(call_of(d));
}

void gf_defers_drop_dead(struct g *g, uintptr_t sp)
{
    while (g->defers && gf_panic_is_dead(g, g->defers, sp) && is_intact(g->defers))
        take_off(g, g->defers);
}

void go_defer_push_(struct go_defer_ *d)
{
    struct g *g = gf_panic_self();
    uintptr_t sp = gf_arch_sp();
    if (gf_unlikely(gf_panic_is_dead(g, g->defers, sp)))
        gf_defers_drop_dead(g, sp);
    // A longjmp back to before this very defer: its record is still linked, and its link untouched.
    if (gf_unlikely(g->defers == d))
        take_off(g, d);
    d->next = g->defers;
    d->check = GO_RECORD_CHECK(d, d->next);
    g->defers = d;
}

// The record is not the head of the list: it was jumped over, unless the head is a dead one.
GF_COLD static void run_if_registered(struct g *g, struct go_defer_ *d)
{
    if (!g->defers || !gf_panic_is_dead(g, g->defers, gf_arch_sp()) || !is_intact(d))
        return;
    take_off(g, d);
    run(d);
}

void go_defer_run_(void *record)
{
    struct go_defer_ *d = record;
    struct g *g = gf_panic_self();
    if (gf_unlikely(g->defers != d)) {
        run_if_registered(g, d);
        return;
    }
    take_off(g, d);
    run(d);
}

void gf_defers_run(struct g *g, struct go_defer_ *stop)
{
    for (struct go_defer_ *d; (d = g->defers) != stop && d;) {
        if (!is_intact(d))
            break;
        take_off(g, d);
        run(d);
    }
    g->defers = stop;
}

struct go_defer_ *gf_defers_last(struct g *g)
{
    struct go_defer_ *last = NULL;
    for (struct go_defer_ *d = g->defers; d && is_intact(d); d = d->next)
        last = d;
    return last;
}
