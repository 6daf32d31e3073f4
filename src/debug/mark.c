// SPDX-License-Identifier: MIT
// Marking, as a conservative collector does: any aligned word whose value lies in an object is a pointer to it. The
// objects stand in one array, by address: the heap's chunks, the stacks of goroutines that wait, and what else the
// caller has named. A marked object is put on a pile once, and its words are looked at when it comes down.
//
// The roots are all writable memory of the process, mapping by mapping, without the objects and without what the
// caller excludes; if the heap's chunks are known that leaves the data of the program and its libraries, the threads'
// stacks and thread-locals, and memory that the program has mapped itself. Pages that were never touched are skipped,
// by the kernel's word, so that a large reservation costs nothing.
#include "debug/mark.h"

#include "base/compiler.h"
#include "os/os.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_EXCLUDED = 1 << 18, MOST_STACKS = 16384, PAGE = 4096, PAGES_AT_ONCE = 512 };
// A mapping larger than this is a sanitizer's or an emulator's reservation, and no data.
static const uintptr_t LARGEST_MAPPING = (uintptr_t)1 << 38;

struct object {
    struct gf_range range;
    bool marked;
};

static struct {
    bool knows_heap;
    struct gf_range heap;
    struct object *objects; // sorted once ready
    size_t count, room;
    size_t chunks; // the first of them, sorted from the start
    uint32_t *pile;
    size_t piled;
    struct gf_range *excluded; // sorted once ready
    size_t excluded_count;
    uintptr_t *stacks;
    size_t stack_count;
    int pagemap;
} mark;

// --- Collecting ---

static void count_chunk(struct gf_range chunk, void *arg)
{
    (void)chunk;
    ++*(size_t *)arg;
}

static void keep_chunk(struct gf_range chunk, void *arg)
{
    (void)arg;
    mark.objects[mark.count++].range = chunk;
}

bool gf_mark_begin(void)
{
    enum { MOST_ADDED = 1 << 22 };
    size_t chunks = 0;
    memset(&mark, 0, sizeof mark);
    mark.knows_heap = gf_heap_find(&mark.heap);
    if (mark.knows_heap)
        gf_heap_walk(mark.heap, count_chunk, &chunks);
    mark.room = chunks + MOST_ADDED;
    // Reserved only: what is not used costs nothing.
    mark.objects = gf_os_reserve(mark.room * sizeof *mark.objects);
    mark.pile = gf_os_reserve(mark.room * sizeof *mark.pile);
    mark.excluded = gf_os_reserve(MOST_EXCLUDED * sizeof *mark.excluded);
    mark.stacks = gf_os_reserve(MOST_STACKS * sizeof *mark.stacks);
    mark.pagemap = gf_os_pagemap_open();
    if (!mark.objects || !mark.pile || !mark.excluded || !mark.stacks)
        return false;
    if (mark.knows_heap)
        gf_heap_walk(mark.heap, keep_chunk, NULL);
    mark.chunks = mark.count;
    gf_mark_exclude(
        (struct gf_range){(uintptr_t)mark.objects, (uintptr_t)(mark.objects + mark.room)});
    gf_mark_exclude((struct gf_range){(uintptr_t)mark.pile, (uintptr_t)(mark.pile + mark.room)});
    gf_mark_exclude(
        (struct gf_range){(uintptr_t)mark.excluded, (uintptr_t)(mark.excluded + MOST_EXCLUDED)});
    gf_mark_exclude(
        (struct gf_range){(uintptr_t)mark.stacks, (uintptr_t)(mark.stacks + MOST_STACKS)});
    gf_mark_exclude((struct gf_range){(uintptr_t)&mark, (uintptr_t)(&mark + 1)});
    gf_mark_exclude(gf_heap_records());
    if (mark.knows_heap)
        gf_mark_exclude(mark.heap);
    return true;
}

static void release(void *p, size_t bytes)
{
    if (p)
        gf_os_release(p, bytes);
}

void gf_mark_end(void)
{
    gf_os_pagemap_close(mark.pagemap);
    release(mark.objects, mark.room * sizeof *mark.objects);
    release(mark.pile, mark.room * sizeof *mark.pile);
    release(mark.excluded, MOST_EXCLUDED * sizeof *mark.excluded);
    release(mark.stacks, MOST_STACKS * sizeof *mark.stacks);
}

bool gf_mark_knows_heap(void)
{
    return mark.knows_heap;
}

void gf_mark_exclude(struct gf_range range)
{
    if (mark.excluded_count < MOST_EXCLUDED && range.start < range.end)
        mark.excluded[mark.excluded_count++] = range;
}

void gf_mark_add_object(struct gf_range object)
{
    bool in_heap = mark.knows_heap && object.start >= mark.heap.start &&
                   object.start < mark.heap.end;
    if (in_heap || mark.count == mark.room)
        return;
    mark.objects[mark.count++].range = object;
    gf_mark_exclude(object);
}

void gf_mark_add_stack(uintptr_t sp)
{
    if (mark.stack_count < MOST_STACKS)
        mark.stacks[mark.stack_count++] = sp;
}

// --- Sorting, without memory: by heaps, for the order is any ---

static void sift(void *base, size_t n, size_t size, size_t i, char *room)
{
    char *b = base;
    memcpy(room, b + i * size, size);
    uintptr_t key = *(const uintptr_t *)room;
    for (size_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n &&
            *(const uintptr_t *)(b + child * size) < *(const uintptr_t *)(b + (child + 1) * size))
            child++;
        if (*(const uintptr_t *)(b + child * size) <= key)
            break;
        memcpy(b + i * size, b + child * size, size);
    }
    memcpy(b + i * size, room, size);
}

// Elements begin with their key, an address.
static void sort(void *base, size_t n, size_t size)
{
    _Alignas(uintptr_t) char room[sizeof(struct object)], last[sizeof(struct object)];
    char *b = base;
    for (size_t i = n / 2; i-- > 0;)
        sift(base, n, size, i, room);
    for (size_t end = n; end-- > 1;) {
        memcpy(last, b + end * size, size);
        memcpy(b + end * size, b, size);
        memcpy(b, last, size);
        sift(base, end, size, 0, room);
    }
}

// The same object may have been named several times.
static void drop_doubles(void)
{
    size_t kept = 0;
    for (size_t i = 0; i < mark.count; i++)
        if (kept == 0 || mark.objects[i].range.start >= mark.objects[kept - 1].range.end)
            mark.objects[kept++] = mark.objects[i];
    mark.count = kept;
}

void gf_mark_ready(void)
{
    sort(mark.objects, mark.count, sizeof *mark.objects);
    drop_doubles();
    sort(mark.excluded, mark.excluded_count, sizeof *mark.excluded);
}

// --- Marking ---

// The object that the address lies in; one past its end counts, for such pointers are made. NULL: none.
static inline struct object *find(uintptr_t address)
{
    size_t low = 0, high = mark.count;
    if (high == 0 || address < mark.objects[0].range.start ||
        address > mark.objects[high - 1].range.end)
        return NULL;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (mark.objects[middle].range.start <= address)
            low = middle;
        else
            high = middle;
    }
    return address <= mark.objects[low].range.end ? &mark.objects[low] : NULL;
}

static inline void mark_one(uintptr_t address)
{
    struct object *o = find(address);
    if (o && !o->marked) {
        o->marked = true;
        mark.pile[mark.piled++] = (uint32_t)(o - mark.objects);
    }
}

// Reads memory that no program's variable names, uninitialised and freed parts too.
__attribute__((no_sanitize("address", "thread"))) static void mark_words(struct gf_range r)
{
    const uintptr_t aligned = sizeof(uintptr_t) - 1;
    const uintptr_t *at = (const uintptr_t *)((r.start + aligned) & ~aligned);
    const uintptr_t *end = (const uintptr_t *)(r.end & ~aligned);
    for (; at < end; at++)
        mark_one(*at);
}

static void work_off(void)
{
    while (mark.piled > 0)
        mark_words(mark.objects[mark.pile[--mark.piled]].range);
}

void gf_mark_address(uintptr_t address)
{
    mark_one(address);
    work_off();
}

void gf_mark_ignore(uintptr_t start)
{
    struct object *o = find(start);
    if (o && o->range.start == start)
        o->marked = true; // and so never put on the pile
}

void gf_mark_range(struct gf_range range)
{
    mark_words(range);
    work_off();
}

bool gf_mark_is_reached(uintptr_t address)
{
    const struct object *o = find(address);
    return !o || o->marked;
}

// --- Roots ---

// Only pages that have been touched.
static void mark_pages(struct gf_range r)
{
    static uint64_t used[PAGES_AT_ONCE]; // one caller at a time
    while (r.start < r.end) {
        uintptr_t first = r.start & ~(uintptr_t)(PAGE - 1);
        size_t n = gf_os_pages_used(mark.pagemap, first, used, PAGES_AT_ONCE);
        if (n == 0) { // it is not told; then at least this one can be asked
            used[0] = gf_os_page_is_readable(first);
            n = 1;
        }
        for (size_t i = 0; i < n && r.start < r.end; i++) {
            uintptr_t page_end = first + (i + 1) * PAGE;
            struct gf_range part = {r.start, page_end < r.end ? page_end : r.end};
            if (used[i])
                gf_mark_range(part);
            r.start = part.end;
        }
    }
}

static void mark_what_is_not_excluded(struct gf_range r)
{
    size_t i = 0;
    for (; i < mark.excluded_count && r.start < r.end; i++) {
        struct gf_range out = mark.excluded[i];
        if (out.end <= r.start)
            continue;
        if (out.start >= r.end)
            break;
        if (out.start > r.start)
            mark_pages((struct gf_range){r.start, out.start});
        r.start = out.end;
    }
    if (r.start < r.end)
        mark_pages(r);
}

// The lowest stack pointer in the mapping; its start if there is none.
static uintptr_t in_use_from(uintptr_t start, uintptr_t end)
{
    uintptr_t lowest = end;
    for (size_t i = 0; i < mark.stack_count; i++)
        if (mark.stacks[i] >= start && mark.stacks[i] < lowest)
            lowest = mark.stacks[i];
    return lowest == end ? start : lowest;
}

static void mark_mapping(const struct gf_os_map *map, void *arg)
{
    (void)arg;
    bool device = strncmp(map->name, "/dev/", 5) == 0 && strncmp(map->name, "/dev/shm/", 9) != 0 &&
                  strncmp(map->name, "/dev/zero", 9) != 0;
    if (map->readable && map->writable && !device && map->end - map->start <= LARGEST_MAPPING)
        mark_what_is_not_excluded((struct gf_range){in_use_from(map->start, map->end), map->end});
}

bool gf_mark_roots(void)
{
    return gf_os_maps(mark_mapping, NULL);
}
