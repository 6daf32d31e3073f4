// SPDX-License-Identifier: MIT
// What memory can be reached: objects of known extent, marked from roots by following every word that could be a
// pointer. All other threads are stopped; nothing here takes a lock or allocates but whole pages.
#ifndef GF_DEBUG_MARK_H
#define GF_DEBUG_MARK_H

#include "debug/heap.h"

#include <stddef.h>

// Begins. The chunks of the heap become objects, if they can be told: gf_mark_knows_heap says whether. False if there
// is no memory. Until gf_mark_end.
bool gf_mark_begin(void);
void gf_mark_end(void);
bool gf_mark_knows_heap(void);

// More objects: to be added before anything is marked. Those that lie in a chunk are left out.
void gf_mark_add_object(struct gf_range object);
// Memory that holds no roots. An object is none by itself.
void gf_mark_exclude(struct gf_range range);
// Where a thread's stack is in use from: below, its mapping holds no roots.
void gf_mark_add_stack(uintptr_t sp);

// Takes what has been added for given. To be called once, before what follows.
void gf_mark_ready(void);
// Marks what all writable memory that is in no object and not excluded points to. False if it is not known what there is.
bool gf_mark_roots(void);
// Marks the object that an address lies in, or right behind; with all that it leads to.
void gf_mark_address(uintptr_t address);
// What the object that starts there leads to does not count.
void gf_mark_ignore(uintptr_t start);
// Marks what the words in a range point to.
void gf_mark_range(struct gf_range range);

// Whether an address can be reached: it lies in a marked object or in none.
bool gf_mark_is_reached(uintptr_t address);

#endif
