// SPDX-License-Identifier: MIT
// Encoding. A protobuf message is a row of fields: a number with its kind, then a varint or a counted string; nested
// messages are strings. So nothing but two functions is needed, and no library.
//
// Addresses become locations, one each, with a line for each function that was inlined there; functions and texts are
// numbered as they come. Both are few, and are found again by a search through what there is.
#include "debug/pprof.h"

#include "debug/symbols.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Field numbers of profile.proto.
enum {
    SAMPLE_TYPE = 1,
    SAMPLE,
    MAPPING,
    LOCATION,
    FUNCTION,
    STRING_TABLE,
    TIME_NANOS = 9,
    DURATION_NANOS,
    PERIOD_TYPE,
    PERIOD
};
enum { SAMPLE_LOCATION = 1, SAMPLE_VALUE, SAMPLE_LABEL };
enum { LOCATION_ID = 1, LOCATION_MAPPING, LOCATION_ADDRESS, LOCATION_LINE };
enum { FUNCTION_ID = 1, FUNCTION_NAME, FUNCTION_SYSTEM_NAME, FUNCTION_FILE };
enum { VARINT = 0, BYTES = 2 };

struct table {
    char **text; // malloc'ed
    uint32_t count, room;
};

struct location {
    uintptr_t pc;
    bool hidden;
};

struct encoder {
    struct gf_text *out;
    struct table strings, functions; // a function's text is its name and file
    struct location *locations;
    uint32_t location_count, location_room;
};

// ---- Fields ----

static void put_varint(struct gf_text *t, uint64_t n)
{
    char byte[10];
    size_t used = 0;
    do {
        byte[used++] = (char)((n & 0x7f) | (n > 0x7f ? 0x80 : 0));
        n >>= 7;
    } while (n);
    gf_text_put_n(t, byte, used);
}

static void put_number(struct gf_text *t, unsigned field, uint64_t n)
{
    put_varint(t, field << 3 | VARINT);
    put_varint(t, n);
}

static void put_bytes(struct gf_text *t, unsigned field, const char *s, size_t n)
{
    put_varint(t, field << 3 | BYTES);
    put_varint(t, n);
    gf_text_put_n(t, s, n);
}

static void put_message(struct gf_text *t, unsigned field, struct gf_text *message)
{
    put_bytes(t, field, message->at, message->used);
    free(message->at);
}

// ---- Tables ----

// The place of a text, which is added if it is new; *is_new says so. Without memory the first one serves.
static uint32_t intern(struct table *t, const char *text, bool *is_new)
{
    *is_new = false;
    for (uint32_t i = 0; i < t->count; i++)
        if (strcmp(t->text[i], text) == 0)
            return i;
    if (t->count == t->room) {
        uint32_t room = t->room ? 2 * t->room : 64;
        char **grown = realloc(t->text, room * sizeof *grown);
        if (!grown)
            return 0;
        t->text = grown;
        t->room = room;
    }
    char *copy = strdup(text);
    if (!copy)
        return 0;
    *is_new = true;
    t->text[t->count] = copy;
    return t->count++;
}

static uint32_t string_of(struct encoder *e, const char *text)
{
    bool is_new;
    return intern(&e->strings, text ? text : "", &is_new);
}

static void free_table(struct table *t)
{
    for (uint32_t i = 0; i < t->count; i++)
        free(t->text[i]);
    free(t->text);
}

// ---- Functions and locations ----

static uint32_t function_of(struct encoder *e, const struct gf_place *place)
{
    char key[1024];
    bool is_new;
    const char *name = place->function ? place->function : "?";
    const char *file = place->file ? place->file : place->module ? place->module : "";
    snprintf(key, sizeof key, "%s %s", name, file);
    uint32_t id = intern(&e->functions, key, &is_new) + 1;
    if (is_new) {
        struct gf_text m = {.grows = true};
        put_number(&m, FUNCTION_ID, id);
        put_number(&m, FUNCTION_NAME, string_of(e, name));
        put_number(&m, FUNCTION_SYSTEM_NAME, string_of(e, name));
        put_number(&m, FUNCTION_FILE, string_of(e, file));
        put_message(e->out, FUNCTION, &m);
    }
    return id;
}

static bool is_hidden(const struct gf_symbol *symbol, const struct gf_pprof *p)
{
    return !p->shows_runtime &&
           (symbol->kind == GF_SYMBOL_RUNTIME || symbol->kind == GF_SYMBOL_START);
}

static bool are_all_hidden(const struct gf_symbols *found, const struct gf_pprof *p)
{
    for (int i = 0; i < found->count; i++)
        if (!is_hidden(&found->symbol[i], p))
            return false;
    return true;
}

static void put_location(struct encoder *e, uint32_t id, uintptr_t pc,
                         const struct gf_symbols *found, const struct gf_pprof *p)
{
    struct gf_text m = {.grows = true};
    put_number(&m, LOCATION_ID, id);
    put_number(&m, LOCATION_MAPPING, 1);
    put_number(&m, LOCATION_ADDRESS, pc);
    for (int i = 0; i < found->count; i++) {
        struct gf_text line = {.grows = true};
        if (is_hidden(&found->symbol[i], p))
            continue;
        put_number(&line, 1, function_of(e, &found->symbol[i].place));
        put_number(&line, 2, found->symbol[i].place.line);
        put_message(&m, LOCATION_LINE, &line);
    }
    put_message(e->out, LOCATION, &m);
}

// The number of the location of an address; 0 if it is hidden.
static uint32_t location_of(struct encoder *e, uintptr_t pc, const struct gf_pprof *p)
{
    for (uint32_t i = 0; i < e->location_count; i++)
        if (e->locations[i].pc == pc)
            return e->locations[i].hidden ? 0 : i + 1;
    if (e->location_count == e->location_room) {
        uint32_t room = e->location_room ? 2 * e->location_room : 256;
        struct location *grown = realloc(e->locations, room * sizeof *grown);
        if (!grown)
            return 0;
        e->locations = grown;
        e->location_room = room;
    }
    struct gf_symbols found = gf_symbols_find(pc);
    bool hidden = are_all_hidden(&found, p);
    e->locations[e->location_count++] = (struct location){.pc = pc, .hidden = hidden};
    if (hidden)
        return 0;
    put_location(e, e->location_count, pc, &found, p);
    return e->location_count;
}

// ---- Samples ----

// A return address may already belong to the next line.
static inline uintptr_t place_of(const struct gf_sample *s, uint16_t i)
{
    return s->pc[i] - !(i == 0 && s->exact);
}

static void put_label(struct encoder *e, struct gf_text *m, const char *name)
{
    struct gf_text label = {.grows = true};
    put_number(&label, 1, string_of(e, "goroutine"));
    put_number(&label, 2, string_of(e, name));
    put_message(m, SAMPLE_LABEL, &label);
}

static void put_sample(struct encoder *e, const struct gf_pprof *p, const struct gf_sample *s)
{
    struct gf_text m = {.grows = true};
    for (uint16_t i = 0; i < s->depth; i++) {
        uint32_t id = location_of(e, place_of(s, i), p);
        if (id)
            put_number(&m, SAMPLE_LOCATION, id);
    }
    put_number(&m, SAMPLE_VALUE, s->count);
    if (p->has_time)
        put_number(&m, SAMPLE_VALUE, (uint64_t)s->nanoseconds);
    if (s->name[0])
        put_label(e, &m, s->name);
    put_message(e->out, SAMPLE, &m);
}

static void put_value_type(struct encoder *e, unsigned field, const char *type, const char *unit)
{
    struct gf_text m = {.grows = true};
    put_number(&m, 1, string_of(e, type));
    put_number(&m, 2, string_of(e, unit));
    put_message(e->out, field, &m);
}

// One for all addresses: everything has been looked up here.
static void put_mapping(struct encoder *e)
{
    struct gf_text m = {.grows = true};
    enum { HAS_FUNCTIONS = 7, HAS_FILENAMES, HAS_LINES, HAS_INLINED };
    put_number(&m, 1, 1);
    put_number(&m, 3, UINT64_MAX);
    for (unsigned field = HAS_FUNCTIONS; field <= HAS_INLINED; field++)
        put_number(&m, field, 1);
    put_message(e->out, MAPPING, &m);
}

void gf_pprof_write(struct gf_text *out, const struct gf_pprof *p, const struct gf_sample *sample,
                    uint32_t count)
{
    struct encoder e = {.out = out};
    string_of(&e, ""); // the first must be empty
    put_value_type(&e, SAMPLE_TYPE, p->type, p->unit);
    if (p->has_time)
        put_value_type(&e, SAMPLE_TYPE, p->time_type, "nanoseconds");
    put_mapping(&e);
    for (uint32_t i = 0; i < count; i++)
        put_sample(&e, p, &sample[i]);
    put_number(out, TIME_NANOS, (uint64_t)p->started);
    put_number(out, DURATION_NANOS, (uint64_t)p->nanoseconds);
    if (p->period) {
        put_value_type(&e, PERIOD_TYPE, p->has_time ? p->time_type : p->type,
                       p->has_time ? "nanoseconds" : p->unit);
        put_number(out, PERIOD, (uint64_t)p->period);
    }
    for (uint32_t i = 0; i < e.strings.count; i++)
        put_bytes(out, STRING_TABLE, e.strings.text[i], strlen(e.strings.text[i]));
    free_table(&e.strings);
    free_table(&e.functions);
    free(e.locations);
}

// ---- Text ----

static void put_functions(struct gf_text *out, const struct gf_pprof *p, const struct gf_sample *s)
{
    for (uint16_t i = 0; i < s->depth; i++) {
        struct gf_symbols found = gf_symbols_find(place_of(s, i));
        for (int k = 0; k < found.count; k++) {
            if (is_hidden(&found.symbol[k], p))
                continue;
            const struct gf_place *place = &found.symbol[k].place;
            gf_text_put(out, "#\t");
            gf_text_put_hex(out, s->pc[i]);
            gf_text_put(out, "\t");
            gf_text_put(out, place->function ? place->function : "?");
            gf_text_put(out, "\t");
            gf_text_put(out, place->file ? place->file : place->module ? place->module : "?");
            gf_text_put(out, ":");
            gf_text_put_decimal(out, place->line);
            gf_text_put(out, "\n");
        }
    }
}

static void put_stack(struct gf_text *out, const struct gf_pprof *p, const struct gf_sample *s)
{
    if (p->has_time) {
        gf_text_put_decimal(out, (uint64_t)s->nanoseconds);
        gf_text_put(out, " ");
    }
    gf_text_put_decimal(out, s->count);
    gf_text_put(out, " @");
    for (uint16_t i = 0; i < s->depth; i++) {
        gf_text_put(out, " ");
        gf_text_put_hex(out, s->pc[i]);
    }
    gf_text_put(out, "\n");
    if (s->name[0]) {
        gf_text_put(out, "# labels: {\"goroutine\":\"");
        gf_text_put(out, s->name);
        gf_text_put(out, "\"}\n");
    }
    put_functions(out, p, s);
    gf_text_put(out, "\n");
}

void gf_pprof_write_text(struct gf_text *out, const char *name, const struct gf_pprof *p,
                         const struct gf_sample *sample, uint32_t count)
{
    uint64_t total = 0;
    for (uint32_t i = 0; i < count; i++)
        total += sample[i].count;
    gf_text_put(out, name);
    gf_text_put(out, " profile: total ");
    gf_text_put_decimal(out, total);
    gf_text_put(out, "\n");
    for (uint32_t i = 0; i < count; i++)
        put_stack(out, p, &sample[i]);
}
