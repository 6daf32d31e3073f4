// SPDX-License-Identifier: MIT
// The chunks of glibc's heap: who looks for what can still be reached must tell one allocation from the next, and
// those that are in use from those that have been freed.
#ifndef GF_DEBUG_HEAP_H
#define GF_DEBUG_HEAP_H

#include <stdbool.h>
#include <stdint.h>

struct gf_range {
    uintptr_t start, end;
};

// Finds out how this allocator marks what is free. Before the first search; allocates.
void gf_heap_learn(void);
// Arranges that all of the heap can be told: one arena, no chunk outside of it, nothing freed that looks in use. For
// debug modes, at the start, before other threads allocate.
void gf_heap_keep_simple(void);
// Whether that has been done, so that what the heap holds is known exactly.
bool gf_heap_is_simple(void);

// The allocator's own record of free chunks, in which nothing is a pointer of the program's; empty if not known.
struct gf_range gf_heap_records(void);

// The extent of the heap whose chunks can be told; false if there is none, for the allocator is another one or its
// chunks make no sense. All other threads are stopped, and none is inside malloc. Takes no lock, allocates nothing.
bool gf_heap_find(struct gf_range *heap);
// Calls f with the usable bytes of each chunk that is in use, by rising address.
void gf_heap_walk(struct gf_range heap, void (*f)(struct gf_range chunk, void *arg), void *arg);

#endif
