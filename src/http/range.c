// SPDX-License-Identifier: MIT
// Reading a Range header: see range.h. As in Go, parts that lie outside are left out if others do not; a header that asks
// for more bytes than there are is answered with all of them once. So it is with more parts than anybody needs, each of
// which costs a head of its own. What cannot be read is ignored, as the standard wants.
#include "http/range.h"

enum { MOST_RANGES = 100 };

enum verdict { MALFORMED, OUTSIDE, INSIDE };

// One part, trimmed: "FROM-TO", "FROM-" or "-LAST".
static enum verdict read_one(struct gf_span s, int64_t size, struct gf_range *range)
{
    struct gf_span from, to;
    if (!memchr(s.p, '-', s.n) || !gf_text_next(&s, '-', &from) || !gf_text_next(&s, '-', &to) ||
        s.p)
        return MALFORMED;
    int64_t first = gf_text_number(from), last = gf_text_number(to);
    if ((from.n && first < 0) || (to.n && last < 0) || (!from.n && !to.n))
        return MALFORMED;
    if (from.n && to.n && last < first)
        return MALFORMED;
    if (!from.n)
        *range = last < size ? (struct gf_range){size - last, last} : (struct gf_range){0, size};
    else if (!to.n || last >= size)
        *range = (struct gf_range){first, size - first};
    else
        *range = (struct gf_range){first, last - first + 1};
    return range->n > 0 ? INSIDE : OUTSIDE;
}

int gf_ranges_read(struct gf_arena *a, const char *text, int64_t size, struct gf_ranges *ranges)
{
    struct gf_span rest = gf_span(text, strlen(text)), part;
    if (rest.n < 6 || !gf_text_is(gf_span(rest.p, 6), "bytes="))
        return 200;
    rest = gf_span(rest.p + 6, rest.n - 6);
    *ranges = (struct gf_ranges){gf_arena_alloc(a, MOST_RANGES * sizeof(struct gf_range)), 0};
    int64_t all = 0;
    bool outside = false;
    while (gf_text_next(&rest, ',', &part)) {
        if (part.n == 0)
            continue;
        if (ranges->count == MOST_RANGES)
            return 200;
        struct gf_range *range = &ranges->list[ranges->count];
        enum verdict v = read_one(part, size, range);
        if (v == MALFORMED)
            return 200;
        outside |= v == OUTSIDE;
        if (v == INSIDE) {
            all += range->n;
            ranges->count++;
        }
    }
    if (ranges->count == 0)
        return outside && size > 0 ? 416 : 200;
    return all > size ? 200 : 206;
}
