// SPDX-License-Identifier: MIT
// A goroutine that is parked is unwound from its saved stack pointer; one that a thread was on, from where the thread
// was stopped; the caller's stack was taken before the stop. Only addresses are kept: what they mean is looked up when
// the program goes on.
#include "debug/snapshot.h"

#include "debug/freeze.h"
#include "debug/goroutine.h"
#include "debug/stop.h"
#include "os/os.h"

#include <string.h>

enum { MOST_FOREIGN = 1024, ATTEMPTS = 5 };
static const int64_t BETWEEN_ATTEMPTS_NS = 20000000;

void gf_snap_trace(struct gf_trace *trace, const uintptr_t *pc, uint16_t depth, bool exact)
{
    trace->count = depth;
    trace->sp = 0;
    for (uint16_t i = 0; i < depth; i++)
        trace->inner[i] = (struct gf_frame){.pc = pc[i], .exact = i == 0 && exact};
}

static void keep_trace(struct gf_snap *snap, const struct gf_trace *trace)
{
    struct gf_frame frame;
    snap->has_stack = true;
    snap->exact = trace->count > 0 && trace->inner[0].exact;
    for (size_t i = 0; i < trace->count && snap->depth < GF_SAMPLE_DEPTH; i++)
        if (gf_trace_frame(trace, i, &frame))
            snap->pc[snap->depth++] = frame.pc;
}

static void keep_stack(struct gf_snap *snap, const struct g *g, const struct gf_stopped *stopped)
{
    static struct gf_trace trace; // the stopped process protects it
    const struct gf_view *v = &snap->view;
    const struct gf_frozen *f = NULL;
    if (g == stopped->self) {
        keep_trace(snap, stopped->trace);
        return;
    }
    if (v->function)
        gf_unwind_fresh(&trace, v->function);
    else if (v->sp)
        gf_unwind_parked(&trace, v->sp);
    else if (!(f = gf_freeze_find(g, v->low, v->top, true)))
        return;
    keep_trace(snap, f ? &f->trace : &trace);
    trace.sp = 0; // or it would lead a search for leaks to that stack
}

static void keep(struct gf_snapshot *s, const struct g *g, const struct gf_stopped *stopped)
{
    if (s->count == s->most)
        return;
    struct gf_snap *snap = &s->snap[s->count];
    if (!gf_view_read(g, &snap->view))
        return;
    if (snap->view.name)
        memcpy(snap->name, snap->view.name, sizeof snap->name);
    snap->view.name = snap->view.name ? snap->name : NULL;
    if (g == stopped->self)
        snap->view.state = "running";
    keep_stack(snap, g, stopped);
    s->count++;
}

static void keep_all(const struct gf_stopped *stopped, void *arg)
{
    struct gf_snapshot *s = arg;
    for (uint32_t slot = 0, n = gf_view_g_count(); slot < n; slot++)
        keep(s, gf_view_g(slot), stopped);
    for (const struct m *m = gf_view_next_thread(NULL); m; m = gf_view_next_thread(m)) {
        struct gf_view v;
        if (gf_view_thread_id(m) && gf_view_read(gf_view_thread_goroutine(m), &v) && v.foreign)
            keep(s, gf_view_thread_goroutine(m), stopped);
    }
}

bool gf_snapshot_take(struct gf_snapshot *s)
{
    *s = (struct gf_snapshot){.most = gf_view_g_count() + MOST_FOREIGN};
    s->snap = gf_os_reserve(s->most * sizeof *s->snap);
    for (int i = 0; s->snap && i < ATTEMPTS; i++) {
        if (gf_stop_run(keep_all, s))
            return true;
        gf_os_sleep(BETWEEN_ATTEMPTS_NS);
    }
    gf_snapshot_close(s);
    return false;
}

void gf_snapshot_close(struct gf_snapshot *s)
{
    if (s->snap)
        gf_os_release(s->snap, s->most * sizeof *s->snap);
    s->snap = NULL;
}

void gf_snapshot_to_samples(const struct gf_snapshot *s, struct gf_samples *samples)
{
    struct gf_trace trace;
    for (uint32_t i = 0; i < s->count; i++) {
        const struct gf_snap *snap = &s->snap[i];
        gf_snap_trace(&trace, snap->pc, snap->depth, snap->exact);
        gf_samples_add(samples, &trace, snap->view.name, 1, 0);
    }
}

void gf_snapshot_write(const struct gf_snapshot *s, struct gf_text *text)
{
    struct gf_trace trace;
    for (uint32_t i = 0; i < s->count; i++) {
        const struct gf_snap *snap = &s->snap[i];
        gf_snap_trace(&trace, snap->pc, snap->depth, snap->exact);
        if (i > 0)
            gf_text_put(text, "\n");
        gf_goroutine_write(text, &snap->view, snap->view.state, snap->has_stack ? &trace : NULL, 0,
                           gf_symbols_find);
    }
}
