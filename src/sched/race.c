// SPDX-License-Identifier: MIT
// Goroutines as fibers of thread sanitizer; only in the library of `gofer run -race`. A fiber is made at the go
// statement, by the goroutine that says it: so it inherits that one's past, and the detector keeps the stack of the
// statement. One that the scheduler starts (a timer's, say) is made on the scheduler's own fiber instead, which has no
// part in what the program does, under a mute: it has no past, and the stack is the one place that its record names.
//
// What a goroutine left on its stack would look like a race with the next owner of the stack, for nothing orders the
// two; so the detector is made to forget it. It does so for memory that is unmapped; see race/program.c.
#include "sched/race.h"

#include <stdio.h>

enum { NOT_ORDERED = 1 }; // a switch of fibers that is no event

void go_race_forget_(void *p, size_t bytes);

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

void gf_race_forget(void *stack, size_t bytes)
{
    go_race_forget_(stack, bytes);
}
