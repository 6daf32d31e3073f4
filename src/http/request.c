// SPDX-License-Identifier: MIT
// The request line taken apart, and the questions that a handler may ask. A target has four forms: "/path?query", the
// same behind "http://host", "*" (of OPTIONS) and "host:port" (of CONNECT). The host of an absolute target overrides
// the header.
#include "http/request.h"

#include "base/race.h"

#include <gofer/context.h>

#include <errno.h>
#include <string.h>

static struct gf_span text(const char *s)
{
    return gf_span(s, strlen(s));
}

static bool cut_prefix(struct gf_span *s, const char *prefix)
{
    size_t n = strlen(prefix);
    if (s->n < n || !gf_text_is(gf_span(s->p, n), prefix))
        return false;
    *s = gf_span(s->p + n, s->n - n);
    return true;
}

// The path and the query of what begins with a slash, or is "*".
static void split_path(struct gf_target *t, struct gf_span s)
{
    const char *hash = memchr(s.p, '#', s.n);
    if (hash)
        s.n = (size_t)(hash - s.p);
    const char *mark = memchr(s.p, '?', s.n);
    t->path = mark ? gf_span(s.p, (size_t)(mark - s.p)) : s;
    t->query = mark ? gf_span(mark + 1, s.n - t->path.n - 1) : gf_span(NULL, 0);
}

static int read_target(struct go_http_request *r, struct gf_span url)
{
    struct gf_target *t = &r->target;
    if (strcmp(r->method, "CONNECT") == 0 && url.p[0] != '/') {
        t->host = url;
        t->path = gf_span("", 0);
        return 0;
    }
    if (cut_prefix(&url, "http://") || cut_prefix(&url, "https://")) {
        size_t n = 0;
        while (n < url.n && !strchr("/?#", url.p[n]))
            n++;
        if (n == 0)
            return 400;
        t->host = gf_span(url.p, n);
        url = gf_span(url.p + n, url.n - n);
        if (url.n == 0)
            url = gf_span("/", 1);
    }
    split_path(t, url);
    if (t->path.n == 1 && t->path.p[0] == '*')
        return strcmp(r->method, "OPTIONS") == 0 ? 0 : 400;
    if (gf_text_has_bad_escape(t->path))
        return 400;
    return t->path.n && t->path.p[0] == '/' ? 0 : 400;
}

int gf_request_init(struct go_http_request *r, struct gf_parser *p, struct gf_arena *a,
                    struct gf_body *body)
{
    *r = (struct go_http_request){
        .arena = a, .fields = &p->at, .trailer = &p->trailer, .body = body};
    r->method = llhttp_method_name((llhttp_method_t)p->ll.method);
    r->http10 = p->ll.http_minor == 0;
    r->target.method = text(r->method);
    r->target.host = p->host.p ? p->host : gf_span("", 0);
    return read_target(r, gf_parser_url(p));
}

const char *go_http_method(go_http_request *r)
{
    return r->method;
}

const char *go_http_raw_path(go_http_request *r)
{
    if (!r->raw_path)
        r->raw_path = gf_arena_text(r->arena, r->target.path.p, r->target.path.n);
    return r->raw_path;
}

const char *go_http_path(go_http_request *r)
{
    if (!r->path)
        r->path = gf_text_unescaped(r->arena, r->target.path);
    return r->path;
}

const char *go_http_raw_query(go_http_request *r)
{
    if (!r->raw_query && r->target.query.p)
        r->raw_query = gf_arena_text(r->arena, r->target.query.p, r->target.query.n);
    return r->raw_query;
}

const char *go_http_host(go_http_request *r)
{
    if (!r->host)
        r->host = gf_arena_text(r->arena, r->target.host.p, r->target.host.n);
    return r->host;
}

const char *go_http_pattern(go_http_request *r)
{
    return r->route.pattern ? r->route.pattern->text : NULL;
}

const char *go_http_path_value(go_http_request *r, const char *name)
{
    return gf_route_value(&r->route, name);
}

static const char *decoded(struct gf_arena *a, struct gf_span s)
{
    char *out = gf_arena_alloc(a, s.n + 1);
    ssize_t n = gf_text_unescape(out, s, true);
    if (n < 0)
        return NULL;
    out[n] = 0;
    return out;
}

// Takes the query apart, once. A pair with a bad escape or a semicolon is left out, as in Go.
static void parse_query(struct go_http_request *r)
{
    struct gf_span rest = r->target.query, pair;
    size_t most = 1;
    for (size_t i = 0; i < rest.n; i++)
        most += rest.p[i] == '&';
    r->queries = gf_arena_alloc(r->arena, most * sizeof(*r->queries));
    while (gf_text_next(&rest, '&', &pair)) {
        if (pair.n == 0 || memchr(pair.p, ';', pair.n))
            continue;
        const char *equals = memchr(pair.p, '=', pair.n);
        size_t n = equals ? (size_t)(equals - pair.p) : pair.n;
        const char *key = decoded(r->arena, gf_span(pair.p, n));
        const char *value = equals ? decoded(r->arena, gf_span(equals + 1, pair.n - n - 1)) : "";
        if (key && value)
            r->queries[r->query_count++] = (struct gf_pair){key, value};
    }
}

const char *go_http_query(go_http_request *r, const char *key)
{
    if (!r->target.query.p)
        return NULL;
    if (!r->queries)
        parse_query(r);
    for (size_t i = 0; i < r->query_count; i++)
        if (strcmp(r->queries[i].key, key) == 0)
            return r->queries[i].value;
    return NULL;
}

const char *go_http_header(go_http_request *r, const char *name)
{
    return gf_fields_get(r->fields, name).p;
}

bool go_http_header_at(go_http_request *r, size_t i, const char **name, const char **value)
{
    if (i >= r->fields->count)
        return false;
    *name = r->fields->list[i].name.p;
    *value = r->fields->list[i].value.p;
    return true;
}

const char *go_http_trailer(go_http_request *r, const char *name)
{
    return gf_fields_get(r->trailer, name).p;
}

const char *go_http_remote_addr(go_http_request *r)
{
    if (!r->remote)
        r->remote = r->peer ? r->peer->type->address(r->peer, r->arena) : "";
    return r->remote;
}

int64_t go_http_content_length(go_http_request *r)
{
    return r->body ? r->body->length : 0;
}

static ssize_t read_body(struct gf_body *body, struct gf_peer *peer, void *buf, size_t n)
{
    bool complete = body->complete;
    ssize_t got = gf_body_read(body, buf, n);
    if (!complete && body->complete && peer)
        peer->type->body_complete(peer);
    return got;
}

ssize_t go_http_body_read(go_http_request *r, void *buf, size_t n)
{
    ssize_t got;
    struct gf_gate *gate = r->gate;
    if (!r->body)
        return 0;
    if (gate) {
        go_mutex_lock(&gate->lock);
        got = gate->closed ? -ETIMEDOUT : read_body(r->body, gate->peer, buf, n);
        go_mutex_unlock(&gate->lock);
    } else {
        got = read_body(r->body, r->peer, buf, n);
    }
    if (got > 0)
        gf_race_write(buf, (size_t)got, __builtin_return_address(0));
    return got;
}

go_context *go_http_context(go_http_request *r)
{
    if (r->context)
        return r->context;
    if (r->peer)
        return r->peer->type->context(r->peer);
    return r->context = go_context_with_cancel(go_context_background());
}
