// SPDX-License-Identifier: MIT
// The small change of HTTP texts: tokens, names without regard to case, lists separated by commas, percent
// decoding, clean paths, numbers. Everything works on bytes and lengths, allocates only from an arena that the
// caller names, and knows nothing of the C library's locale.
#ifndef GF_HTTP_TEXT_H
#define GF_HTTP_TEXT_H

#include "http/arena.h"

#include <stdbool.h>
#include <string.h>
#include <sys/types.h>

// Bytes somewhere else.
struct gf_span {
    const char *p;
    size_t n;
};

static inline struct gf_span gf_span(const char *p, size_t n)
{
    return (struct gf_span){p, n};
}

// The ASCII letters in lower case, other bytes as they are.
static inline unsigned char gf_lower(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

// Whether both texts are the same but for the case of ASCII letters.
bool gf_text_same(struct gf_span a, struct gf_span b);
// The same for a NUL-terminated b, mostly a literal, whose length is then known here.
static inline bool gf_text_is(struct gf_span a, const char *b)
{
    size_t n = strlen(b);
    return a.n == n && gf_text_same(a, gf_span(b, n));
}
// Whether it is a token of RFC 9110: a method, a header's name.
bool gf_text_is_token(struct gf_span s);
// Whether it has only what may stand in a host with its port; of names, addresses and brackets it is all the same.
bool gf_text_is_host(struct gf_span s);
// Whether a % is not followed by two hexadecimal digits.
bool gf_text_has_bad_escape(struct gf_span s);
// Without blanks and tabs at both ends.
struct gf_span gf_text_trim(struct gf_span s);
// Whether a list separated by commas has this element, without regard to case.
bool gf_text_list_has(struct gf_span list, const char *element);
// Cuts the next element off a list separated by `by`; false at the end. Elements come trimmed, and may be empty.
bool gf_text_next(struct gf_span *rest, char by, struct gf_span *element);
// A decimal number of at most 18 digits, nothing else around it; -1 otherwise.
int64_t gf_text_number(struct gf_span s);

// Decodes %XX, and + as a blank if it is asked for, into out, which has room for as much as comes in (out may be where it
// comes from). Returns the length, or -1 if an escape is bad.
ssize_t gf_text_unescape(char *out, struct gf_span in, bool plus);
// The decoded text in the arena; the text as it is if an escape is bad.
const char *gf_text_unescaped(struct gf_arena *a, struct gf_span in);
// Escapes what may not stand in a URL's path and query as it is; what is escaped already stays so.
const char *gf_text_escape_target(struct gf_arena *a, struct gf_span in);
// Escapes the bytes above 127 only, as a field of a header wants it.
const char *gf_text_escape_non_ascii(struct gf_arena *a, const char *s);
// What "Authorization" says for "user:password".
const char *gf_text_basic_auth(struct gf_arena *a, const char *user);
// Escapes & < > " ' for HTML.
const char *gf_text_escape_html(struct gf_arena *a, struct gf_span in);

// The canonical form of a path: begins with a slash, no empty, "." or ".." elements; a slash at the end stays.
struct gf_span gf_text_clean_path(struct gf_arena *a, struct gf_span path);

#endif
