// SPDX-License-Identifier: MIT
// Text that is being put together: either for standard error, through a small buffer and without malloc, or
// for the caller of debug.Stack, in memory that grows.
#ifndef GF_DEBUG_TEXT_H
#define GF_DEBUG_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gf_text {
    char *at;
    size_t used, room;
    bool grows;  // the buffer is malloc'ed and grows; otherwise it is written out when full
    bool failed; // there was no memory; what follows is dropped
};

void gf_text_put_n(struct gf_text *t, const char *s, size_t n);
void gf_text_put(struct gf_text *t, const char *s);
void gf_text_put_decimal(struct gf_text *t, uint64_t n);
// With 0x in front.
void gf_text_put_hex(struct gf_text *t, uint64_t n);
// Writes out what a buffer that does not grow holds.
void gf_text_flush(struct gf_text *t);
// Ends a growing text; NULL if memory was lacking. The caller frees it.
char *gf_text_finish(struct gf_text *t);

#endif
