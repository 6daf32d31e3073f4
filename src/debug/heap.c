// SPDX-License-Identifier: MIT
// Walking the heap of glibc's malloc. A chunk begins with the size of the one before it, if that is free, and its own
// size with three flags; the next one follows right behind; so from the first all can be visited, up to the last,
// the "top", which ends where the program break is. (This layout is that of Doug Lea's allocator, older than glibc.)
// Whether a chunk is free says the next one's flag, but for those in a thread's cache, which bear a key: the same
// random word in all of them, found out by freeing one and looking.
//
// A walk that does not end exactly at the break, or meets a size that cannot be, means that this is not such a heap;
// then the caller does without. The heap of a static program begins with the main thread's thread-locals, so the
// first chunk is looked for; what lies before it belongs to no chunk.
//
// Rejected: interposing malloc. It would know the chunks of every allocator, but must be there before the first
// allocation, so it would be part of every program that links gofer, or need a second start with a preloaded library,
// which static programs cannot have.
#include "debug/heap.h"

#include "base/compiler.h"
#include "base/sanitize.h"
#include "os/os.h"

#include <limits.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    HEADER = 2 * sizeof(uintptr_t), // from a chunk's beginning to what malloc returns
    SMALLEST = 32,
    ALIGNMENT = 16,
    MOST_BEFORE = 64 << 10, // bytes of thread-locals before the first chunk
};
enum { PREVIOUS_IN_USE = 1, MAPPED = 2, OTHER_ARENA = 4, FLAGS = 7 };

enum { BINS = 126, BEFORE_BINS = 112, BEHIND_BINS = 64 }; // of the allocator's own record

static struct {
    bool simple;
    bool learnt;
    uintptr_t cache_key;     // 0: not known
    struct gf_range records; // the allocator's own; empty: not known
} heap_state;

static inline uintptr_t word_at(uintptr_t address)
{
    uintptr_t word;
    memcpy(&word, (const void *)address, sizeof word);
    return word;
}

static inline uintptr_t size_at(uintptr_t chunk)
{
    return word_at(chunk + sizeof(uintptr_t)) & ~(uintptr_t)FLAGS;
}

static inline uintptr_t flags_at(uintptr_t chunk)
{
    return word_at(chunk + sizeof(uintptr_t)) & FLAGS;
}

// The second word of a block that has just been freed. The compiler must not know that it has.
static uintptr_t second_word_after_free(void *p)
{
    uintptr_t address = (uintptr_t)p;
    free(p);
    __asm__ volatile("" : "+r"(address));
    return address ? word_at(address + sizeof(uintptr_t)) : 0;
}

// A size of which free puts the next block into the thread's cache, whose list for it is either empty or gives that
// block out: not so for a block that malloc made larger than was asked for, of the size of another list, which may be
// full.
static size_t cached_size(void)
{
    enum { SMALL = 24 };
    size_t size = SMALL, usable = 0;
    for (;; size = usable) {
        void *p = malloc(size);
        usable = malloc_usable_size(p);
        free(p);
        if (usable <= size)
            return size;
    }
}

static void learn_cache_key(void)
{
    size_t size = cached_size();
    uintptr_t key = second_word_after_free(malloc(size));
    heap_state.cache_key = key == second_word_after_free(malloc(size)) ? key : 0;
}

// Whether these are the heads of lists of free chunks: most of the lists are empty, and lead to themselves.
static bool are_bins(uintptr_t head)
{
    int to_itself = 0;
    for (int i = 0; i < BINS; i++, head += 2 * sizeof(uintptr_t))
        to_itself += word_at(head + HEADER) == head;
    return to_itself > BINS / 2;
}

// The one in the middle of three neighbours, none of them mapped or of another arena.
static bool is_between(void *const block[3])
{
    uintptr_t at = (uintptr_t)block[1] - HEADER;
    return block[0] && block[1] && block[2] && !(flags_at(at) & (MAPPED | OTHER_ARENA)) &&
           (uintptr_t)block[0] - HEADER + size_at((uintptr_t)block[0] - HEADER) == at &&
           at + size_at(at) == (uintptr_t)block[2] - HEADER;
}

// A block between two others in use, too large for a thread's cache, goes to the front of a list when it is freed; its
// second word leads back to the head, which is in the arena's record. That holds addresses of chunks, and who follows
// it would take them for pointers into the end of the chunk before.
static void learn_records(void)
{
    enum { LARGE = 1500, BLOCKS = 16 };
    void *block[BLOCKS];
    uintptr_t head = 0;
    for (int i = 0; i < BLOCKS; i++)
        block[i] = malloc(LARGE);
    for (int i = 2; i < BLOCKS && !head; i++) {
        if (is_between(&block[i - 2])) {
            head = second_word_after_free(block[i - 1]);
            block[i - 1] = NULL;
        }
    }
    if (head && head % sizeof(uintptr_t) == 0 && are_bins(head))
        heap_state.records =
            (struct gf_range){head + HEADER - BEFORE_BINS,
                              head + HEADER + BINS * 2 * sizeof(uintptr_t) + BEHIND_BINS};
    for (int i = 0; i < BLOCKS; i++)
        free(block[i]);
}

void gf_heap_learn(void)
{
    if (GF_ASAN || GF_FIBERS || heap_state.learnt)
        return;
    heap_state.learnt = true;
    learn_cache_key();
    learn_records();
}

void gf_heap_keep_simple(void)
{
    if (GF_ASAN || GF_FIBERS)
        return;
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_MXFAST, 0);
    gf_heap_learn();
    heap_state.simple = heap_state.cache_key != 0 && heap_state.records.start != 0;
}

bool gf_heap_is_simple(void)
{
    return heap_state.simple;
}

// Whether a chunk may lie here, from what can be told without its neighbours.
static inline bool is_possible(uintptr_t chunk, uintptr_t end)
{
    if (end - chunk < SMALLEST)
        return false;
    uintptr_t size = size_at(chunk);
    return size >= SMALLEST && size % ALIGNMENT == 0 && size <= end - chunk &&
           !(flags_at(chunk) & (MAPPED | OTHER_ARENA));
}

static bool leads_to_end(uintptr_t chunk, uintptr_t end)
{
    if (!(flags_at(chunk) & PREVIOUS_IN_USE))
        return false;
    while (chunk != end) {
        if (!is_possible(chunk, end))
            return false;
        uintptr_t next = chunk + size_at(chunk);
        bool is_free = next != end && !(flags_at(next) & PREVIOUS_IN_USE);
        if (is_free && word_at(next) != size_at(chunk))
            return false;
        chunk = next;
    }
    return true;
}

struct gf_range gf_heap_records(void)
{
    return heap_state.records;
}

static void note_heap(const struct gf_os_map *map, void *arg)
{
    struct gf_range *heap = arg;
    if (strcmp(map->name, "[heap]") != 0)
        return;
    if (!heap->start)
        heap->start = map->start;
    heap->end = map->end;
}

bool gf_heap_find(struct gf_range *heap)
{
    struct gf_range map = {0, 0};
    if (GF_ASAN || GF_FIBERS || !gf_os_maps(note_heap, &map) || !map.start ||
        map.end != (uintptr_t)sbrk(0))
        return false;
    for (uintptr_t at = map.start; at < map.start + MOST_BEFORE && at < map.end; at += ALIGNMENT) {
        if (is_possible(at, map.end) && leads_to_end(at, map.end)) {
            *heap = (struct gf_range){at, map.end};
            return true;
        }
    }
    return false;
}

static inline bool is_in_use(uintptr_t chunk, uintptr_t next)
{
    bool cached = heap_state.cache_key &&
                  word_at(chunk + HEADER + sizeof(uintptr_t)) == heap_state.cache_key;
    return (flags_at(next) & PREVIOUS_IN_USE) && !cached;
}

void gf_heap_walk(struct gf_range heap, void (*f)(struct gf_range chunk, void *arg), void *arg)
{
    uintptr_t next;
    for (uintptr_t chunk = heap.start; (next = chunk + size_at(chunk)) != heap.end; chunk = next)
        if (is_in_use(chunk, next)) // the block reaches into the next header's first word
            f((struct gf_range){chunk + HEADER, next + sizeof(uintptr_t)}, arg);
}
