// SPDX-License-Identifier: MIT
// The memory that goroutines' stacks and slots are made of, as debug/ may see it: who looks for pointers of the
// program looks at each goroutine's stack by itself, and not into these.
#ifndef GF_MEM_VIEW_H
#define GF_MEM_VIEW_H

#include <stdbool.h>
#include <stdint.h>

// The i-th region of stack slots, or chunk of goroutine slots. False if there are no more. Without locks: what is
// added meanwhile is not seen.
bool gf_view_stack_region(int i, uintptr_t *start, uintptr_t *end);
bool gf_view_slab_chunk(int i, uintptr_t *start, uintptr_t *end);

#endif
