// SPDX-License-Identifier: MIT
// A stack as text, in Go's layout.
#ifndef GF_DEBUG_TRACE_H
#define GF_DEBUG_TRACE_H

#include "debug/symbols.h"
#include "debug/text.h"
#include "debug/unwind.h"

// Shows the runtime's own frames too; GOFER_TRACEBACK=system. Set once at start-up.
extern bool gf_trace_shows_runtime;

// How an address is looked up: gf_symbols_find, or something that can fail less.
typedef struct gf_symbols gf_lookup(uintptr_t pc);

// Writes the frames without the runtime's innermost ones and without the next `skip`. Returns how many lines of
// functions were written.
size_t gf_trace_write(struct gf_text *text, const struct gf_trace *trace, size_t skip,
                      gf_lookup *lookup);

// Writes "created by f in goroutine N" and the place. pc is the return address of the go statement.
void gf_trace_write_creator(struct gf_text *text, uintptr_t pc, uint64_t id, gf_lookup *lookup);

#endif
