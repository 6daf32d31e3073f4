// SPDX-License-Identifier: MIT
// The request's bump allocator. A block of malloc is 4 KiB, or as large as the one allocation that needs more. The
// newest block serves; what is left of the one before it is given up, which wastes at most one allocation's size.
#include "http/arena.h"

#include "base/assert.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 4096 - 64, ALIGN = 16 };

void gf_arena_init(struct gf_arena *a, void *first, size_t size)
{
    gf_assert(((uintptr_t)first & (ALIGN - 1)) == 0);
    a->first = first;
    a->first_size = size;
    a->blocks = NULL;
    a->at = first;
    a->end = a->first + size;
}

void gf_arena_reset(struct gf_arena *a)
{
    while (a->blocks) {
        struct gf_arena_block *next = a->blocks->next;
        free(a->blocks);
        a->blocks = next;
    }
    a->at = a->first;
    a->end = a->first + a->first_size;
}

static GF_COLD void *alloc_in_new_block(struct gf_arena *a, size_t n)
{
    size_t size = n > BLOCK ? n : BLOCK;
    struct gf_arena_block *b = malloc(sizeof(*b) + size);
    if (!b)
        gf_fatal("http: out of memory");
    b->next = a->blocks;
    a->blocks = b;
    a->at = b->data + n;
    a->end = b->data + size;
    return b->data;
}

void *gf_arena_alloc(struct gf_arena *a, size_t n)
{
    n = (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    if (gf_unlikely((size_t)(a->end - a->at) < n))
        return alloc_in_new_block(a, n);
    void *p = a->at;
    a->at += n;
    return p;
}

char *gf_arena_text(struct gf_arena *a, const char *p, size_t n)
{
    char *text = gf_arena_alloc(a, n + 1);
    memcpy(text, p, n);
    text[n] = 0;
    return text;
}

char *gf_arena_printf(struct gf_arena *a, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *text = gf_arena_alloc(a, (size_t)n + 1);
    vsnprintf(text, (size_t)n + 1, fmt, again);
    va_end(again);
    return text;
}

void *gf_arena_grow(struct gf_arena *a, const void *old, size_t have, size_t want, size_t size)
{
    void *p = gf_arena_alloc(a, want * size);
    if (have)
        memcpy(p, old, have * size);
    return p;
}
