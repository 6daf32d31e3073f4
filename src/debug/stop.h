// SPDX-License-Identifier: MIT
// Doing something while nothing else happens in the process.
#ifndef GF_DEBUG_STOP_H
#define GF_DEBUG_STOP_H

#include "debug/heap.h"
#include "debug/unwind.h"

struct g;

// What the stopped process looks like to the one that runs.
struct gf_stopped {
    const struct g *self;         // the caller
    const struct gf_trace *trace; // its stack
    uintptr_t self_sp;     // from where it is in use; the caller's registers have been saved there
    struct gf_range stack; // that f runs on
};

// Stops the world and all threads, runs f(stopped, arg) on a stack of its own, and lets them go on. f neither
// allocates nor takes locks. False if the threads could not be stopped: then f has not run, and another attempt may
// succeed. From a goroutine or a foreign thread, outside of the runtime.
bool gf_stop_run(void (*f)(const struct gf_stopped *stopped, void *arg), void *arg);

#endif
