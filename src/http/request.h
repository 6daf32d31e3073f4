// SPDX-License-Identifier: MIT
// A request as its handler sees it: texts of the head where they were read, decoded on demand into the arena. The
// connection's part, from conn.c on, is behind two pointers, so that tests make requests from memory and
// go_http_timeout gives its handler one of its own.
#ifndef GF_HTTP_REQUEST_H
#define GF_HTTP_REQUEST_H

#include "http/body.h"
#include "http/mux.h"

#include <gofer/sync.h>

struct gf_pair {
    const char *key, *value;
};

struct gf_peer;

// What the other end can be asked.
struct gf_peer_type {
    // The address and port, as text in the arena.
    const char *(*address)(struct gf_peer *p, struct gf_arena *a);
    // Makes the context that ends when the peer goes away: the request's from then on, also for another goroutine that
    // reads the body to its end.
    go_context *(*context)(struct gf_peer *p);
    // The body has been read to its end.
    void (*body_complete)(struct gf_peer *p);
    // Keeps the request's memory alive beyond its answer; what is returned goes to release.
    void *(*keep)(struct gf_peer *p);
    void (*release)(void *kept);
    // Ends a read of the body that is under way. The connection is of no use afterwards.
    void (*interrupt)(struct gf_peer *p);
    // A text for the server's log.
    void (*log)(struct gf_peer *p, const char *text);
};

// Who is at the other end. NULL in a request from memory.
struct gf_peer {
    const struct gf_peer_type *type; // [const]
};

// Stands before the body of a request that two goroutines know: the handler's, and the one that may give up on it.
struct gf_gate {
    go_mutex lock; // held while reading
    bool closed;   // [lock]
    struct gf_peer *peer;
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
    struct gf_body *body; // NULL: there is none
    struct gf_peer *peer;
    struct gf_gate *gate; // NULL: none
    const char *remote;   // NULL until asked for
    go_context *context;  // NULL until asked for; the request's reference
    bool http10;
};

// Fills in what a parsed head says. Returns 0, or the status of a refusal.
int gf_request_init(struct go_http_request *r, struct gf_parser *p, struct gf_arena *a,
                    struct gf_body *body);

#endif
