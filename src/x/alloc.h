// SPDX-License-Identifier: MIT
// Memory for the patterns: what cannot be had ends the program, as it does for every object of the runtime, so none of
// their calls has an error for it.
#ifndef GF_X_ALLOC_H
#define GF_X_ALLOC_H

#include "base/assert.h"

#include <stdlib.h>

// Zeroed, for zero is the first state of most.
static inline void *gf_x_alloc(size_t bytes)
{
    void *p = calloc(1, bytes);
    if (gf_unlikely(!p))
        gf_fatal("out of memory");
    return p;
}

// Unset, for what is made for each call and written whole: glibc's calloc does not look into the thread's cache.
static inline void *gf_x_alloc_unset(size_t bytes)
{
    void *p = malloc(bytes);
    if (gf_unlikely(!p))
        gf_fatal("out of memory");
    return p;
}

#endif
