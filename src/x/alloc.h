// SPDX-License-Identifier: MIT
// Memory for the patterns: what cannot be had ends the program, as it does for every object of the runtime, so none of
// their calls has an error for it. Zeroed, for zero is the first state of most.
#ifndef GF_X_ALLOC_H
#define GF_X_ALLOC_H

#include "base/assert.h"

#include <stdlib.h>

static inline void *gf_x_alloc(size_t bytes)
{
    void *p = calloc(1, bytes);
    if (!p)
        gf_fatal("out of memory");
    return p;
}

#endif
