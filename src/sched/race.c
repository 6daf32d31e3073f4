// SPDX-License-Identifier: MIT
// Goroutines as fibers of thread sanitizer; only in the library of `gofer run -race`. A fiber is made at the go
// statement, by the goroutine that says it: so it inherits that one's past, and the detector keeps the stack of the
// statement. One that the scheduler starts (a timer's, say) is made on the scheduler's own fiber instead, which has no
// part in what the program does, under a mute: it has no past, and the stack is the one place that its record names.
//
// What a goroutine left on its stack would look like a race with the next owner of the stack, for nothing orders the
// two; so the detector is made to forget it. It does so for memory that is unmapped; see race/program.c.
#include "sched/race.h"

#include "arch/context.h"

#include <errno.h>
#include <stdio.h>

enum { NOT_ORDERED = 1 }; // a switch of fibers that is no event

void go_race_forget_(void *p, size_t bytes);
bool go_race_is_program_code_(uintptr_t pc);

void gf_race_mute(struct m *m)
{
    m->race.muted++;
    gf_race_quiet();
}

void gf_race_unmute(struct m *m)
{
    m->race.muted--;
    gf_race_speak();
}

void gf_race_origin(struct m *m, const void *p)
{
    m->race.origin = p;
}

static void *create_here(const struct g *g)
{
    char name[24];
    gf_race_enter(g->creator_pc);
    void *fiber = __tsan_create_fiber(0);
    gf_race_exit();
    snprintf(name, sizeof name, "%llu", (unsigned long long)g->id);
    __tsan_set_fiber_name(fiber, name);
    return fiber;
}

static void *create_on_g0(const struct m *m, const struct g *g)
{
    void *self = __tsan_get_current_fiber();
    bool away = m->g0.fiber && m->g0.fiber != self;
    if (away)
        __tsan_switch_to_fiber(m->g0.fiber, NOT_ORDERED);
    gf_race_quiet();
    void *fiber = create_here(g);
    gf_race_speak();
    if (away)
        __tsan_switch_to_fiber(self, NOT_ORDERED);
    return fiber;
}

void gf_race_spawned(struct m *m, struct g *g)
{
    g->fiber = m->race.muted ? create_on_g0(m, g) : create_here(g);
    if (!m->race.origin)
        return;
    // The new fiber has not run; this thread may lend it a moment.
    void *self = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(g->fiber, NOT_ORDERED);
    gf_race_acquire(m->race.origin);
    __tsan_switch_to_fiber(self, NOT_ORDERED);
    m->race.origin = NULL;
}

void gf_race_begins(struct g *g)
{
    // The mark may have served another goroutine in this slot.
    gf_race_wake(g);
}

// The pagemap stays open, for every goroutine asks it at its start; from the runtime's own start on, for programs count
// their descriptors. Negative: it cannot be had. [const] after the start
static int pagemap = -1;

void gf_race_start(void)
{
    pagemap = gf_os_pagemap_open();
}

// From here on a stack has been touched; nothing below has a past. Forgetting costs time by the page.
static uintptr_t first_touched(uintptr_t at, uintptr_t end)
{
    enum { PAGES_AT_ONCE = 128 };
    uint64_t used[PAGES_AT_ONCE];
    const size_t page = gf_os_page_size();
    bool found = false;
    for (size_t n = 1; n > 0 && at < end && !found;) {
        n = gf_os_pages_used(pagemap, at, used, PAGES_AT_ONCE);
        for (size_t i = 0; i < n && at < end && !(found = used[i] != 0); i++)
            at += page;
    }
    return at;
}

void gf_race_forget(void *stack, size_t bytes)
{
    int saved = errno; // that of whoever switches to the new goroutine
    uintptr_t end = (uintptr_t)stack + bytes, low = first_touched((uintptr_t)stack, end);
    if (low < end)
        go_race_forget_((void *)low, end - low);
    errno = saved;
}

// --- Signals ---

static struct {
    gf_os_signal_handler *ours, *sanitizers; // [const] after the start
} at_once;

static void on_signal(int sig, siginfo_t *info, void *context)
{
    if (go_race_is_program_code_(gf_arch_fault_at(context).pc))
        at_once.ours(sig, info, context);
    else if (at_once.sanitizers)
        at_once.sanitizers(sig, info, context);
}

void gf_race_signal_at_once(int sig, gf_os_signal_handler *handler)
{
    at_once.ours = handler;
    at_once.sanitizers = gf_os_signal_go_between(sig, on_signal);
}
