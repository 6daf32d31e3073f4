// SPDX-License-Identifier: MIT
// Selects that do not fit their frame: more than eight cases, or values to send of more than 128 bytes. Their memory
// is on the heap, from the first pass until the choice is made; the second pass enters a case's block without it, so
// every road out of the block is free. The one other road on which it could be lost, a panic in an operand, is watched
// by a deferred call, in the frame like any other and taken back with the memory.
#include "select/select.h"

#include <gofer/panic.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 4 * GO_SELECT_CASES };

// A value, behind its link.
struct kept {
    struct kept *next;
    _Alignas(16) unsigned char bytes[];
};

struct go_select_more_ {
    struct go_case_ *cases; // all of them, or NULL: those in the frame
    uint32_t room;
    struct kept *values;
};

_Static_assert(offsetof(struct go_select_, guard.call) ==
                   offsetof(struct go_select_, guard.link) +
                       (sizeof(struct go_defer_) + 15) / 16 * 16,
               "the bound call follows the record of a deferred call at a multiple of 16");

static void *allocate(size_t bytes)
{
    void *p = malloc(bytes);
    if (!p)
        gf_fatal("out of memory (select)");
    return p;
}

static void free_all(struct go_select_ *f)
{
    struct go_select_more_ *more = f->more;
    for (struct kept *k = more->values, *next; k; k = next) {
        next = k->next;
        free(k);
    }
    free(more->cases);
    free(more);
}

static struct go_select_more_ *more_of(struct go_select_ *f, uint32_t flags)
{
    if (flags & GO_SELECT_MORE)
        return f->more;
    f->more = allocate(sizeof *f->more);
    *f->more = (struct go_select_more_){.cases = NULL};
    f->guard.call = (struct go_call){.fn = (void *)free_all, .reg = {(uint64_t)(uintptr_t)f}};
    go_defer_push_(&f->guard.link);
    return f->more;
}

void gf_select_free_more(struct go_select_ *f)
{
    // The memory goes with the deferred call, which runs now.
    go_defer_run_(&f->guard);
}

static void grow(struct go_select_ *f, struct go_select_more_ *more, uint32_t count)
{
    const struct go_case_ *old = more->cases ? more->cases : f->cases;
    uint32_t room = more->room ? 2 * more->room : FIRST_ROOM;
    struct go_case_ *cases = allocate(room * sizeof *cases);
    memcpy(cases, old, count * sizeof *cases);
    free(more->cases);
    more->cases = cases;
    more->room = room;
}

struct go_case_ *go_select_more_case_(struct go_select_ *f, uint32_t count, uint32_t flags)
{
    struct go_select_more_ *more = more_of(f, flags);
    if (count >= more->room)
        grow(f, more, count);
    return &more->cases[count];
}

void *go_select_more_room_(struct go_select_ *f, size_t bytes, uint32_t flags)
{
    struct go_select_more_ *more = more_of(f, flags);
    struct kept *k = allocate(sizeof *k + bytes);
    k->next = more->values;
    more->values = k;
    return k->bytes;
}

struct go_case_ *gf_select_many_cases(struct go_select_ *f)
{
    return f->more->cases;
}
