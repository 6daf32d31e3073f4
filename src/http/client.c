// SPDX-License-Identifier: MIT
// Calls: compose a request, send it, read the answer's head, and follow redirects. A kept connection may have been closed
// by the server at the very moment of the call: if not a byte came back, the call is repeated once on a new connection,
// provided that sending it twice does no harm. Redirects are followed as Go does: 301, 302 and 303 turn everything but
// GET and HEAD into GET, 307 and 308 repeat the call; credentials are not carried to another host.
#include "http/reply.h"

#include "base/assert.h"

#include <gofer/context.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_REDIRECTS = 10, BLOCK = 16 << 10 };

struct go_http_client {
    struct gf_transport *transport;
    go_http_client_options options; // [const]
};

// One call, as it changes from redirect to redirect.
struct attempt {
    struct go_http_reply *reply;
    const char *method;
    struct gf_url url;
    const go_http_call *call;
    bool with_body;
    bool same_host; // credentials may be sent
};

// --- Clients ---

go_http_client *go_http_client_new(go_http_client_options options)
{
    go_http_client *c = calloc(1, sizeof(*c));
    if (!c)
        gf_fatal("http: out of memory");
    c->transport = gf_transport_new(options);
    c->options = options;
    return c;
}

void go_http_client_free(go_http_client *c)
{
    if (!c)
        return;
    gf_transport_close(c->transport);
    free(c);
}

static go_http_client *common;
static go_once common_made;

static void make_common(void)
{
    common = go_http_client_new((go_http_client_options){0});
}

// --- The request ---

struct writer {
    struct gf_arena *arena;
    char *text;
    size_t n, room;
};

static void put(struct writer *w, const char *p, size_t n)
{
    if (w->n + n > w->room) {
        w->room = 2 * (w->n + n) + 512;
        w->text = gf_arena_grow(w->arena, w->text, w->n, w->room, 1);
    }
    memcpy(w->text + w->n, p, n);
    w->n += n;
}

static void put_text(struct writer *w, const char *s)
{
    put(w, s, strlen(s));
}

static void put_field(struct writer *w, const char *name, const char *value)
{
    struct gf_span clean = gf_fields_value(w->arena, value);
    put_text(w, name);
    put(w, ": ", 2);
    put(w, clean.p, clean.n);
    put(w, "\r\n", 2);
}

static const char *header_of(const go_http_call *call, const char *name)
{
    for (const char *const *h = call->headers; h && h[0] && h[1]; h += 2)
        if (strcasecmp(h[0], name) == 0)
            return h[1];
    return NULL;
}

static bool is_own(const char *name)
{
    return strcasecmp(name, "host") == 0 || strcasecmp(name, "content-length") == 0 ||
           strcasecmp(name, "transfer-encoding") == 0;
}

static bool is_credential(const char *name)
{
    return strcasecmp(name, "authorization") == 0 || strcasecmp(name, "cookie") == 0 ||
           strcasecmp(name, "www-authenticate") == 0;
}

static void put_headers(struct writer *w, const struct attempt *a)
{
    for (const char *const *h = a->call->headers; h && h[0] && h[1]; h += 2) {
        bool token = gf_text_is_token(gf_span(h[0], strlen(h[0])));
        if (token && !is_own(h[0]) && (a->same_host || !is_credential(h[0])))
            put_field(w, h[0], h[1]);
    }
}

static void put_basic_auth(struct writer *w, const char *user)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t n = strlen(user);
    put_text(w, "Authorization: Basic ");
    for (size_t i = 0; i < n; i += 3) {
        size_t left = n - i;
        uint32_t v = (uint32_t)(unsigned char)user[i] << 16;
        v |= left > 1 ? (uint32_t)(unsigned char)user[i + 1] << 8 : 0;
        v |= left > 2 ? (uint32_t)(unsigned char)user[i + 2] : 0;
        char four[4] = {digits[v >> 18], digits[v >> 12 & 63], left > 1 ? digits[v >> 6 & 63] : '=',
                        left > 2 ? digits[v & 63] : '='};
        put(w, four, 4);
    }
    put(w, "\r\n", 2);
}

static void put_length(struct writer *w, const struct attempt *a)
{
    const go_http_call *c = a->call;
    char text[24];
    if (a->with_body && c->read_body && !c->body_size) {
        put_field(w, "Transfer-Encoding", "chunked");
        return;
    }
    // Methods that usually have a body say so if they have none.
    bool usual = strcmp(a->method, "POST") == 0 || strcmp(a->method, "PUT") == 0 ||
                 strcmp(a->method, "PATCH") == 0;
    if (!a->with_body && !usual)
        return;
    snprintf(text, sizeof(text), "%zu", a->with_body ? c->body_size : 0);
    put_field(w, "Content-Length", text);
}

static struct iovec compose(struct attempt *a, const go_http_client_options *o)
{
    struct writer w = {.arena = &a->reply->arena};
    const char *host = header_of(a->call, "host");
    put_text(&w, a->method);
    put_text(&w, " ");
    put_text(&w, a->url.target);
    put_text(&w, " HTTP/1.1\r\n");
    put_field(&w, "Host", host && a->same_host ? host : a->url.host);
    if (!header_of(a->call, "user-agent"))
        put_field(&w, "User-Agent", "gofer/0.1");
    if (a->url.user && !header_of(a->call, "authorization"))
        put_basic_auth(&w, a->url.user);
    a->reply->asked_for_gzip = !o->no_gzip && !header_of(a->call, "accept-encoding") &&
                               !header_of(a->call, "range") && strcmp(a->method, "HEAD") != 0 &&
                               gf_gzip_available();
    if (a->reply->asked_for_gzip)
        put_field(&w, "Accept-Encoding", "gzip");
    put_headers(&w, a);
    put_length(&w, a);
    put_text(&w, "\r\n");
    return (struct iovec){w.text, w.n};
}

// --- Sending ---

// The body from the caller's function, in chunks or as long as it said.
static int stream_body(struct attempt *a)
{
    const go_http_call *c = a->call;
    struct gf_stream *s = &a->reply->conn->stream;
    char *block = malloc(BLOCK), size[24];
    ssize_t n = block ? 0 : -ENOMEM;
    size_t left = c->body_size;
    bool chunked = left == 0;
    while (block && (chunked || left) && (n = c->read_body(c->body_arg, block, BLOCK)) > 0) {
        struct iovec parts[3] = {{size, 0}, {block, (size_t)n}, {(void *)"\r\n", chunked ? 2 : 0}};
        if (chunked)
            parts[0].iov_len = (size_t)snprintf(size, sizeof(size), "%zx\r\n", (size_t)n);
        else if ((size_t)n > left)
            parts[1].iov_len = left;
        left -= chunked ? 0 : parts[1].iov_len;
        n = s->writev(s, parts, 3);
        if (n < 0)
            break;
    }
    free(block);
    if (n >= 0 && chunked) {
        struct iovec end = {(void *)"0\r\n\r\n", 5};
        n = s->writev(s, &end, 1);
    }
    return n < 0 ? (int)n : left ? -EMSGSIZE : 0;
}

static int send_request(struct attempt *a, const go_http_client_options *o)
{
    struct gf_stream *s = &a->reply->conn->stream;
    struct iovec parts[2] = {compose(a, o)};
    bool whole = a->with_body && !a->call->read_body;
    parts[1] = (struct iovec){(void *)a->call->body, a->call->body_size};
    ssize_t n = s->writev(s, parts, whole ? 2 : 1);
    if (n < 0)
        return (int)n;
    return a->with_body && a->call->read_body ? stream_body(a) : 0;
}

// Whether it does no harm if the server gets the request twice.
static bool may_repeat(const struct attempt *a)
{
    static const char *const safe[] = {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"};
    if (a->with_body && a->call->read_body)
        return false;
    for (size_t i = 0; i < sizeof(safe) / sizeof(safe[0]); i++)
        if (strcmp(a->method, safe[i]) == 0)
            return true;
    return header_of(a->call, "idempotency-key") != NULL;
}

// One request on one connection, until the head of its answer. *again: a kept connection turned out to be dead.
static int exchange(go_http_client *c, struct attempt *a, bool fresh, bool *again)
{
    struct go_http_reply *r = a->reply;
    int err;
    struct gf_client_conn *conn = gf_transport_get(r->transport, r->ctx, &a->url, fresh, &err);
    *again = false;
    if (!conn)
        return gf_reply_error(r, err);
    bool silent = true, reused = conn->reused;
    gf_reply_attach(r, conn);
    r->body = (struct gf_body){0};
    r->keep_alive = false;
    int sent = send_request(a, &c->options);
    r->parser.ignore_body = strcmp(a->method, "HEAD") == 0;
    // Even if not everything could be sent there may be an answer, and it may say why.
    err = gf_reply_read_head(r, &silent);
    if (!err) {
        gf_reply_begin_body(r);
        r->keep_alive &= !sent;
        return 0;
    }
    err = gf_reply_error(r, sent ? sent : err);
    *again = reused && silent && !go_context_err(r->ctx) && may_repeat(a);
    gf_reply_detach(r);
    return err;
}

static int send_and_receive(go_http_client *c, struct attempt *a)
{
    bool again;
    int err = exchange(c, a, false, &again);
    return again ? exchange(c, a, true, &again) : err;
}

// --- Redirects ---

static bool is_redirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// Turns to where the answer points. False if it is to be returned as it is.
static bool follow(struct attempt *a, int *err)
{
    struct go_http_reply *r = a->reply;
    int status = go_http_reply_status(r);
    const char *place = go_http_reply_header(r, "Location");
    if (!is_redirect(status) || !place)
        return false;
    bool repeat = status == 307 || status == 308;
    if (repeat && a->with_body && a->call->read_body)
        return false; // the body is gone
    struct gf_url next;
    place = gf_url_resolve(&r->arena, &a->url, gf_arena_text(&r->arena, place, strlen(place)));
    if (!gf_url_parse(&r->arena, place, &next)) {
        *err = -EINVAL;
        return false;
    }
    if (!repeat && strcmp(a->method, "HEAD") != 0 && strcmp(a->method, "GET") != 0) {
        a->method = "GET";
        a->with_body = false;
    }
    a->same_host &= strcasecmp(next.address, a->url.address) == 0 && next.tls >= a->url.tls;
    a->url = next;
    r->url = place;
    if (r->conn)
        gf_body_discard(&r->body, 2048);
    gf_reply_detach(r);
    gf_gzip_free(r->gzip);
    r->gzip = NULL;
    return true;
}

static int run(go_http_client *c, struct attempt *a)
{
    int left = c->options.max_redirects;
    left = left ? left : DEFAULT_REDIRECTS;
    for (;;) {
        int err = send_and_receive(c, a);
        if (err || left < 0 || !follow(a, &err))
            return err;
        if (left-- == 0)
            return -ELOOP;
    }
}

int go_http_do(go_http_client *c, go_context *ctx, go_http_call call, go_http_reply **reply)
{
    if (!c) {
        go_once_do(&common_made, make_common);
        c = common;
    }
    if (!ctx)
        ctx = go_context_background();
    ctx = c->options.timeout ? go_context_with_timeout(ctx, c->options.timeout)
                             : go_context_ref(ctx);
    struct go_http_reply *r = gf_reply_new(c->transport, ctx);
    struct attempt a = {.reply = r,
                        .method = call.method ? call.method : "GET",
                        .call = &call,
                        .with_body = call.body || call.read_body,
                        .same_host = true};
    r->url = gf_arena_text(&r->arena, call.url, strlen(call.url));
    int err = -EINVAL;
    if (gf_url_parse(&r->arena, call.url, &a.url) &&
        gf_text_is_token(gf_span(a.method, strlen(a.method))))
        err = run(c, &a);
    if (err)
        go_http_reply_free(r);
    else
        *reply = r;
    return err;
}

int go_http_get(go_context *ctx, const char *url, go_http_reply **reply)
{
    return go_http_do(NULL, ctx, (go_http_call){.url = url}, reply);
}
