// SPDX-License-Identifier: MIT
// The server as its connections see it. It lives until its owner, every running serve call and every connection have
// given up their reference.
#ifndef GF_HTTP_SERVER_H
#define GF_HTTP_SERVER_H

#include "http/conn.h"

struct go_http_server {
    go_http_mux *mux;        // [const]
    go_http_options options; // [const] with the defaults filled in
    _Atomic(uint32_t) refs;  // [atomic] release on giving up, acquire by the last
    _Atomic(bool)
        stopping; // [atomic] set once, under the lock; relaxed reads: a late one is caught by the next round
    go_mutex lock;
    struct gf_list conns;           // [lock]
    struct gf_list serving;         // [lock] listeners, as struct gf_serving
    struct gf_shutdown_hook *hooks; // [lock]
    chan(go_unit) left;             // somebody left while the server is stopping; holds one
    struct gf_exchange_pool pool;
};

void gf_server_ref(go_http_server *s);
void gf_server_unref(go_http_server *s);

// Joins the connections; false if the server is stopping.
bool gf_server_add(go_http_server *s, struct gf_http_conn *c);
void gf_server_remove(go_http_server *s, struct gf_http_conn *c);

static inline bool gf_server_stopping(go_http_server *s)
{
    return gf_load_relaxed(&s->stopping); // relaxed: as declared
}

// A line for the log: stderr, or where the options say.
void gf_server_log(go_http_server *s, const char *fmt, ...) GF_PRINTF(2, 3);

#endif
