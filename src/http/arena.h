// SPDX-License-Identifier: MIT
// The memory of one request and its answer: a bump allocator whose first block is part of what it serves, so that
// an ordinary request allocates nothing. Larger needs get blocks of their own from malloc. Nothing is freed one by
// one; gf_arena_reset ends everything at once. Not thread-safe: it belongs to the goroutine that runs the request.
#ifndef GF_HTTP_ARENA_H
#define GF_HTTP_ARENA_H

#include "base/compiler.h"

#include <stddef.h>
#include <stdint.h>

struct gf_arena_block {
    struct gf_arena_block *next;
    _Alignas(16) char data[];
};

struct gf_arena {
    char *at, *end;                // the free part of the newest block; [owner] the request
    struct gf_arena_block *blocks; // those of malloc, newest first
    char *first;                   // [const] the built-in block
    size_t first_size;             // [const]
};

void gf_arena_init(struct gf_arena *a, void *first, size_t size);
// Frees the blocks of malloc and makes the built-in one empty.
void gf_arena_reset(struct gf_arena *a);

// Memory aligned to 16 bytes. Running out of memory is fatal, as everywhere in the runtime.
void *gf_arena_alloc(struct gf_arena *a, size_t n);
// A copy of n bytes with a NUL behind it.
char *gf_arena_text(struct gf_arena *a, const char *p, size_t n);
// A formatted text.
char *gf_arena_printf(struct gf_arena *a, const char *fmt, ...) GF_PRINTF(2, 3);
// An array that grows: returns room for at least `want` elements, with the first `have` of `old` copied.
void *gf_arena_grow(struct gf_arena *a, const void *old, size_t have, size_t want, size_t size);

#endif
