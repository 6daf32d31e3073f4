// SPDX-License-Identifier: MIT
// The slab of goroutine slots: numbered from 0, zeroed when new, never freed, so that reports can walk all of
// them and a stale pointer is at worst another goroutine.
#ifndef GF_MEM_SLAB_H
#define GF_MEM_SLAB_H

#include <stddef.h>
#include <stdint.h>

// Sets the size of a slot; once, before the first gf_slab_new.
void gf_slab_init(size_t slot_bytes);
// A new slot and its number; NULL when there is no memory.
void *gf_slab_new(uint32_t *number);
// How many slots there are, and the slot with that number; from any thread.
uint32_t gf_slab_count(void);
void *gf_slab_at(uint32_t number);

#endif
