// SPDX-License-Identifier: MIT
// Backtraces as addresses: of the caller, of what a signal handler interrupted, and of a parked goroutine.
#ifndef GF_DEBUG_UNWIND_H
#define GF_DEBUG_UNWIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GF_TRACE_INNER = 100, GF_TRACE_OUTER = 50 };

struct gf_frame {
    uintptr_t pc;
    bool
        exact; // the instruction itself (a signal came there); otherwise a return address, one past a call
};

// A stack: its innermost frames and, if there are more, its outermost ones.
struct gf_trace {
    size_t count; // all frames, also those between that are not kept
    uintptr_t
        sp; // the stack pointer of the outermost frame that a signal came to, or the saved one; 0: none
    struct gf_frame inner[GF_TRACE_INNER];
    struct gf_frame
        outer[GF_TRACE_OUTER]; // frame i is at i % GF_TRACE_OUTER, if i >= GF_TRACE_INNER
};

// The caller's stack, this function left out. Async-signal-safe.
void gf_unwind_here(struct gf_trace *t);
// The stack that the signal handler which calls this has interrupted. Async-signal-safe.
void gf_unwind_interrupted(struct gf_trace *t);
// The stack of a parked goroutine with this saved stack pointer.
void gf_unwind_parked(struct gf_trace *t, void *sp);
// A stack of one frame: a function that has not begun.
void gf_unwind_fresh(struct gf_trace *t, uintptr_t function);

// Frame i, counted from the innermost; false if it is one that is not kept.
bool gf_trace_frame(const struct gf_trace *t, size_t i, struct gf_frame *f);

#endif
