// SPDX-License-Identifier: MIT
// Whether a stack is inside malloc: then its thread may hold a lock that nobody else should wait for.
#ifndef GF_DEBUG_ALLOCATOR_H
#define GF_DEBUG_ALLOCATOR_H

#include "debug/unwind.h"

// Finds out where malloc and its like lie in memory; once, before the other is asked.
void gf_allocator_find(void);
// Async-signal-safe. Only the innermost frames are looked at; with `through_signals` also those below a signal
// that came in between, otherwise only what is running now.
bool gf_allocator_is_on(const struct gf_trace *t, bool through_signals);

#endif
