// SPDX-License-Identifier: MIT
// Whether a stack is inside malloc: then its thread may hold a lock that nobody else should wait for.
#ifndef GF_DEBUG_ALLOCATOR_H
#define GF_DEBUG_ALLOCATOR_H

#include "debug/unwind.h"

// Finds out where malloc and its like lie in memory, if that is not known yet; before gf_allocator_is_on is asked.
// Async-signal-safe.
void gf_allocator_find(void);
// Async-signal-safe. Only the innermost frames are looked at; with `through_signals` also those below a signal
// that came in between, otherwise only what is running now.
bool gf_allocator_is_on(const struct gf_trace *t, bool through_signals);

// Finds the library's bounds. Once, before any preemption.
void gf_allocator_init(void);
// The hook for the handler of SIGURG: whether what it has interrupted runs in malloc's library. Never in a static program,
// where libc's code is not to be told from the program's.
bool gf_allocator_may_be_interrupted(void *ucontext);

#endif
