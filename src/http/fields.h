// SPDX-License-Identifier: MIT
// The fields of a message's head or trailer, in the order in which they came or were set. Names are compared without
// regard to case. A handful of fields is the rule, so they are searched one by one; the arena holds the list.
#ifndef GF_HTTP_FIELDS_H
#define GF_HTTP_FIELDS_H

#include "http/text.h"

#include <string.h>

struct gf_field {
    struct gf_span name, value; // NUL-terminated
};

struct gf_fields {
    struct gf_field *list;
    size_t count, room;
};

// The first value of that name, p is NULL if there is none.
struct gf_span gf_fields_find(const struct gf_fields *f, struct gf_span name);

static inline struct gf_span gf_fields_get(const struct gf_fields *f, const char *name)
{
    return gf_fields_find(f, gf_span(name, strlen(name)));
}

// The same, and how many fields have that name.
struct gf_span gf_fields_get_counted(const struct gf_fields *f, const char *name, size_t *count);
// Whether a field of that name has this element in its list.
bool gf_fields_have(const struct gf_fields *f, const char *name, const char *element);
// Adds a field; the spans must live as long as the arena.
void gf_fields_add(struct gf_fields *f, struct gf_arena *a, struct gf_span name,
                   struct gf_span value);
// Sets the field to this one value, copying both; a NULL value removes it.
void gf_fields_set(struct gf_fields *f, struct gf_arena *a, const char *name, const char *value);

// A copy of a value as it may be sent: line breaks and NUL become blanks.
struct gf_span gf_fields_value(struct gf_arena *a, const char *value);

#endif
