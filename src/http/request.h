// SPDX-License-Identifier: MIT
// A request as its handler sees it: texts of the head where they were read, decoded on demand into the arena. The
// connection's part, from conn.c on, is behind two pointers, so that tests make requests from memory and
// go_http_timeout gives its handler one of its own.
#ifndef GF_HTTP_REQUEST_H
#define GF_HTTP_REQUEST_H

#include "http/body.h"
#include "http/mux.h"

struct gf_pair {
    const char *key, *value;
};

// What makes the request's context, once the handler asks for it.
struct gf_context_source {
    go_context *(*make)(struct gf_context_source *s);
};

struct go_http_request {
    struct gf_arena *arena;
    const struct gf_fields *fields;
    const struct gf_fields *trailer;
    const char *method;
    struct gf_target
        target; // [const] the parts of the request line, NUL-terminated but for path and query
    const char *host;
    const char *raw_path, *raw_query, *path; // texts; NULL until asked for
    struct gf_pair *queries;                 // decoded on the first go_http_query
    size_t query_count;
    struct gf_route route;
    struct gf_body *body; // NULL: taken away, reading gives -ECANCELED
    const char *remote;
    go_context *context; // NULL until asked for
    struct gf_context_source *context_source;
    bool http10;
};

// Fills in what a parsed head says. Returns 0, or the status of a refusal.
int gf_request_init(struct go_http_request *r, struct gf_parser *p, struct gf_arena *a,
                    struct gf_body *body);

#endif
