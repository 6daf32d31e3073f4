// SPDX-License-Identifier: MIT
// From addresses to Go's layout: a line for the function, one for file, line and the distance from the
// function's start; functions that were inlined stand before the one that contains them. Hidden are the
// runtime's frames at the innermost end, whatever they are; elsewhere its inner ones, while a public function
// that called the program back stays (in Go: sync.(*Once).Do); and what leads from the system to main or to a
// thread's first function. Of more than a hundred frames the middle is left out.
#include "debug/trace.h"

#include <string.h>

enum { SHOWN_WHOLE = 100, SHOWN_INNER = 50 };

bool gf_trace_shows_runtime;

struct writing {
    struct gf_text *text;
    gf_lookup *lookup;
    size_t skip;    // visible functions still to be left out
    bool inside;    // past the runtime's innermost frames
    bool ended;     // main has been written; what called it does not matter
    size_t written; // functions
};

static void write_place(struct gf_text *text, const struct gf_place *place, uintptr_t past)
{
    gf_text_put(text, "\t");
    if (place->file) {
        gf_text_put(text, place->file);
        gf_text_put(text, ":");
        gf_text_put_decimal(text, place->line);
    } else {
        gf_text_put(text, place->module ? place->module : "?");
    }
    uintptr_t offset = place->file ? place->offset : place->module_offset;
    if (!place->inlined && offset + past > 0) {
        gf_text_put(text, " +");
        gf_text_put_hex(text, offset + past);
    }
    gf_text_put(text, "\n");
}

// gofer.h's macros call functions whose names end with an underscore; the reader knows them without.
static void write_function(struct gf_text *text, const struct gf_symbol *symbol)
{
    const char *name = symbol->place.function ? symbol->place.function : "?";
    size_t n = strlen(name);
    bool hidden_twin = symbol->kind == GF_SYMBOL_PUBLIC && name[n - 1] == '_';
    gf_text_put_n(text, name, n - hidden_twin);
}

static void write_symbol(struct writing *w, const struct gf_symbol *symbol, uintptr_t past)
{
    const char *name = symbol->place.function;
    write_function(w->text, symbol);
    gf_text_put(w->text, "(...)\n");
    write_place(w->text, &symbol->place, past);
    w->written++;
    if (name && strcmp(name, "main") == 0 && !symbol->place.inlined)
        w->ended = !gf_trace_shows_runtime;
}

static bool is_visible(struct writing *w, const struct gf_symbol *symbol)
{
    if (gf_trace_shows_runtime)
        return true;
    if (symbol->kind == GF_SYMBOL_USER)
        w->inside = true;
    return symbol->kind == GF_SYMBOL_USER || (symbol->kind == GF_SYMBOL_PUBLIC && w->inside);
}

static bool is_in_libc(const struct gf_symbol *symbol)
{
    const char *module = symbol->place.module;
    const char *base = module ? strrchr(module, '/') : NULL;
    return base && strncmp(base, "/libc.so", 8) == 0;
}

// libc's own names for how a thread begins are mostly not in its tables.
static bool is_start_of_thread(const struct gf_trace *trace, size_t i,
                               const struct gf_symbol *symbol)
{
    return i + 2 >= trace->count && is_in_libc(symbol);
}

// Only its functions for the system call libc's, and they never call the program.
static bool calls_libc(const struct gf_symbol *symbol)
{
    return symbol->place.function && strncmp(symbol->place.function, "gf_os_", 6) == 0;
}

// How many innermost frames are the runtime's, with what libc does for it (a system call that waits). With debug
// information a glance tells. Without, a few functions of unknown origin count as the runtime's if ones that
// surely are stand on both sides, or as libc's if it is clear who called them. A public function is the border, for
// who called it is not the runtime; so is the place where a signal came.
static size_t count_runtime_frames(const struct gf_trace *trace, gf_lookup *lookup)
{
    enum { MOST = 16, MOST_UNKNOWN = 3 };
    size_t count = 0, unknown = 0;
    struct gf_frame frame;
    for (size_t i = 0; i < MOST && i < trace->count && gf_trace_frame(trace, i, &frame); i++) {
        struct gf_symbols found = lookup(frame.pc - !frame.exact);
        const struct gf_symbol *symbol = &found.symbol[found.count - 1];
        if (count > 0 && frame.exact)
            return i;
        bool sure = count > 0 || unknown == 0 || calls_libc(&found.symbol[0]);
        if (symbol->kind == GF_SYMBOL_PUBLIC || (symbol->kind == GF_SYMBOL_RUNTIME && !sure))
            return sure ? i + 1 : 0;
        if (symbol->kind == GF_SYMBOL_RUNTIME)
            count = i + 1;
        else if (!is_in_libc(symbol) && (symbol->place.file || ++unknown > MOST_UNKNOWN))
            break;
    }
    return count;
}

// The frame of the kernel's return from a signal: what it returns to was interrupted.
static bool is_return_from_signal(const struct gf_trace *trace, size_t i)
{
    struct gf_frame next;
    return i + 1 < trace->count && gf_trace_frame(trace, i + 1, &next) && next.exact;
}

// Returns whether anything of the frame was visible.
static bool write_frame(struct writing *w, const struct gf_trace *trace, size_t i)
{
    struct gf_frame frame;
    if (!gf_trace_frame(trace, i, &frame))
        return false;
    if (is_return_from_signal(trace, i) && !gf_trace_shows_runtime)
        return false;
    // A return address may already belong to the next line, or to the next function.
    uintptr_t past = frame.exact ? 0 : 1;
    struct gf_symbols found = w->lookup(frame.pc - past);
    bool visible = false;
    for (int k = 0; k < found.count && !w->ended; k++) {
        const struct gf_symbol *symbol = &found.symbol[k];
        if (!is_visible(w, symbol) || (w->written && is_start_of_thread(trace, i, symbol)))
            continue;
        visible = true;
        if (w->skip > 0)
            w->skip--;
        else
            write_symbol(w, symbol, past);
    }
    return visible;
}

static void write_elided(struct gf_text *text, size_t n)
{
    gf_text_put(text, "...");
    gf_text_put_decimal(text, n);
    gf_text_put(text, " frames elided...\n");
}

size_t gf_trace_write(struct gf_text *text, const struct gf_trace *trace, size_t skip,
                      gf_lookup *lookup)
{
    struct writing w = {.text = text, .lookup = lookup, .skip = skip};
    size_t i = gf_trace_shows_runtime ? 0 : count_runtime_frames(trace, lookup);
    for (size_t shown = 0; i < trace->count && !w.ended; i++) {
        size_t left = trace->count - i;
        bool gap = i >= GF_TRACE_INNER && left > GF_TRACE_OUTER;
        if (gap || (shown == SHOWN_INNER && shown + left > SHOWN_WHOLE))
            break;
        shown += write_frame(&w, trace, i);
    }
    if (i < trace->count && !w.ended) {
        write_elided(text, trace->count - GF_TRACE_OUTER - i);
        for (i = trace->count - GF_TRACE_OUTER; i < trace->count && !w.ended; i++)
            write_frame(&w, trace, i);
    }
    return w.written;
}

void gf_trace_write_creator(struct gf_text *text, uintptr_t pc, uint64_t id, gf_lookup *lookup)
{
    struct gf_symbols found = lookup(pc - 1);
    int k = 0;
    while (k < found.count - 1 && found.symbol[k].kind != GF_SYMBOL_USER)
        k++;
    const struct gf_place *place = &found.symbol[k].place;
    gf_text_put(text, "created by ");
    gf_text_put(text, place->function ? place->function : "?");
    if (id) {
        gf_text_put(text, " in goroutine ");
        gf_text_put_decimal(text, id);
    }
    gf_text_put(text, "\n");
    write_place(text, place, 1);
}
