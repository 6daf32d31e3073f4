// SPDX-License-Identifier: MIT
// Stopping all other threads for good, and their stacks: a report shows one moment, and nothing may move while
// it is written.
#ifndef GF_DEBUG_FREEZE_H
#define GF_DEBUG_FREEZE_H

#include "debug/unwind.h"

struct g;

// Stops every thread that gofer knows but the caller's. Waits a limited time for those that do not answer.
void gf_freeze_others(void);

// The hook for the handler of SIGURG: records the interrupted stack and never returns, but on the thread that
// called gf_freeze_others, where it does nothing.
void gf_freeze(void *ucontext);

// The stack of the goroutine that a stopped thread was on; NULL if none was. low and top: its bounds, 0 if it
// has none of its own. `running`: whether some thread must be on it.
const struct gf_trace *gf_freeze_trace(const struct g *g, uintptr_t low, uintptr_t top,
                                       bool running);

#endif
