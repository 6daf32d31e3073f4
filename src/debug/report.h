// SPDX-License-Identifier: MIT
// The hooks for reports: every goroutine on standard error, and the caller's stack as text.
#ifndef GF_DEBUG_REPORT_H
#define GF_DEBUG_REPORT_H

// Stops all other threads and prints every goroutine, the caller's first, each with an empty line before it.
// Once, by the thread that ends the process. From anywhere: also on a signal stack, with locks held.
void gf_report_all_goroutines(void);

// The caller's stack, beginning with "goroutine N [running]:". Frames of the runtime at its innermost end and
// `skip` functions more are left out. The caller frees it; NULL when there is no memory. Needs little stack.
// Not from a signal handler.
char *gf_report_stack_text(int skip);

#endif
