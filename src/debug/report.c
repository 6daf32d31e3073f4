// SPDX-License-Identifier: MIT
// Reports. Printing all goroutines is the last thing a process does, in whatever state it is: the caller may
// hold locks, be on a signal stack or at the end of its own, and have no working heap. So the work is done on a
// stack that is kept for it, allocates nothing itself, and everything that may fail runs in the shield; the
// report then goes on with less: first without lines and inlined functions, at worst without names.
//
// Order of events: the caller's own stack is unwound; the lock of the symbols is asked for, while its holder can
// still run; the other threads are stopped; then the traces are printed.
#include "debug/report.h"

#include "base/hooks.h"
#include "debug/allocator.h"
#include "debug/freeze.h"
#include "debug/goroutine.h"
#include "debug/shield.h"
#include "debug/trace.h"
#include "os/os.h"
#include "sched/view.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

enum {
    MOST_SHOWN = 1000, // goroutines
    STACK = 256 << 10, // what libdw and the loader of libraries are given
};
enum gf_report_level gf_report_level = GF_REPORT_ALL;
#define LOCK_WAIT_NS INT64_C(1000000000)

// ---- The caller's stack as text ----

struct text_job {
    const struct gf_trace *trace;
    const struct gf_view *view;
    size_t skip;
    char *result;
};

static void write_text(void *arg)
{
    struct text_job *job = arg;
    struct gf_text text = {.grows = true};
    gf_goroutine_write(&text, job->view, "running", job->trace, job->skip, gf_symbols_find);
    job->result = gf_text_finish(&text);
}

static char text_stack[STACK] __attribute__((aligned(16))); // the lock of the symbols protects it

void gf_report_records(void (*f)(const void *start, size_t bytes))
{
    f(text_stack, sizeof text_stack);
}

char *gf_report_stack_text(int skip)
{
    struct gf_trace trace;
    struct gf_view view = {0};
    struct text_job job = {.trace = &trace, .view = &view, .skip = (size_t)skip};
    int saved = errno;
    const struct g *g = gf_view_current();
    if (g)
        gf_view_read(g, &view);
    gf_unwind_here(&trace);
    gf_symbols_lock();
    gf_call_on_stack(text_stack, sizeof text_stack, write_text, &job);
    gf_symbols_unlock();
    errno = saved;
    return job.result;
}

// ---- All goroutines ----

static struct {
    struct gf_text text;
    const struct g *self; // the caller's goroutine; NULL: the runtime's own
    bool full;            // libdw may be used: its lock is held and it has not failed
    struct gf_trace own;  // the caller's stack
    struct gf_trace other;
    const struct g *shown[MOST_SHOWN]; // all others, by id
    size_t count, elided;
} report;

struct find_job {
    gf_lookup *lookup;
    uintptr_t pc;
    struct gf_symbols found;
};

static void find(void *arg)
{
    struct find_job *job = arg;
    job->found = job->lookup(job->pc);
}

static struct gf_symbols find_shielded(uintptr_t pc)
{
    static const struct gf_symbol unknown;
    static struct find_job job;
    job = (struct find_job){.lookup = gf_symbols_find, .pc = pc};
    if (report.full && gf_shield_run(find, &job))
        return job.found;
    report.full = false;
    job.lookup = gf_symbols_find_plain;
    if (gf_shield_run(find, &job))
        return job.found;
    return (struct gf_symbols){.count = 1, .symbol = &unknown};
}

static void find_allocator(void *arg)
{
    (void)arg;
    gf_allocator_find();
}

static void unwind_other(void *sp)
{
    gf_unwind_parked(&report.other, sp);
}

// NULL if there is none to be had.
static const struct gf_trace *trace_of(const struct g *g, const struct gf_view *v)
{
    if (v->function) {
        gf_unwind_fresh(&report.other, v->function);
        return &report.other;
    }
    const struct gf_frozen *frozen = gf_freeze_find(g, v->low, v->top, !v->sp);
    if (frozen || !v->sp)
        return frozen ? &frozen->trace : NULL;
    report.other.count = 0;
    gf_shield_run(unwind_other, v->sp); // what it found before it was cut off is shown
    return &report.other;
}

static void print_own(void *arg)
{
    struct gf_view v;
    (void)arg;
    if (!report.self || !gf_view_read(report.self, &v))
        return;
    gf_text_put(&report.text, "\n");
    gf_goroutine_write(&report.text, &v, "running", &report.own, 0, find_shielded);
}

static void print_other(void *arg)
{
    const struct g *g = arg;
    struct gf_view v;
    if (!gf_view_read(g, &v))
        return;
    gf_text_put(&report.text, "\n");
    gf_goroutine_write(&report.text, &v, v.state, trace_of(g, &v), 0, find_shielded);
}

// Keeps those with the lowest ids in order.
static void keep(const struct g *g, uint64_t id)
{
    size_t at = report.count;
    if (report.count == MOST_SHOWN) {
        report.elided++;
        at--;
        if (report.shown[at]->id < id)
            return;
    } else {
        report.count++;
    }
    size_t end = at;
    while (at > 0 && report.shown[at - 1]->id > id)
        at--;
    memmove(&report.shown[at + 1], &report.shown[at], (end - at) * sizeof report.shown[0]);
    report.shown[at] = g;
}

static void consider(const struct g *g, bool foreign)
{
    struct gf_view v;
    if (g != report.self && gf_view_read(g, &v) && v.foreign == foreign)
        keep(g, v.id);
}

static void collect(void *arg)
{
    (void)arg;
    uint32_t n = gf_view_g_count();
    for (uint32_t slot = 0; slot < n; slot++)
        consider(gf_view_g(slot), false);
    for (const struct m *m = gf_view_next_thread(NULL); m; m = gf_view_next_thread(m))
        if (gf_view_thread_id(m))
            consider(gf_view_thread_goroutine(m), true);
}

static void freeze_others(void *arg)
{
    (void)arg;
    gf_freeze_others();
}

static void print_all(void *arg)
{
    static char buffer[4096];
    (void)arg;
    gf_shield_use_own_stack();
    report.text = (struct gf_text){.at = buffer, .room = sizeof buffer};
    gf_shield_run(find_allocator, NULL);
    report.full = !gf_allocator_is_on(&report.own, true) && gf_symbols_lock_within(LOCK_WAIT_NS);
    gf_shield_run(freeze_others, NULL);
    gf_shield_run(print_own, NULL);
    gf_text_flush(&report.text);
    if (gf_report_level >= GF_REPORT_ALL)
        gf_shield_run(collect, NULL);
    for (size_t i = 0; i < report.count; i++) {
        gf_shield_run(print_other, (void *)report.shown[i]);
        gf_text_flush(&report.text);
    }
    if (report.elided)
        gf_text_put(&report.text, "\n...additional goroutines elided...\n");
    gf_text_flush(&report.text);
}

static void begin(void *arg)
{
    (void)arg;
    report.self = gf_view_current();
    gf_unwind_here(&report.own);
}

// Ends the process as the signal that nobody handles does, for the sake of the core that it leaves.
static void dump_core(void)
{
    sigset_t open;
    sigemptyset(&open);
    sigaddset(&open, SIGABRT);
    signal(SIGABRT, SIG_DFL);
    pthread_sigmask(SIG_UNBLOCK, &open, NULL);
    raise(SIGABRT);
}

void gf_report_all_goroutines(void)
{
    static char stack[STACK] __attribute__((aligned(16)));
    if (gf_report_level == GF_REPORT_NONE)
        return;
    gf_shield_begin();
    gf_shield_run(begin, NULL);
    gf_call_on_stack(stack, sizeof stack, print_all, NULL);
    gf_shield_end();
    if (gf_report_level == GF_REPORT_CRASH)
        dump_core();
}
