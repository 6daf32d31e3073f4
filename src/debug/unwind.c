// SPDX-License-Identifier: MIT
// Unwinding by the compiler's own tables (libgcc's _Unwind_Backtrace): it needs no frame pointers, passes
// through signal frames, which it tells apart, and through gf_arch_visit into a parked goroutine. With glibc
// 2.35 and later it takes no lock and allocates nothing, so signal handlers may use it.
//
// Of a stack that is too deep to show, the middle is counted and dropped while unwinding: a trace has a fixed
// size and fits on a signal stack. Rejected: following frame pointers, which libraries are built without;
// libunwind, one more dependency for the same tables.
#include "debug/unwind.h"

#include "arch/arch.h"
#include "base/compiler.h"

#include <unwind.h>

// More frames than any stack can hold: the end of an unwinding that goes round in circles.
enum { MOST_FRAMES = 16 << 20 };

struct unwinding {
    struct gf_trace *trace;
    size_t skip;      // innermost frames to leave out
    bool interrupted; // leave out all before the first that a signal came to
};

static void add(struct gf_trace *t, uintptr_t pc, bool exact)
{
    struct gf_frame *f = t->count < GF_TRACE_INNER ? &t->inner[t->count]
                                                   : &t->outer[t->count % GF_TRACE_OUTER];
    *f = (struct gf_frame){.pc = pc, .exact = exact};
    t->count++;
}

static _Unwind_Reason_Code visit_frame(struct _Unwind_Context *context, void *arg)
{
    struct unwinding *u = arg;
    int exact = 0;
    uintptr_t pc = _Unwind_GetIPInfo(context, &exact);
    if (pc == 0 || u->trace->count >= MOST_FRAMES)
        return _URC_END_OF_STACK;
    if (u->interrupted && !exact)
        return _URC_NO_REASON;
    u->interrupted = false;
    if (exact)
        u->trace->sp = _Unwind_GetCFA(context);
    if (u->skip > 0)
        u->skip--;
    else
        add(u->trace, pc, exact);
    return _URC_NO_REASON;
}

GF_NOINLINE void gf_unwind_here(struct gf_trace *t)
{
    struct unwinding u = {.trace = t, .skip = 1};
    t->count = 0;
    t->sp = 0;
    _Unwind_Backtrace(visit_frame, &u);
}

void gf_unwind_interrupted(struct gf_trace *t)
{
    struct unwinding u = {.trace = t, .interrupted = true};
    t->count = 0;
    t->sp = 0;
    _Unwind_Backtrace(visit_frame, &u);
    // Thread sanitizer calls the handler of a signal that it has held back, at the program's next call of libc.
    if (t->count == 0)
        gf_unwind_here(t);
}

// Runs on the goroutine's stack. The frames of this function and of gf_arch_visit come first.
static void unwind_visited(void *arg)
{
    struct unwinding u = {.trace = arg, .skip = 2};
    _Unwind_Backtrace(visit_frame, &u);
}

void gf_unwind_parked(struct gf_trace *t, void *sp)
{
    t->count = 0;
    t->sp = (uintptr_t)sp;
    gf_arch_visit(sp, unwind_visited, t);
}

void gf_unwind_fresh(struct gf_trace *t, uintptr_t function)
{
    t->count = 0;
    t->sp = 0;
    add(t, function, true);
}

bool gf_trace_frame(const struct gf_trace *t, size_t i, struct gf_frame *f)
{
    if (i < GF_TRACE_INNER)
        *f = t->inner[i];
    else if (i + GF_TRACE_OUTER >= t->count)
        *f = t->outer[i % GF_TRACE_OUTER];
    else
        return false;
    return true;
}
