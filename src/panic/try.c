// SPDX-License-Identifier: MIT
// go_try, and what is built on it: go_protect turns a panic into a value, go_safe starts a goroutine whose panic is
// logged. A mark is linked when the try block begins and taken off by its cleanup, on every ordinary road out of either
// block; then the panic that the catch block had is freed. A panic that passes a mark takes it off itself.
#include "panic/panic.h"

#include "base/hooks.h"
#include "panic/misuse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline bool is_intact(const struct go_try_ *t)
{
    return t->check == GO_RECORD_CHECK(t, t->outer);
}

// Marks that a longjmp has left behind.
GF_COLD static void drop_dead(struct g *g, uintptr_t sp)
{
    while (g->tries && gf_panic_is_dead(g, g->tries, sp))
        g->tries = is_intact(g->tries) ? g->tries->outer : NULL;
}

struct go_try_ *go_try_enter_(struct go_try_ *t)
{
    struct g *g = gf_panic_self();
    uintptr_t sp = gf_arch_sp();
    if (gf_unlikely(gf_panic_is_dead(g, g->tries, sp)))
        drop_dead(g, sp);
    if (gf_unlikely(gf_panic_is_dead(g, g->defers, sp)))
        gf_defers_drop_dead(g, sp);
    // A longjmp back to before this very try: its mark is still linked, and its link untouched.
    if (gf_unlikely(g->tries == t))
        g->tries = t->outer;
    t->outer = g->tries;
    t->check = GO_RECORD_CHECK(t, t->outer);
    t->defers = g->defers;
    t->panics = g->panics;
    t->caught = NULL;
    g->tries = t;
    return t;
}

void go_try_leave_(struct go_try_ *t)
{
    struct g *g = gf_panic_self();
    if (gf_unlikely(g->tries != t)) {
        // It was jumped over and never filled in, unless the head is a dead one.
        if (!g->tries || !gf_panic_is_dead(g, g->tries, gf_arch_sp()) || !is_intact(t))
            return;
    }
    g->tries = t->outer;
    t->check = 0;
    if (gf_unlikely(t->caught != NULL))
        gf_panics_release(g, t->panics);
}

const struct go_panic_info *go_try_caught_(void)
{
    return &((struct gf_panic *)gf_self_g()->tries->caught)->info;
}

struct go_try_ *gf_try_innermost(struct g *g)
{
    while (g->tries && is_intact(g->tries) && g->tries->caught)
        g->tries = g->tries->outer;
    if (g->tries && !is_intact(g->tries))
        g->tries = NULL;
    return g->tries;
}

// Takes the panic that the present catch block has out of its hands.
static go_panic_info *keep_caught(void)
{
    struct g *g = gf_self_g();
    struct gf_panic *p = g->panics;
    g->panics = p->older;
    p->older = NULL;
    return &p->info;
}

go_panic_info *go_protect_(const struct go_call *call)
{
    go_panic_info *volatile caught = NULL;
    GO_TRY
    {
        gf_arch_replay(call);
    }
    GO_CATCH(p)
    {
        (void)p;
        caught = keep_caught();
    }
    return caught;
}

// --- go_safe ---

// One write, so that the logs of several goroutines do not mix.
static void log_panic(const go_panic_info *p)
{
    static const char format[] = "gofer: panic ended a goroutine: %s\n\n%s\n";
    size_t bytes = sizeof format + strlen(p->message) + strlen(p->stack);
    char *text = malloc(bytes);
    if (!text) {
        gf_print(format, p->message, p->stack);
        return;
    }
    int n = snprintf(text, bytes, format, p->message, p->stack);
    gf_print_text(text, (size_t)n);
    free(text);
}

// The body of the goroutine. The record is its own, on the heap.
static void run_safely(struct go_call *call)
{
    GO_DEFER(free, call);
    go_panic_info *p = go_protect_(call);
    if (!p)
        return;
    log_panic(p);
    go_panic_free(p);
}

void go_safe_(const struct go_call *call, const void *none, void *pc)
{
    (void)none;
    if (!call->fn)
        gf_fatal_misuse("go of nil func value");
    struct go_call start = {.fn = (void *)run_safely, .reg = {(uint64_t)gf_call_copy(call)}};
    struct m *m = gf_enter();
    gf_spawn(m, &start, NULL, pc, false);
    gf_leave(m);
}
