// SPDX-License-Identifier: MIT
// One goroutine in Go's layout, as every report shows it: who it is and what it does in the first line, then its
// frames, then where it was started. What is printed comes from a view, so that it can be put aside while the threads
// are stopped and printed later.
#include "debug/goroutine.h"

#include "os/os.h"

#define MINUTE_NS INT64_C(60000000000)

static void write_name(struct gf_text *text, const char *name)
{
    gf_text_put(text, " \"");
    for (; *name; name++)
        gf_text_put_n(text, (unsigned char)*name < ' ' || *name == '"' ? "?" : name, 1);
    gf_text_put(text, "\"");
}

// goroutine 7 "worker" [chan receive, 3 minutes, locked to thread]:
static void write_header(struct gf_text *text, const struct gf_view *v, const char *state)
{
    gf_text_put(text, "goroutine ");
    gf_text_put_decimal(text, v->id);
    if (v->name)
        write_name(text, v->name);
    gf_text_put(text, " [");
    gf_text_put(text, state);
    int64_t waited = v->waiting_since ? gf_os_now() - v->waiting_since : 0;
    if (waited >= MINUTE_NS) {
        gf_text_put(text, ", ");
        gf_text_put_decimal(text, (uint64_t)(waited / MINUTE_NS));
        gf_text_put(text, " minutes");
    }
    if (v->locked)
        gf_text_put(text, ", locked to thread");
    if (v->foreign)
        gf_text_put(text, ", foreign thread");
    gf_text_put(text, "]:\n");
}

void gf_goroutine_write(struct gf_text *text, const struct gf_view *v, const char *state,
                        const struct gf_trace *trace, size_t skip, gf_lookup *lookup)
{
    write_header(text, v, state);
    if (trace)
        gf_trace_write(text, trace, skip, lookup);
    else
        gf_text_put(text, "\tgoroutine running on other thread; stack unavailable\n");
    if (v->creator_pc)
        gf_trace_write_creator(text, v->creator_pc, v->creator_id, lookup);
}
