// SPDX-License-Identifier: MIT
// Which blocks of glibc's heap are in use, as the search for leaks sees it.
#include "support/test.h"

#include "debug/heap.h"

#include <stdlib.h>

// glibc keeps so many free blocks of a size for each thread.
enum { CACHED = 7, SMALL = 24, NEXT_SIZE = 40 };

struct question {
    uintptr_t address;
    bool in_use;
};

static void compare(struct gf_range block, void *arg)
{
    struct question *q = arg;
    if (q->address >= block.start && q->address < block.end)
        q->in_use = true;
}

static bool is_in_use(const void *p)
{
    struct question q = {.address = (uintptr_t)p};
    struct gf_range heap;
    CHECK(gf_heap_find(&heap));
    gf_heap_walk(heap, compare, &q);
    return q.in_use;
}

static void need_glibc(void)
{
    if (test_under_other_malloc())
        test_skip("another malloc is not told block by block");
}

// Freed, and beyond the reach of the compiler, which would warn of a use.
static const void *freed_block(size_t size)
{
    void *p = malloc(size);
    const void *same = p;
    __asm__ volatile("" : "+r"(same));
    free(p);
    return same;
}

TEST(a_block_is_in_use_until_it_is_freed)
{
    need_glibc();
    gf_heap_keep_simple();
    void *p = malloc(100);
    CHECK(is_in_use(p));
    free(p);
    CHECK(!is_in_use(freed_block(100)));
}

// Then malloc gives a block of that size to who asks for a smaller one, and free does not put it into the cache.
TEST(a_cached_block_is_free_though_the_list_of_a_size_was_full_at_first)
{
    need_glibc();
    void *block[2 * CACHED], *fence[2 * CACHED];
    for (int i = 0; i < 64; i++)
        CHECK(malloc(SMALL)); // none is left in the cache
    for (int i = 0; i < 2 * CACHED; i++) {
        block[i] = malloc(NEXT_SIZE);
        fence[i] = malloc(100);
    }
    for (int i = 0; i < 2 * CACHED; i++)
        free(block[i]);
    gf_heap_keep_simple();
    CHECK(is_in_use(fence[0]));
    CHECK(!is_in_use(freed_block(100)));
}
