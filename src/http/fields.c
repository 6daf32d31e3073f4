// SPDX-License-Identifier: MIT
// A message's fields: see fields.h. What a program sets is checked here, once: a name that is no token is dropped, and a
// line break in a value becomes a blank, so that nobody's data can end a header early (response splitting).
#include "http/fields.h"

#include <string.h>

struct gf_span gf_fields_find(const struct gf_fields *f, struct gf_span name)
{
    for (size_t i = 0; i < f->count; i++)
        if (gf_text_same(f->list[i].name, name))
            return f->list[i].value;
    return gf_span(NULL, 0);
}

struct gf_span gf_fields_get_counted(const struct gf_fields *f, const char *name, size_t *count)
{
    struct gf_span wanted = gf_span(name, strlen(name)), first = gf_span(NULL, 0);
    *count = 0;
    for (size_t i = 0; i < f->count; i++)
        if (gf_text_same(f->list[i].name, wanted) && (*count)++ == 0)
            first = f->list[i].value;
    return first;
}

bool gf_fields_have(const struct gf_fields *f, const char *name, const char *element)
{
    for (size_t i = 0; i < f->count; i++)
        if (gf_text_is(f->list[i].name, name) && gf_text_list_has(f->list[i].value, element))
            return true;
    return false;
}

void gf_fields_add(struct gf_fields *f, struct gf_arena *a, struct gf_span name,
                   struct gf_span value)
{
    if (f->count == f->room) {
        size_t room = f->room ? 2 * f->room : 16;
        f->list = gf_arena_grow(a, f->list, f->count, room, sizeof(*f->list));
        f->room = room;
    }
    f->list[f->count++] = (struct gf_field){name, value};
}

struct gf_span gf_fields_value(struct gf_arena *a, const char *value)
{
    size_t n = strlen(value);
    char *copy = gf_arena_text(a, value, n);
    for (size_t i = 0; i < n; i++)
        if (copy[i] == '\r' || copy[i] == '\n')
            copy[i] = ' ';
    return gf_text_trim(gf_span(copy, n));
}

void gf_fields_set(struct gf_fields *f, struct gf_arena *a, const char *name, const char *value)
{
    struct gf_span wanted = gf_span(name, strlen(name));
    if (!gf_text_is_token(wanted))
        return;
    size_t kept = 0;
    bool placed = false;
    for (size_t i = 0; i < f->count; i++) {
        bool hit = gf_text_same(f->list[i].name, wanted);
        if (hit && (placed || !value))
            continue;
        if (hit)
            f->list[i].value = gf_fields_value(a, value);
        placed |= hit;
        f->list[kept++] = f->list[i];
    }
    f->count = kept;
    if (value && !placed)
        gf_fields_add(f, a, gf_span(gf_arena_text(a, name, wanted.n), wanted.n),
                      gf_fields_value(a, value));
}
