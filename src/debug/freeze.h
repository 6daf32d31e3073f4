// SPDX-License-Identifier: MIT
// Stopping all other threads, and their stacks: a report shows one moment, and nothing may move while it is written.
// Either for good, before the process ends; or for a while.
#ifndef GF_DEBUG_FREEZE_H
#define GF_DEBUG_FREEZE_H

#include "arch/context.h"
#include "debug/unwind.h"

struct g;

// A stopped thread.
struct gf_frozen {
    struct gf_frozen *next;
    int tid;
    const struct g *g; // what the thread thought it ran
    uintptr_t sp;      // of the code that was interrupted last; trace.sp is that of the program's
    int register_count;
    uintptr_t registers[GF_ARCH_REGISTERS];
    struct gf_trace trace;
};

// Stops every thread that gofer knows but the caller's, for good. Waits a limited time for those that do not answer.
void gf_freeze_others(void);

// Stops every thread of the process but the caller's, until gf_thaw. Nobody is inside malloc then, nor a foreign
// thread inside the runtime. Threads that take no signals are let be if they are blocked in the kernel. False if
// some could not be stopped in time, or not be listed: then none is. The world is stopped (gf_world_stop) and only one caller at a time
// is here.
bool gf_freeze_for_a_while(int64_t nanoseconds);
void gf_thaw(void);

// The stopped threads, linked by `next`.
const struct gf_frozen *gf_freeze_list(void);

// The hook for the handler of SIGURG: records the interrupted stack and sleeps until gf_thaw, if that is to come;
// on the thread that stops the others it does nothing.
void gf_freeze(void *ucontext);

// The stopped thread that the goroutine was on; NULL if none was. low and top: the bounds of its stack, 0 if it has
// none of its own. `running`: whether some thread must be on it.
const struct gf_frozen *gf_freeze_find(const struct g *g, uintptr_t low, uintptr_t top,
                                       bool running);

#endif
