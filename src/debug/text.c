// SPDX-License-Identifier: MIT
// Putting text together without stdio: reports are printed from signal handlers, by programs whose heap and
// stdio locks may be in any state, so nothing here but gf_text_finish's kind of text touches malloc.
#include "debug/text.h"

#include "base/hooks.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 1024 };

void gf_text_flush(struct gf_text *t)
{
    gf_print_text(t->at, t->used);
    t->used = 0;
}

// Makes room for n more bytes; false if the text can only be written out.
static bool grow(struct gf_text *t, size_t n)
{
    size_t room = t->room ? 2 * t->room : FIRST_ROOM;
    while (room - t->used < n)
        room *= 2;
    char *at = realloc(t->at, room);
    if (!at) {
        t->failed = true;
        return false;
    }
    t->at = at;
    t->room = room;
    return true;
}

void gf_text_put_n(struct gf_text *t, const char *s, size_t n)
{
    if (t->grows && (t->failed || (t->room - t->used < n && !grow(t, n))))
        return;
    while (n > t->room - t->used) {
        size_t part = t->room - t->used;
        memcpy(t->at + t->used, s, part);
        t->used += part;
        s += part;
        n -= part;
        gf_text_flush(t);
    }
    memcpy(t->at + t->used, s, n);
    t->used += n;
}

void gf_text_put(struct gf_text *t, const char *s)
{
    gf_text_put_n(t, s, strlen(s));
}

static void put_number(struct gf_text *t, uint64_t n, unsigned base)
{
    char digits[20];
    size_t at = sizeof digits;
    do
        digits[--at] = "0123456789abcdef"[n % base];
    while ((n /= base) != 0);
    gf_text_put_n(t, digits + at, sizeof digits - at);
}

void gf_text_put_decimal(struct gf_text *t, uint64_t n)
{
    put_number(t, n, 10);
}

void gf_text_put_hex(struct gf_text *t, uint64_t n)
{
    gf_text_put_n(t, "0x", 2);
    put_number(t, n, 16);
}

char *gf_text_finish(struct gf_text *t)
{
    gf_text_put_n(t, "", 1);
    if (!t->failed)
        return t->at;
    free(t->at);
    return NULL;
}
