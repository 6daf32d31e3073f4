// SPDX-License-Identifier: MIT
// The mux: from a request to the function that answers it, and through the middleware on the way. Patterns may be added
// while requests are served, as in Go: registrations take a mutex, lookups take nothing. A node, a table and a
// pattern are written before the release store that publishes them, never changed after it, and live as long as
// the mux.
#ifndef GF_HTTP_MUX_H
#define GF_HTTP_MUX_H

#include "http/pattern.h"

// What a request is routed to.
struct gf_route {
    go_http_fn fn;
    void *arg;
    const struct gf_pattern *pattern; // NULL: a redirect or an error of the mux's own
    const char **values;              // of the pattern's wildcards, in its order, decoded
};

struct gf_middleware;

// What is left to run of a request's way.
struct go_http_next {
    go_http_mux *mux;
    go_http_response *w;
    go_http_request *r;
    const struct gf_route *route;
    struct gf_middleware *use; // the one to run next; NULL: the route's function
};

// What the mux needs to know of a request.
struct gf_target {
    struct gf_span method;
    struct gf_span host;  // as sent, perhaps with a port
    struct gf_span path;  // as sent, still escaped
    struct gf_span query; // without the question mark; p is NULL if there is none
};

// Finds the route; texts of the answer lie in the arena. Never fails: what matches nothing is routed to a function that
// says so.
void gf_mux_route(go_http_mux *mux, struct gf_arena *a, const struct gf_target *t,
                  struct gf_route *route);

// Runs the middleware and then the route's function.
void gf_mux_run(go_http_mux *mux, go_http_response *w, go_http_request *r,
                const struct gf_route *route);

// What go_http_next_run does, with another response or request: for middleware that stands between.
void gf_next_run_with(const go_http_next *next, go_http_response *w, go_http_request *r);

// The value of a wildcard, or NULL.
const char *gf_route_value(const struct gf_route *route, const char *name);

#endif
