// SPDX-License-Identifier: MIT
// The head of a request, as Go's client writes it: what frames the message is the client's own business, the rest is the
// caller's, checked beforehand, so that no value can end the head early. Behind a redirect credentials are left out when the
// host is another one, and what describes a body when the body is gone.
#include "http/call.h"

#include <stdio.h>
#include <string.h>

// --- The caller's headers ---

static bool is_one_of(const char *name, const char *const *list)
{
    for (; *list; list++)
        if (strcasecmp(name, *list) == 0)
            return true;
    return false;
}

static bool is_own(const char *name)
{
    static const char *const list[] = {
        "host", "content-length", "transfer-encoding", "user-agent", "trailer", "referer", NULL};
    return is_one_of(name, list);
}

static bool is_credential(const char *name)
{
    static const char *const list[] = {
        "authorization",       "cookie", "www-authenticate", "proxy-authenticate", "cookie2",
        "proxy-authorization", NULL};
    return is_one_of(name, list);
}

static bool describes_body(const char *name)
{
    static const char *const list[] = {"content-type", "content-encoding", "content-language",
                                       "content-location", NULL};
    return is_one_of(name, list);
}

static bool is_value(const char *value)
{
    for (; *value; value++)
        if (((unsigned char)*value < ' ' && *value != '\t') || *value == 0x7F)
            return false;
    return true;
}

static bool is_token(const char *s)
{
    return gf_text_is_token(gf_span(s, strlen(s)));
}

bool gf_call_is_valid(const go_http_call *call)
{
    if (call->method && *call->method && !is_token(call->method))
        return false;
    for (const char *const *h = call->headers; h && h[0] && h[1]; h += 2)
        if (!is_token(h[0]) || !is_value(h[1]))
            return false;
    const char *host = gf_call_header(call, "host");
    return !host || gf_text_is_host(gf_span(host, strlen(host)));
}

const char *gf_call_header(const go_http_call *call, const char *name)
{
    for (const char *const *h = call->headers; h && h[0] && h[1]; h += 2)
        if (strcasecmp(h[0], name) == 0)
            return h[1];
    return NULL;
}

// --- Writing ---

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
    struct gf_span clean = gf_text_trim(gf_span(value, strlen(value)));
    put_text(w, name);
    put(w, ": ", 2);
    put(w, clean.p, clean.n);
    put(w, "\r\n", 2);
}

static void put_headers(struct writer *w, const struct gf_attempt *a)
{
    for (const char *const *h = a->call->headers; h && h[0] && h[1]; h += 2)
        if (!is_own(h[0]) && (a->trusted || !is_credential(h[0])) &&
            (!a->dropped_body || !describes_body(h[0])))
            put_field(w, h[0], h[1]);
}

// A header with a value of the client's own, unless the caller has one, which may be empty to leave it out.
static void put_default(struct writer *w, const struct gf_attempt *a, const char *name,
                        const char *value)
{
    const char *given = gf_call_header(a->call, name);
    value = given ? given : value;
    if (value && *value)
        put_field(w, name, value);
}

static void put_length(struct writer *w, const struct gf_attempt *a)
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
    size_t n = a->with_body ? c->body_size : 0;
    if (n == 0 && !usual)
        return;
    snprintf(text, sizeof(text), "%zu", n);
    put_field(w, "Content-Length", text);
}

// A proxy is told the whole URL, and who asks.
static void put_request_line(struct writer *w, const struct gf_attempt *a, const char *host)
{
    const struct gf_url *proxy = a->reply->conn->proxy;
    put_text(w, a->method);
    put_text(w, proxy ? " http://" : " ");
    put_text(w, proxy ? host : "");
    put_text(w, a->url.target);
    put_text(w, " HTTP/1.1\r\n");
    if (proxy && proxy->user && !gf_call_header(a->call, "proxy-authorization"))
        put_field(w, "Proxy-Authorization", gf_text_basic_auth(w->arena, proxy->user));
}

static bool asks_for_gzip(const struct gf_attempt *a, const go_http_client_options *o)
{
    return !o->no_gzip && !gf_call_header(a->call, "accept-encoding") &&
           !gf_call_header(a->call, "range") && strcmp(a->method, "HEAD") != 0 &&
           gf_gzip_available();
}

struct iovec gf_compose(const struct gf_attempt *a, const go_http_client_options *o)
{
    struct writer w = {.arena = &a->reply->arena};
    const char *host = a->own_host ? gf_call_header(a->call, "host") : NULL;
    host = host && *host ? host : a->url.host;
    put_request_line(&w, a, host);
    put_field(&w, "Host", host);
    put_default(&w, a, "User-Agent", GF_USER_AGENT);
    if (a->url.user && !(a->trusted && gf_call_header(a->call, "authorization")))
        put_field(&w, "Authorization", gf_text_basic_auth(w.arena, a->url.user));
    a->reply->asked_for_gzip = asks_for_gzip(a, o);
    if (a->reply->asked_for_gzip)
        put_field(&w, "Accept-Encoding", "gzip");
    put_headers(&w, a);
    if (a->referer || !a->redirected)
        put_default(&w, a, "Referer", a->referer);
    put_length(&w, a);
    put_text(&w, "\r\n");
    return (struct iovec){w.text, w.n};
}
