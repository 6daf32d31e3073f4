// SPDX-License-Identifier: MIT
// What a Range header asks for: parts of a body of known length. RFC 9110, section 14.
#ifndef GF_HTTP_RANGE_H
#define GF_HTTP_RANGE_H

#include "http/text.h"

#include <stdint.h>

// From where, and how many bytes.
struct gf_range {
    int64_t at, n;
};

struct gf_ranges {
    struct gf_range *list; // in the arena
    size_t count;
};

// Reads "bytes=FROM-TO", "bytes=FROM-", "bytes=-LAST", or several of these behind commas. 206: these parts; 416: none of them
// lies within; 200: everything, for the header is none of these, or asks for more than that.
int gf_ranges_read(struct gf_arena *a, const char *text, int64_t size, struct gf_ranges *ranges);

#endif
