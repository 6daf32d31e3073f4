// SPDX-License-Identifier: MIT
// Conditional requests: see condition.h. Of two questions, the one by tag counts and the one by date is not looked at. A
// date that cannot be read asks nothing.
#include "http/condition.h"

#include "http/date.h"

enum answer { NOT_ASKED, YES, NO };

static bool is_tag_char(unsigned char c)
{
    return c == 0x21 || (c >= 0x23 && c != 0x7F);
}

// Cuts an entity tag off a text: W/ perhaps, and what is between quotes. False: it begins with none.
static bool cut_tag(struct gf_span *rest, struct gf_span *tag)
{
    size_t at = rest->n >= 2 && memcmp(rest->p, "W/", 2) == 0 ? 2 : 0;
    if (at == rest->n || rest->p[at++] != '"')
        return false;
    while (at < rest->n && is_tag_char((unsigned char)rest->p[at]))
        at++;
    if (at == rest->n || rest->p[at++] != '"')
        return false;
    *tag = gf_span(rest->p, at);
    *rest = gf_span(rest->p + at, rest->n - at);
    return true;
}

static bool is_weak(struct gf_span tag)
{
    return tag.n && tag.p[0] == 'W';
}

static bool same_tag(struct gf_span a, struct gf_span b, bool strong)
{
    if (!a.p || !b.p || (strong && (is_weak(a) || is_weak(b))))
        return false;
    size_t skip_a = is_weak(a) ? 2 : 0, skip_b = is_weak(b) ? 2 : 0;
    return a.n - skip_a == b.n - skip_b && memcmp(a.p + skip_a, b.p + skip_b, a.n - skip_a) == 0;
}

// Whether a list of tags has this one, or is "*".
static bool list_has_tag(struct gf_span list, struct gf_span tag, bool strong)
{
    struct gf_span one;
    for (;;) {
        list = gf_text_trim(list);
        if (list.n && list.p[0] == ',')
            list = gf_span(list.p + 1, list.n - 1);
        else if (list.n && list.p[0] == '*')
            return true;
        else if (!cut_tag(&list, &one))
            return false;
        else if (same_tag(one, tag, strong))
            return true;
    }
}

static enum answer ask_tag(const struct gf_fields *f, const char *name, struct gf_span tag,
                           bool strong)
{
    struct gf_span list = gf_fields_get(f, name);
    return !list.p ? NOT_ASKED : list_has_tag(list, tag, strong) ? YES : NO;
}

// Whether it has been modified since the date in the field.
static enum answer ask_date(const struct gf_fields *f, const char *name, int64_t modified)
{
    struct gf_span date = gf_fields_get(f, name);
    int64_t t = date.p ? gf_date_parse(date.p) : -1;
    return t < 0 ? NOT_ASKED : modified > t ? YES : NO;
}

int gf_condition_check(const struct gf_fields *request, bool safe, const struct gf_version *v)
{
    enum answer match = ask_tag(request, "if-match", v->tag, true);
    if (match == NOT_ASKED)
        match = ask_date(request, "if-unmodified-since", v->modified) == YES ? NO : YES;
    if (match == NO)
        return 412;
    enum answer known = ask_tag(request, "if-none-match", v->tag, false);
    if (known == YES)
        return safe ? 304 : 412;
    bool by_date = known == NOT_ASKED && safe;
    return by_date && ask_date(request, "if-modified-since", v->modified) == NO ? 304 : 0;
}

bool gf_condition_allows_range(const struct gf_fields *request, const struct gf_version *v)
{
    struct gf_span condition = gf_fields_get(request, "if-range"), tag;
    if (!condition.p)
        return true;
    if (cut_tag(&condition, &tag))
        return same_tag(tag, v->tag, true);
    return gf_date_parse(condition.p) == v->modified;
}
