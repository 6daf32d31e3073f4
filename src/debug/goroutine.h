// SPDX-License-Identifier: MIT
// One goroutine as text, in Go's layout.
#ifndef GF_DEBUG_GOROUTINE_H
#define GF_DEBUG_GOROUTINE_H

#include "debug/trace.h"
#include "sched/view.h"

// Writes "goroutine 7 [state]:", the trace without `skip` functions (NULL: there is none), and the creator.
void gf_goroutine_write(struct gf_text *text, const struct gf_view *v, const char *state,
                        const struct gf_trace *trace, size_t skip, gf_lookup *lookup);

#endif
