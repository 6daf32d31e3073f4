// SPDX-License-Identifier: MIT
// go_http_timeout: what comes behind it runs in a goroutine of its own, with a request and a response that are its own
// too (a shadow), and is waited for until the time is over. In time, the collected response is copied to the real one.
// Too late, the client gets 503 and the end of the connection, and the handler is left to itself: its context has ended,
// its writes fail, its reads of the body fail. It keeps the request's memory until it returns, for its texts lie there.
//
// The shadow is shared by the two goroutines; the last one to leave frees it.
#include "http/request.h"
#include "http/response.h"

#include "base/assert.h"
#include "base/race.h"

#include <gofer/context.h>
#include <gofer/go.h>
#include <gofer/panic.h>
#include <gofer/select.h>

#include <stdlib.h>
#include <string.h>

enum { ROOM = 4096, BODY = 2048 };

struct shadow {
    _Atomic(uint32_t) users; // [atomic] release on leaving, acquire by the last
    _Atomic(bool) abandoned; // [atomic] relaxed: see response.h
    struct gf_gate gate;
    struct go_http_next next; // [const] what to run
    struct go_http_request request;
    struct go_http_response response;
    struct gf_arena arena;   // the handler's
    go_context *ctx;         // [const] a reference
    chan(go_unit) done;      // closed when the handler has returned
    go_panic_info *panic;    // what ended it, if anything; written before the close of done
    struct gf_peer *peer;    // [const] lives as long as the request's goroutine waits
    void *kept;              // [const] the request's memory, of peer->type->keep
    void (*release)(void *); // [const] gives it up
    char body[BODY];
    _Alignas(16) char room[ROOM];
};

static struct shadow *new_shadow(const go_http_next *next, go_http_response *w, go_http_request *r,
                                 go_duration d)
{
    struct shadow *s = aligned_alloc(16, (sizeof(*s) + 15) & ~(size_t)15);
    if (!s)
        gf_fatal("http: out of memory");
    memset(s, 0, offsetof(struct shadow, body));
    gf_store_relaxed(&s->users, 2); // relaxed: nobody else knows it yet
    gf_arena_init(&s->arena, s->room, sizeof(s->room));
    s->ctx = go_context_with_timeout(go_http_context(r), d);
    s->done = chan_make(go_unit);
    s->peer = r->peer;
    s->kept = s->peer ? s->peer->type->keep(s->peer) : NULL;
    s->release = s->peer ? s->peer->type->release : NULL;
    s->gate.peer = r->peer;
    go_http_remote_addr(r);
    s->request = *r;
    s->request.arena = &s->arena;
    s->request.peer = NULL;
    s->request.gate = &s->gate;
    s->request.context = s->ctx;
    gf_response_init(&s->response, NULL, &s->arena, s->body, sizeof(s->body));
    s->response.abandoned = &s->abandoned;
    s->response.http10 = w->http10;
    s->response.head_request = w->head_request;
    for (size_t i = 0; i < w->fields.count; i++)
        go_http_add_header(&s->response, w->fields.list[i].name.p, w->fields.list[i].value.p);
    s->next = *next;
    return s;
}

static void leave(struct shadow *s)
{
    // Release for what this one did, acquire for what the other did.
    if (!gf_race_last_of(&s->users, gf_sub_acqrel(&s->users, 1) == 1))
        return;
    go_panic_free(s->panic);
    chan_free(s->done);
    go_context_free(s->ctx);
    gf_arena_reset(&s->arena);
    if (s->kept)
        s->release(s->kept);
    free(s);
}

static void report_done(struct shadow *s)
{
    chan_close(s->done);
    leave(s);
}

static void run(struct shadow *s)
{
    // Deferred, for a handler may leave by go_exit.
    defer(report_done, s);
    s->panic = go_protect(gf_next_run_with, &s->next, &s->response, &s->request);
}

static void copy_fields(struct go_http_response *w, const struct gf_fields *f,
                        void (*set)(go_http_response *, const char *, const char *))
{
    for (size_t i = 0; i < f->count; i++)
        set(w, f->list[i].name.p, f->list[i].value.p);
}

static void copy_response(struct go_http_response *w, const struct go_http_response *from)
{
    w->fields.count = 0;
    copy_fields(w, &from->fields, go_http_add_header);
    copy_fields(w, &from->trailer, go_http_set_trailer);
    if (from->status)
        go_http_write_header(w, from->status);
    if (from->n)
        go_http_write(w, from->buf, from->n);
}

// Hands a panic of the handler on to the goroutine of the connection.
static void raise_again(struct shadow *s)
{
    void *value = s->panic->value;
    if (value) {
        leave(s);
        go_panic_value(value);
    }
    defer(leave, s);
    go_panic("%s\n\n%s", s->panic->message, s->panic->stack ? s->panic->stack : "");
}

// The body is the connection's again: a read under way ends, and none begins.
static void close_gate(struct shadow *s)
{
    // Relaxed: as declared.
    gf_store_relaxed(&s->abandoned, true);
    if (s->peer)
        s->peer->type->interrupt(s->peer);
    go_mutex_lock(&s->gate.lock);
    s->gate.closed = true;
    go_mutex_unlock(&s->gate.lock);
}

void go_http_timeout(go_http_response *w, go_http_request *r, go_http_next *next, void *arg)
{
    const go_duration *d = arg;
    struct shadow *s = new_shadow(next, w, r, *d);
    bool in_time = false;
    go(run, s);
    go_select {
        case_recv(s->done) {
            in_time = true;
        }
        case_done(s->ctx) {}
    }
    if (in_time && s->panic) {
        raise_again(s);
    } else if (in_time) {
        copy_response(w, &s->response);
    } else {
        close_gate(s);
        w->close = true;
        go_http_error(w, 503, "503 service unavailable: the handler took too long");
    }
    leave(s);
}
