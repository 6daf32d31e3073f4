// SPDX-License-Identifier: MIT
// Goroutines that can never wake.
#ifndef GF_DEBUG_LEAK_H
#define GF_DEBUG_LEAK_H

#include "debug/unwind.h"
#include "sched/view.h"

enum { GF_MOST_LEAKS = 1000 }; // whose stacks are kept

// A goroutine that can never wake, as it was when it was found.
struct gf_leak {
    struct gf_view view; // its name is in `name`, its state in `state`
    char name[GF_NAME_MAX + 1];
    char state[48];              // "chan receive (leaked)", as Go has it
    uint64_t chan_len, chan_cap; // of a channel that it waits at, alone
    struct gf_trace trace;
};

struct gf_leaks {
    bool complete; // the threads could be stopped and memory read; otherwise nothing is known
    bool exact;    // every allocation was told from the others
    size_t count;  // all of them
    size_t shown;  // those that `leak` holds
    struct gf_leak *leak;
};

// Overwrites what earlier calls have left below the stack pointer: in slots that the frames of the search do not use, those
// of its callers in the runtime among them, it would lead to what is lost.
void gf_leaks_sweep(void);
// Looks for them now. The caller drops the result. From a goroutine or a foreign thread, outside of the runtime.
struct gf_leaks gf_leaks_find(void);
void gf_leaks_drop(struct gf_leaks *leaks);

// Gives goroutines that are about to do something a moment to park or to end.
void gf_leaks_settle(void);

// GOFER_DEBUG=leak: prepares the heap, and looks at the end of main. Once, before the first goroutine.
void gf_leak_init(void);

#endif
