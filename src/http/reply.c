// SPDX-License-Identifier: MIT
// Answers: reading their heads and bodies, and the guard between a context and a connection. The guard's function may run
// at any time, in its own goroutine, until it is stopped; it and the call share a small record with a lock, so that the
// connection is never touched after the call has let it go.
#include "http/reply.h"

#include "base/assert.h"
#include "base/race.h"
#include "http/sender.h"

#include <gofer/net.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    DEFAULT_HEADER_BYTES = 1 << 20,
    MOST_DISCARDED = 64 << 10,
    MOST_DISCARDED_OF_REDIRECT = 2 << 10,
    INTERIM_COST = 512 // what a head of 1xx counts for besides its bytes
};

// --- The guard ---

struct gf_guard {
    _Atomic(uint32_t)
        users; // [atomic] the call and the function; release on leaving, acquire by the last
    go_mutex lock;
    go_conn *net; // [lock] NULL: let go
    bool broken;  // [lock]
    go_after_stop *stop;
};

static void leave(struct gf_guard *g)
{
    if (gf_race_last_of(&g->users, gf_sub_acqrel(&g->users, 1) == 1))
        free(g);
}

static void break_off(struct gf_guard *g)
{
    go_mutex_lock(&g->lock);
    if (g->net) {
        g->broken = true;
        go_conn_set_deadline(g->net, (go_time){.wall = 1, .monotonic = 1});
    }
    go_mutex_unlock(&g->lock);
    leave(g);
}

struct gf_guard *gf_guard_new(go_context *ctx, go_conn *net)
{
    if (!go_context_done(ctx))
        return NULL;
    struct gf_guard *g = calloc(1, sizeof(*g));
    if (!g)
        gf_fatal("http: out of memory");
    gf_store_relaxed(&g->users, 2); // relaxed: nobody else knows it yet
    g->net = net;
    g->stop = go_context_after_func(ctx, break_off, g);
    return g;
}

bool gf_guard_end(struct gf_guard *g)
{
    if (!g)
        return false;
    go_mutex_lock(&g->lock);
    bool broken = g->broken;
    g->net = NULL;
    go_mutex_unlock(&g->lock);
    if (go_after_stop_call(g->stop))
        leave(g); // for the function, which will not run
    go_after_stop_free(g->stop);
    leave(g);
    return broken;
}

// --- The reply ---

struct go_http_reply *gf_reply_new(struct gf_transport *t, go_context *ctx)
{
    struct go_http_reply *r = aligned_alloc(16, (sizeof(*r) + 15) & ~(size_t)15);
    if (!r)
        gf_fatal("http: out of memory");
    memset(r, 0, offsetof(struct go_http_reply, in));
    r->transport = t;
    r->ctx = ctx;
    gf_arena_init(&r->arena, r->room, sizeof(r->room));
    return r;
}

void gf_reply_attach(struct go_http_reply *r, struct gf_client_conn *c)
{
    r->conn = c;
    r->guard = gf_guard_new(r->ctx, c->net);
    free(r->large_in);
    r->large_in = NULL;
    r->input = (struct gf_input){.stream = &c->stream, .buf = r->in, .room = sizeof(r->in)};
    gf_parser_init(&r->parser, HTTP_RESPONSE, &r->arena, DEFAULT_HEADER_BYTES);
}

void gf_reply_detach(struct go_http_reply *r)
{
    if (!r->conn)
        return;
    bool clean = r->body.complete && !r->body.err && r->input.at == r->input.n && r->keep_alive;
    bool sent = clean && gf_sender_has_finished(r->sender);
    bool broken = gf_guard_end(r->guard);
    r->guard = NULL;
    if (!broken && sent)
        gf_transport_keep(r->transport, r->conn);
    else if (r->sender)
        gf_sender_leave(r->sender, r->conn);
    else
        gf_client_conn_free(r->conn);
    r->conn = NULL;
}

void gf_reply_finish(struct go_http_reply *r)
{
    if (r->conn)
        gf_body_discard(&r->body, MOST_DISCARDED_OF_REDIRECT);
    gf_reply_detach(r);
    gf_sender_end(r->sender);
    r->sender = NULL;
    gf_gzip_free(r->gzip);
    r->gzip = NULL;
}

int gf_reply_error(const struct go_http_reply *r, int err)
{
    int ended = go_context_err(r->ctx);
    return ended ? ended : err;
}

static bool grow(struct go_http_reply *r)
{
    struct gf_input *in = &r->input;
    if (in->n < gf_input_limit(in))
        return true;
    if (in->room >= DEFAULT_HEADER_BYTES + GF_INPUT_SPARED)
        return false;
    char *larger = malloc(2 * in->room);
    if (!larger)
        return false;
    memcpy(larger, in->buf, in->n);
    free(r->large_in);
    r->large_in = in->buf = larger;
    in->room *= 2;
    return true;
}

// The head of one answer, from the start of the buffer.
static int read_one_head(struct go_http_reply *r, bool *silent)
{
    struct gf_input *in = &r->input;
    for (;;) {
        size_t used;
        enum gf_parse result = gf_parser_head(&r->parser, in->buf, in->n, &used);
        if (result == GF_PARSE_HEAD) {
            in->at = used;
            return 0;
        }
        if (result == GF_PARSE_BAD || !grow(r))
            return -EBADMSG;
        ssize_t n = in->stream->read(in->stream, in->buf + in->n, gf_input_limit(in) - in->n);
        if (n <= 0)
            return n ? (int)n : -ECONNRESET;
        in->n += (size_t)n;
        *silent = false;
    }
}

int gf_reply_read_head(struct go_http_reply *r, bool *silent)
{
    struct gf_input *in = &r->input;
    bool head_request = r->parser.ignore_body;
    for (size_t interim = 0;;) {
        int err = read_one_head(r, silent);
        int status = r->parser.ll.status_code;
        if (err || status >= 200 || status == 101)
            return err;
        if (status == 100)
            gf_sender_tell(r->sender, true);
        // A server that never comes to its answer is not listened to for ever.
        interim += in->at + INTERIM_COST;
        if (interim > DEFAULT_HEADER_BYTES)
            return -EBADMSG;
        memmove(in->buf, in->buf + in->at, in->n - in->at);
        in->n -= in->at;
        in->at = 0;
        gf_parser_next(&r->parser);
        r->parser.ignore_body = head_request;
    }
}

static ssize_t read_packed(void *arg, void *buf, size_t n)
{
    struct go_http_reply *r = arg;
    return gf_body_read(&r->body, buf, n);
}

void gf_reply_begin_body(struct go_http_reply *r, bool keep)
{
    r->keep_alive = keep && gf_parser_keep_alive(&r->parser) && r->parser.ll.status_code != 101;
    gf_sender_tell(r->sender, r->keep_alive);
    gf_body_init(&r->body, &r->parser, &r->input, 0);
    struct gf_span coding = gf_fields_get(&r->parser.at, "content-encoding");
    if (r->asked_for_gzip && coding.p && gf_text_is(coding, "gzip") && !r->body.complete) {
        r->gzip = gf_gzip_new(read_packed, r);
        gf_fields_set(&r->parser.at, &r->arena, "Content-Encoding", NULL);
        gf_fields_set(&r->parser.at, &r->arena, "Content-Length", NULL);
    }
    if (r->body.complete)
        gf_reply_detach(r);
}

int go_http_reply_status(go_http_reply *r)
{
    return r->parser.ll.status_code;
}

const char *go_http_reply_header(go_http_reply *r, const char *name)
{
    return gf_fields_get(&r->parser.at, name).p;
}

bool go_http_reply_header_at(go_http_reply *r, size_t i, const char **name, const char **value)
{
    if (i >= r->parser.at.count)
        return false;
    *name = r->parser.at.list[i].name.p;
    *value = r->parser.at.list[i].value.p;
    return true;
}

const char *go_http_reply_trailer(go_http_reply *r, const char *name)
{
    return gf_fields_get(&r->parser.trailer, name).p;
}

const char *go_http_reply_url(go_http_reply *r)
{
    return r->url;
}

int64_t go_http_reply_length(go_http_reply *r)
{
    if (r->for_head)
        return gf_text_number(gf_fields_get(&r->parser.at, "content-length"));
    return r->gzip || r->body.length < 0 ? -1 : r->body.length;
}

ssize_t go_http_reply_read(go_http_reply *r, void *buf, size_t n)
{
    ssize_t got = r->gzip ? gf_gzip_read(r->gzip, buf, n) : gf_body_read(&r->body, buf, n);
    if (got < 0 && r->conn)
        got = gf_reply_error(r, (int)got);
    // The connection is for others as soon as its part is over, not only when the reply is freed.
    if (r->conn && (r->body.complete || got < 0))
        gf_reply_detach(r);
    if (got > 0)
        gf_race_write(buf, (size_t)got, __builtin_return_address(0));
    return got;
}

void go_http_reply_free(go_http_reply *r)
{
    if (!r)
        return;
    // A little that is left is read, for the connection is worth more.
    if (r->conn && r->keep_alive && r->body.length >= 0 &&
        r->body.length - gf_load_relaxed(&r->body.taken) <= // relaxed: our own
            (int64_t)(r->input.n - r->input.at))
        gf_body_discard(&r->body, MOST_DISCARDED);
    gf_reply_detach(r);
    gf_sender_end(r->sender);
    gf_gzip_free(r->gzip);
    go_context_free(r->ctx);
    gf_arena_reset(&r->arena);
    free(r->large_in);
    free(r);
}
