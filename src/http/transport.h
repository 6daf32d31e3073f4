// SPDX-License-Identifier: MIT
// The client's connections: made when needed, kept for the next call to the same place, watched while they wait, so that
// one that the server closes, or that waits too long, goes at once.
//
//   busy --gf_transport_keep--> idle --gf_transport_get--> busy --gf_client_conn_free--> gone
//   idle --server closed, time over, client freed--> gone
#ifndef GF_HTTP_TRANSPORT_H
#define GF_HTTP_TRANSPORT_H

#include "base/atomic.h"
#include "base/list.h"
#include "http/proxy.h"
#include "http/stream.h"

#include <gofer/context.h>
#include <gofer/http.h>
#include <gofer/sync.h>

struct gf_transport {
    go_mutex lock;
    struct gf_list idle; // [lock] newest first
    int count;           // [lock] idle ones
    bool closed;         // [lock] nothing is kept any more
    _Atomic(uint32_t)
        users; // [atomic] the client, and each idle connection's watcher; release on leaving
    go_http_client_options options; // [const]
    struct gf_proxies proxies;      // [const]
};

// What the client says it is.
#define GF_USER_AGENT "gofer/0.1"

struct gf_client_conn {
    struct gf_list link; // [lock] of the transport, while idle
    struct gf_stream stream;
    go_conn *net;
    const struct gf_url
        *proxy;           // [const] that reads the requests, for any host; NULL: the server does
    go_waitgroup watcher; // runs while it is idle
    bool reused;          // it has served a call before
    char key[];           // "scheme://host:port", "proxy://host:port"
};

struct gf_transport *gf_transport_new(go_http_client_options options);
// Ends idle connections; the rest end with their calls.
void gf_transport_close(struct gf_transport *t);

// A connection to the URL's place: an idle one, if `fresh` is not set, or a new one. NULL and *err.
struct gf_client_conn *gf_transport_get(struct gf_transport *t, go_context *ctx,
                                        const struct gf_url *url, bool fresh, int *err);
// The call is over, and all of the answer was read: keeps it for the next.
void gf_transport_keep(struct gf_transport *t, struct gf_client_conn *c);
void gf_client_conn_free(struct gf_client_conn *c);

#endif
