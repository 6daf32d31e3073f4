// SPDX-License-Identifier: MIT
// Calls: send a request, read the answer's head, and follow redirects. A kept connection may have been closed by the server
// at the very moment of the call: if not a byte came back, the call is repeated once on a new connection, provided that
// sending it twice does no harm, by Go's rules. Redirects are followed as Go does: 301, 302 and 303 turn everything but GET
// and HEAD into GET and drop the body, 307 and 308 repeat the call. Credentials go along to the same host, whatever its
// port, and to hosts below it, but not from https to http; once left out they stay so.
#include "base/assert.h"
#include "http/call.h"
#include "http/sender.h"

#include <gofer/context.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_REDIRECTS = 10 };

struct go_http_client {
    struct gf_transport *transport;
    go_http_client_options options; // [const]
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

// --- One exchange ---

// Whether it does no harm if the server gets the request twice.
static bool may_repeat(const struct gf_attempt *a)
{
    static const char *const safe[] = {"GET", "HEAD", "OPTIONS", "TRACE"};
    if (a->with_body && a->call->read_body)
        return false;
    for (size_t i = 0; i < sizeof(safe) / sizeof(safe[0]); i++)
        if (strcmp(a->method, safe[i]) == 0)
            return true;
    return gf_call_header(a->call, "idempotency-key") ||
           gf_call_header(a->call, "x-idempotency-key");
}

static bool wants_close(const go_http_call *call)
{
    const char *connection = gf_call_header(call, "connection");
    return connection && gf_text_list_has(gf_span(connection, strlen(connection)), "close");
}

// One request on one connection, until the head of its answer. *again: a kept connection turned out to be dead.
static int exchange(go_http_client *c, struct gf_attempt *a, bool fresh, bool *again)
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
    int sent = gf_send_request(a, &c->options);
    r->for_head = r->parser.ignore_body = strcmp(a->method, "HEAD") == 0;
    // Even if not everything could be sent there may be an answer, and it may say why.
    err = gf_reply_read_head(r, &silent);
    if (!err) {
        gf_reply_begin_body(r, !sent && !wants_close(a->call));
        return 0;
    }
    sent = sent ? sent : gf_sender_error(r->sender);
    err = gf_reply_error(r, sent ? sent : err);
    *again = reused && silent && !go_context_err(r->ctx) && may_repeat(a);
    gf_reply_detach(r);
    gf_sender_end(r->sender);
    r->sender = NULL;
    return err;
}

static int send_and_receive(go_http_client *c, struct gf_attempt *a)
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

// Whether a host is the other one, or below it.
static bool is_within(const char *host, const char *other)
{
    size_t n = strlen(host), m = strlen(other);
    if (strcasecmp(host, other) == 0)
        return true;
    return n > m && !strpbrk(host, ":%") && host[n - m - 1] == '.' &&
           strcasecmp(host + n - m, other) == 0;
}

// Turns from one page to another.
static void turn_to(struct gf_attempt *a, const struct gf_url *next, bool absolute)
{
    struct gf_arena *arena = &a->reply->arena;
    bool downgrade = a->url.tls && !next->tls;
    a->redirected = true;
    a->trusted &= is_within(next->name, a->origin) && !downgrade;
    a->own_host &= !absolute;
    a->referer = downgrade ? NULL
                           : gf_arena_printf(arena, "%s://%s%s", a->url.tls ? "https" : "http",
                                             a->url.host, a->url.target);
    const char *user = a->url.user;
    a->url = *next;
    if (!absolute)
        a->url.user = user;
}

// Whether the answer is a redirect that can be followed.
static bool points_elsewhere(const struct gf_attempt *a)
{
    int status = go_http_reply_status(a->reply);
    const char *place = go_http_reply_header(a->reply, "Location");
    if (!is_redirect(status) || !place || !*place)
        return false;
    bool repeat = status == 307 || status == 308;
    return !repeat || !a->with_body || !a->call->read_body; // a function's body is gone
}

// Turns to where the answer points. False if it is to be returned as it is.
static bool follow(struct gf_attempt *a, int *err)
{
    struct go_http_reply *r = a->reply;
    struct gf_url next;
    if (!points_elsewhere(a))
        return false;
    const char *place = go_http_reply_header(r, "Location");
    bool absolute = gf_url_is_absolute(place);
    bool elsewhere = absolute || strncmp(place, "//", 2) == 0;
    place = gf_url_resolve(&r->arena, &a->url, gf_arena_text(&r->arena, place, strlen(place)));
    if (!gf_url_parse(&r->arena, place, &next)) {
        *err = -EINVAL;
        return false;
    }
    if (go_http_reply_status(r) < 307) {
        bool stays = strcmp(a->method, "HEAD") == 0 || strcmp(a->method, "GET") == 0;
        a->method = stays ? a->method : "GET";
        a->with_body = false;
        a->dropped_body = true;
    }
    turn_to(a, &next, elsewhere);
    r->url = place;
    gf_reply_finish(r);
    return true;
}

static int run(go_http_client *c, struct gf_attempt *a)
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
    struct gf_attempt a = {.reply = r,
                           .method = call.method && *call.method ? call.method : "GET",
                           .call = &call,
                           .with_body = call.body || call.read_body,
                           .own_host = true,
                           .trusted = true};
    r->url = gf_arena_text(&r->arena, call.url, strlen(call.url));
    int err = -EINVAL;
    if (gf_url_parse(&r->arena, call.url, &a.url) && gf_call_is_valid(&call)) {
        a.origin = a.url.name;
        err = run(c, &a);
    }
    gf_sender_let_go(r->sender);
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
