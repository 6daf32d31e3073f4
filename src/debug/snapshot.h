// SPDX-License-Identifier: MIT
// All goroutines at one moment, put aside, so that they can be printed while the program goes on.
#ifndef GF_DEBUG_SNAPSHOT_H
#define GF_DEBUG_SNAPSHOT_H

#include "debug/samples.h"
#include "debug/text.h"
#include "sched/view.h"

struct gf_snap {
    struct gf_view view; // its name is in `name`
    char name[GF_NAME_MAX + 1];
    bool has_stack;
    bool exact; // as in gf_sample
    uint16_t depth;
    uintptr_t pc[GF_SAMPLE_DEPTH];
};

struct gf_snapshot {
    struct gf_snap *snap; // by slot; threads that gofer did not make come last
    uint32_t count, most;
};

// The caller closes it. False if the threads could not be stopped, or there is no memory. From a goroutine or a foreign
// thread, outside of the runtime.
bool gf_snapshot_take(struct gf_snapshot *s);
void gf_snapshot_close(struct gf_snapshot *s);

// Adds a sample for each goroutine.
void gf_snapshot_to_samples(const struct gf_snapshot *s, struct gf_samples *samples);
// Writes each in the layout of a crash.
void gf_snapshot_write(const struct gf_snapshot *s, struct gf_text *text);

// The stack that was put aside.
void gf_snap_trace(struct gf_trace *trace, const uintptr_t *pc, uint16_t depth, bool exact);

#endif
