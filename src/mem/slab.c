// SPDX-License-Identifier: MIT
// Goroutine slots lie in chunks: a small first one, so that a program with few goroutines stays small, then
// chunks of one huge page each, which the kernel fills with one fault instead of five hundred. The table of
// chunks is fixed, so that a slot is found by number without a lock: a chunk's address is published (release)
// before any of its numbers can be known.
#include "mem/slab.h"

#include "base/lock.h"
#include "mem/view.h"
#include "os/os.h"

enum { FIRST_SLOTS = 256, CHUNK = 2 << 20, MOST_CHUNKS = 16384 };

static struct {
    struct gf_lock lock; // protects used, room
    size_t slot;         // [const] bytes
    uint32_t per_chunk;  // [const]
    uint32_t room;       // slots that the chunks so far have
    // [atomic] slots handed out; written under the lock, release, pairs with readers' acquire.
    _Atomic(uint32_t) used;
    char *chunk[MOST_CHUNKS]; // written under the lock before `used` grows into it
} slab;

void gf_slab_init(size_t slot_bytes)
{
    slab.slot = slot_bytes;
    slab.per_chunk = (uint32_t)(CHUNK / slot_bytes);
}

static uint32_t chunk_of(uint32_t number, uint32_t *index)
{
    if (number < FIRST_SLOTS) {
        *index = number;
        return 0;
    }
    *index = (number - FIRST_SLOTS) % slab.per_chunk;
    return 1 + (number - FIRST_SLOTS) / slab.per_chunk;
}

// A chunk aligned to its size, so that a huge page can back it.
static char *reserve_aligned(void)
{
    char *p = gf_os_reserve(2 * (size_t)CHUNK);
    if (!p)
        return NULL;
    char *aligned = (char *)(((uintptr_t)p + CHUNK - 1) & ~((uintptr_t)CHUNK - 1));
    if (aligned > p)
        gf_os_release(p, (size_t)(aligned - p));
    gf_os_release(aligned + CHUNK, (size_t)(p + CHUNK - aligned));
    gf_os_advise_huge_pages(aligned, CHUNK);
    return aligned;
}

static bool add_chunk(uint32_t chunk)
{
    if (chunk >= MOST_CHUNKS)
        return false;
    char *p = chunk == 0 ? gf_os_reserve(FIRST_SLOTS * slab.slot) : reserve_aligned();
    if (!p)
        return false;
    slab.chunk[chunk] = p;
    slab.room += chunk == 0 ? FIRST_SLOTS : slab.per_chunk;
    return true;
}

void *gf_slab_new(uint32_t *number)
{
    void *slot = NULL;
    gf_lock(&slab.lock, GF_RANK_SLAB);
    uint32_t next = gf_load_relaxed(&slab.used), index; // relaxed: written under this lock
    uint32_t chunk = chunk_of(next, &index);
    if (next < slab.room || add_chunk(chunk)) {
        slot = slab.chunk[chunk] + index * slab.slot;
        *number = next;
        gf_store_release(&slab.used, next + 1);
    }
    gf_unlock(&slab.lock);
    return slot;
}

uint32_t gf_slab_count(void)
{
    return gf_load_acquire(&slab.used);
}

void *gf_slab_at(uint32_t number)
{
    uint32_t index, chunk = chunk_of(number, &index);
    return slab.chunk[chunk] + index * slab.slot;
}

bool gf_view_slab_chunk(int i, uintptr_t *start, uintptr_t *end)
{
    if (i >= MOST_CHUNKS || !slab.chunk[i])
        return false;
    *start = (uintptr_t)slab.chunk[i];
    *end = *start + (i == 0 ? FIRST_SLOTS : slab.per_chunk) * slab.slot;
    return true;
}
