// SPDX-License-Identifier: MIT
// One request and its response, with all the memory that an ordinary one needs. A connection has an exchange only while
// there is something to do, and takes it from its server's pool: an idle connection holds none.
#ifndef GF_HTTP_EXCHANGE_H
#define GF_HTTP_EXCHANGE_H

#include "http/request.h"
#include "http/response.h"

#include <gofer/sync.h>

enum { GF_EXCHANGE_IN = 4096, GF_EXCHANGE_OUT = 4096, GF_EXCHANGE_ROOM = 3072 };

struct gf_exchange {
    struct gf_exchange *next; // [lock] of the pool
    // [atomic] the connection, and handlers that were given up on; release on giving up, acquire by the last
    _Atomic(uint32_t) users;
    struct gf_parser parser;
    struct gf_arena arena;
    struct gf_input input;
    struct gf_body body;
    struct go_http_request request;
    struct go_http_response response;
    bool keep_alive; // what the request asks for
    char in[GF_EXCHANGE_IN];
    char out[GF_EXCHANGE_OUT];
    _Alignas(16) char room[GF_EXCHANGE_ROOM];
};

// Exchanges that nobody uses, at most `most`.
struct gf_exchange_pool {
    go_mutex lock;
    struct gf_exchange *free; // [lock]
    size_t count;             // [lock]
};

// An exchange with an empty input, ready for a head. Fatal without memory.
struct gf_exchange *gf_exchange_get(struct gf_exchange_pool *pool, struct gf_stream *s,
                                    size_t max_head);
// Gives up a use of it; the last one puts it back.
void gf_exchange_put(struct gf_exchange_pool *pool, struct gf_exchange *x);
void gf_exchange_pool_drain(struct gf_exchange_pool *pool);
// Prepares for the next request of the same connection; what was read ahead stays.
void gf_exchange_next(struct gf_exchange *x, size_t max_head);
// Makes room to read more of a head, of at most max_head bytes in all; false if there is none.
bool gf_exchange_grow(struct gf_exchange *x, size_t max_head);

#endif
