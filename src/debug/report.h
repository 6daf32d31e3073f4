// SPDX-License-Identifier: MIT
// The hooks for reports: every goroutine on standard error, and the caller's stack as text.
#ifndef GF_DEBUG_REPORT_H
#define GF_DEBUG_REPORT_H

#include <stddef.h>

// How much a report shows: nothing, the goroutine that failed, all of them (the default), the runtime's frames too, and
// the same with a core dump at the end.
enum gf_report_level {
    GF_REPORT_NONE,
    GF_REPORT_SINGLE,
    GF_REPORT_ALL,
    GF_REPORT_SYSTEM,
    GF_REPORT_CRASH
};
extern enum gf_report_level gf_report_level; // [const] after start

// Stops all other threads and prints every goroutine, the caller's first, each with an empty line before it.
// Once, by the thread that ends the process. From anywhere: also on a signal stack, with locks held.
void gf_report_all_goroutines(void);

// The caller's stack, beginning with "goroutine N [running]:". Frames of the runtime at its innermost end and
// `skip` functions more are left out. The caller frees it; NULL when there is no memory. Needs little stack.
// Not from a signal handler.
char *gf_report_stack_text(int skip);

// Calls f for the memory in which those texts are made: what is left there are dead frames.
void gf_report_records(void (*f)(const void *start, size_t bytes));

#endif
