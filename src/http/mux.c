// SPDX-License-Identifier: MIT
// Routing as Go's ServeMux does it. The tree's levels are host, method, then one a segment; at each the literal is tried
// before the wildcard and that before {name...}, going back up where a branch ends without a match. Registration
// has refused every pair of patterns for which this order could matter otherwise, so the first match is the most
// specific one. Patterns with a host come before those without.
//
// Before the search the path is cleaned; if that changed it, or if only the path with a slash at the end is known, the
// answer is a redirect. If only other methods match, it is 405 with their names in Allow.
#include "http/mux.h"

#include "base/assert.h"
#include "http/node.h"

#include "panic/misuse.h"

#include <gofer/panic.h>
#include <gofer/sync.h>

#include <stdlib.h>
#include <string.h>

struct gf_middleware {
    go_http_middleware fn;
    void *arg;
    _Atomic(struct gf_middleware *) next; // [atomic] stored with release by go_http_use
};

struct pattern_entry {
    struct gf_pattern pattern;
    struct pattern_entry *next;
};

struct go_http_mux {
    go_mutex lock;               // serialises registrations
    struct gf_arena arena;       // [lock] everything below lies here
    struct pattern_entry *all;   // [lock] every pattern, newest first
    struct gf_node hosts;        // the tree's root: children are hosts, "" for patterns without
    _Atomic(size_t) most_values; // [atomic] of any pattern; stored before the pattern is published
    _Atomic(bool) has_hosts;     // [atomic] some pattern names a host; likewise
    _Atomic(struct gf_middleware *) uses; // [atomic] outermost first; stored with release
    _Alignas(16) char first[2048];        // the arena's first block
};

go_http_mux *go_http_mux_new(void)
{
    go_http_mux *mux = calloc(1, sizeof(*mux));
    if (!mux)
        gf_fatal("http: out of memory");
    gf_arena_init(&mux->arena, mux->first, sizeof(mux->first));
    return mux;
}

void go_http_mux_free(go_http_mux *mux)
{
    if (!mux)
        return;
    gf_arena_reset(&mux->arena);
    free(mux);
}

// --- Registration ---

static struct gf_span text(const char *s)
{
    return gf_span(s, strlen(s));
}

static void add_to_tree(go_http_mux *mux, const struct gf_pattern *p)
{
    struct gf_arena *a = &mux->arena;
    // Relaxed: the mutex orders it for writers, the releases below for readers.
    if (p->values > gf_load_relaxed(&mux->most_values))
        gf_store_relaxed(&mux->most_values, p->values);
    if (*p->host)
        gf_store_relaxed(&mux->has_hosts, true); // relaxed: as above
    struct gf_node *n = gf_node_make(a, &mux->hosts, text(p->host));
    n = gf_node_make(a, n, text(p->method));
    for (size_t i = 0; i < p->count; i++) {
        const struct gf_segment *s = &p->segments[i];
        if (s->multi) {
            // Release: pairs with the acquire in match_path; so does the next.
            gf_store_release(&n->multi, p);
            return;
        }
        n = s->wild ? gf_node_make_wild(a, n) : gf_node_make(a, n, text(s->text));
    }
    gf_store_release(&n->here, p);
}

// Adds the pattern; returns NULL, or the text of the panic. The mutex is held.
static const char *add_pattern(go_http_mux *mux, const char *pattern, go_http_fn fn, void *arg,
                               const char *where)
{
    struct gf_arena *a = &mux->arena;
    struct pattern_entry *e = gf_arena_alloc(a, sizeof(*e));
    const char *why = gf_pattern_parse(a, pattern, &e->pattern);
    if (why)
        return gf_arena_printf(a, "parsing \"%s\": %s", pattern, why);
    e->pattern.fn = fn;
    e->pattern.arg = arg;
    e->pattern.where = gf_arena_text(a, where, strlen(where));
    for (struct pattern_entry *o = mux->all; o; o = o->next) {
        why = gf_pattern_conflict(a, &e->pattern, &o->pattern);
        if (why)
            return gf_arena_printf(
                a,
                "pattern \"%s\" (registered at %s) conflicts with pattern \"%s\" "
                "(registered at %s):\n%s",
                pattern, where, o->pattern.text, o->pattern.where, why);
    }
    e->next = mux->all;
    mux->all = e;
    add_to_tree(mux, &e->pattern);
    return NULL;
}

void go_http_handle_at_(go_http_mux *mux, const char *pattern, go_http_fn fn, void *arg,
                        const char *where)
{
    if (!pattern || !*pattern)
        gf_panic_runtime("http: invalid pattern");
    if (!fn)
        gf_panic_runtime("http: nil handler");
    go_mutex_lock(&mux->lock);
    const char *why = add_pattern(mux, pattern, fn, arg, where);
    go_mutex_unlock(&mux->lock);
    if (why)
        gf_panic_runtime(why);
}

void(go_http_handle)(go_http_mux *mux, const char *pattern, go_http_fn fn, void *arg)
{
    go_http_handle_at_(mux, pattern, fn, arg, "unknown location");
}

void go_http_use(go_http_mux *mux, go_http_middleware m, void *arg)
{
    if (!m)
        gf_panic_runtime("http: nil middleware");
    go_mutex_lock(&mux->lock);
    struct gf_middleware *new = gf_arena_alloc(&mux->arena, sizeof(*new));
    *new = (struct gf_middleware){.fn = m, .arg = arg};
    _Atomic(struct gf_middleware *) *at = &mux->uses;
    struct gf_middleware *old;
    while ((old = gf_load_relaxed(at)) != NULL) // relaxed: the mutex is held
        at = &old->next;
    // Release: pairs with the acquire in gf_mux_run and go_http_next_run.
    gf_store_release(at, new);
    go_mutex_unlock(&mux->lock);
}

// --- Lookup ---

struct search {
    struct gf_arena *arena;
    const char **values; // filled on the way down
    size_t room;         // of values
};

static const struct gf_pattern *match_path(const struct gf_node *n, struct search *s,
                                           struct gf_span path, size_t values);

// A slash at the end of a path is matched by {$} only, which is the literal "/".
static const struct gf_pattern *match_end(const struct gf_node *n)
{
    const struct gf_node *end = gf_node_find(n, gf_span("/", 1));
    return end ? gf_load_acquire(&end->here) : NULL; // pairs with the release in add_to_tree
}

static const struct gf_pattern *match_segment(const struct gf_node *n, struct search *s,
                                              struct gf_span path, size_t values)
{
    const char *slash = memchr(path.p + 1, '/', path.n - 1);
    size_t len = slash ? (size_t)(slash - path.p) : path.n;
    struct gf_span segment = gf_span(path.p + 1, len - 1),
                   rest = gf_span(path.p + len, path.n - len);
    const char *decoded = NULL;
    if (memchr(segment.p, '%', segment.n)) {
        decoded = gf_text_unescaped(s->arena, segment);
        segment = text(decoded);
    }
    const struct gf_pattern *found = NULL;
    const struct gf_node *child = gf_node_find(n, segment);
    if (child)
        found = match_path(child, s, rest, values);
    // Acquire: pairs with the release in gf_node_make_wild.
    child = found ? NULL : gf_load_acquire(&n->wild);
    if (child && values < s->room) {
        s->values[values] = decoded ? decoded : gf_arena_text(s->arena, segment.p, segment.n);
        found = match_path(child, s, rest, values + 1);
    }
    return found;
}

static const struct gf_pattern *match_path(const struct gf_node *n, struct search *s,
                                           struct gf_span path, size_t values)
{
    if (path.n == 0)
        return gf_load_acquire(&n->here); // pairs with the release in add_to_tree
    const struct gf_pattern *found = path.n == 1 ? match_end(n) : match_segment(n, s, path, values);
    if (found)
        return found;
    found = gf_load_acquire(&n->multi); // pairs with the release in add_to_tree
    if (found && *found->segments[found->count - 1].text) {
        if (values >= s->room)
            return NULL;
        s->values[values] = gf_text_unescaped(s->arena, gf_span(path.p + 1, path.n - 1));
    }
    return found;
}

static const struct gf_pattern *match_method(const struct gf_node *host, struct search *s,
                                             struct gf_span method, struct gf_span path)
{
    const struct gf_node *n = gf_node_find(host, method);
    return n ? match_path(n, s, path, 0) : NULL;
}

static const struct gf_pattern *match_host(go_http_mux *mux, struct search *s, struct gf_span host,
                                           struct gf_span method, struct gf_span path)
{
    const struct gf_node *n = gf_node_find(&mux->hosts, host);
    if (!n)
        return NULL;
    const struct gf_pattern *found = match_method(n, s, method, path);
    if (!found && gf_text_is(method, "HEAD"))
        found = match_method(n, s, gf_span("GET", 3), path);
    return found ? found : match_method(n, s, gf_span("", 0), path);
}

static const struct gf_pattern *match(go_http_mux *mux, struct search *s, struct gf_span host,
                                      struct gf_span method, struct gf_span path)
{
    const struct gf_pattern *found = NULL;
    // Relaxed: a pattern that is published later is not matched then.
    if (host.n && gf_load_relaxed(&mux->has_hosts))
        found = match_host(mux, s, host, method, path);
    return found ? found : match_host(mux, s, gf_span("", 0), method, path);
}

// Whether the pattern matches the path to its end, not by a {name...} or slash that takes a rest.
static bool is_exact(const struct gf_pattern *p, struct gf_span path)
{
    if (!p)
        return false;
    if (!p->segments[p->count - 1].multi)
        return true;
    if (path.p[path.n - 1] != '/')
        return false;
    size_t slashes = 0;
    for (size_t i = 0; i < path.n; i++)
        slashes += path.p[i] == '/';
    return slashes == p->count;
}

static struct gf_span without_port(struct gf_span host)
{
    const char *colon = host.n ? memrchr(host.p, ':', host.n) : NULL;
    // An IPv6 address stands in brackets; its own colons are no port's.
    if (!colon || memchr(colon, ']', host.n - (size_t)(colon - host.p)))
        return host;
    return gf_span(host.p, (size_t)(colon - host.p));
}

// --- The mux's own answers ---

static void answer_redirect(go_http_response *w, go_http_request *r, void *url)
{
    go_http_redirect(w, r, url, 301);
}

static void answer_not_found(go_http_response *w, go_http_request *r, void *arg)
{
    (void)r;
    (void)arg;
    go_http_error(w, 404, "404 page not found");
}

static void answer_not_allowed(go_http_response *w, go_http_request *r, void *allowed)
{
    (void)r;
    go_http_set_header(w, "Allow", allowed);
    go_http_error(w, 405, "Method Not Allowed");
}

static void redirect(struct gf_route *route, struct gf_arena *a, struct gf_span path, bool slash,
                     struct gf_span query)
{
    const char *mark = query.p ? "?" : "";
    route->fn = answer_redirect;
    route->arg = gf_arena_printf(a, "%.*s%s%s%.*s", (int)path.n, path.p, slash ? "/" : "", mark,
                                 (int)query.n, query.n ? query.p : "");
}

// The methods that would match.
struct allowed {
    go_http_mux *mux;
    struct search *search;
    struct gf_span host, path;
    struct gf_span names[64];
    size_t count;
};

static void allow(struct allowed *all, struct gf_span name)
{
    size_t i = 0;
    for (; i < all->count; i++)
        if (gf_text_same(all->names[i], name))
            return;
    if (all->count < sizeof(all->names) / sizeof(all->names[0]))
        all->names[all->count++] = name;
}

static void allow_if_it_matches(const struct gf_node *method, void *arg)
{
    struct allowed *all = arg;
    if (method->name.n == 0 || !match_path(method, all->search, all->path, 0))
        return;
    allow(all, method->name);
    if (gf_text_is(method->name, "GET"))
        allow(all, gf_span("HEAD", 4));
}

static void allow_of_host(struct allowed *all, struct gf_span host)
{
    const struct gf_node *n = gf_node_find(&all->mux->hosts, host);
    if (n)
        gf_node_each(n, allow_if_it_matches, all);
}

static int by_name(const void *a, const void *b)
{
    const struct gf_span *x = a, *y = b;
    int order = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);
    return order ? order : (x->n > y->n) - (x->n < y->n);
}

// The value of Allow, or NULL if no method matches. Also those of the path with a slash at the end count, for
// there a redirect would lead.
static const char *allowed_methods(struct allowed *all, struct gf_arena *a)
{
    allow_of_host(all, all->host);
    allow_of_host(all, gf_span("", 0));
    if (all->path.p[all->path.n - 1] != '/') {
        const char *longer = gf_arena_printf(a, "%.*s/", (int)all->path.n, all->path.p);
        all->path = text(longer);
        allow_of_host(all, all->host);
        allow_of_host(all, gf_span("", 0));
    }
    if (!all->count)
        return NULL;
    qsort(all->names, all->count, sizeof(all->names[0]), by_name);
    const char *list = "";
    for (size_t i = 0; i < all->count; i++)
        list = gf_arena_printf(a, "%s%s%.*s", list, i ? ", " : "", (int)all->names[i].n,
                               all->names[i].p);
    return list;
}

static void route_nothing(go_http_mux *mux, struct search *s, struct gf_span host,
                          struct gf_span path, struct gf_route *route)
{
    struct allowed all = {.mux = mux, .search = s, .host = host, .path = path};
    const char *list = allowed_methods(&all, s->arena);
    route->fn = list ? answer_not_allowed : answer_not_found;
    route->arg = (void *)list;
}

void gf_mux_route(go_http_mux *mux, struct gf_arena *a, const struct gf_target *t,
                  struct gf_route *route)
{
    // Relaxed: a pattern that is published later has no room here, and is then not matched.
    struct search s = {.arena = a, .room = gf_load_relaxed(&mux->most_values)};
    s.values = s.room ? gf_arena_alloc(a, s.room * sizeof(*s.values)) : NULL;
    bool connect = gf_text_is(t->method, "CONNECT");
    struct gf_span host = connect ? t->host : without_port(t->host);
    // CONNECT names no path but a host, mostly: the root stands for it.
    struct gf_span path = !connect    ? gf_text_clean_path(a, t->path)
                          : t->path.n ? t->path
                                      : gf_span("/", 1);
    *route = (struct gf_route){.values = s.values};
    const struct gf_pattern *p = match(mux, &s, host, t->method, path);
    if (!is_exact(p, path) && path.p[path.n - 1] != '/') {
        const char *longer = gf_arena_printf(a, "%.*s/", (int)path.n, path.p);
        struct search probe = {.arena = a, .room = s.room};
        probe.values = s.room ? gf_arena_alloc(a, s.room * sizeof(*s.values)) : NULL;
        if (is_exact(match(mux, &probe, host, t->method, text(longer)), text(longer))) {
            redirect(route, a, path, true, t->query);
            return;
        }
    }
    if (!connect && (path.n != t->path.n || memcmp(path.p, t->path.p, path.n) != 0)) {
        redirect(route, a, path, false, t->query);
    } else if (p) {
        route->pattern = p;
        route->fn = p->fn;
        route->arg = p->arg;
    } else {
        route_nothing(mux, &s, host, path, route);
    }
}

const char *gf_route_value(const struct gf_route *route, const char *name)
{
    const struct gf_pattern *p = route->pattern;
    size_t value = 0;
    for (size_t i = 0; p && i < p->count; i++) {
        const struct gf_segment *s = &p->segments[i];
        if (!s->wild || !*s->text)
            continue;
        if (strcmp(s->text, name) == 0)
            return route->values[value];
        value++;
    }
    return NULL;
}

// --- Running ---

void gf_next_run_with(const go_http_next *next, go_http_response *w, go_http_request *r)
{
    struct gf_middleware *use = next->use;
    if (!use) {
        next->route->fn(w, r, next->route->arg);
        return;
    }
    // Acquire: pairs with the release in go_http_use.
    go_http_next inner = {next->mux, w, r, next->route, gf_load_acquire(&use->next)};
    use->fn(w, r, &inner, use->arg);
}

void go_http_next_run(go_http_next *next)
{
    gf_next_run_with(next, next->w, next->r);
}

void gf_mux_run(go_http_mux *mux, go_http_response *w, go_http_request *r,
                const struct gf_route *route)
{
    // Acquire: pairs with the release in go_http_use.
    go_http_next first = {mux, w, r, route, gf_load_acquire(&mux->uses)};
    go_http_next_run(&first);
}
