// SPDX-License-Identifier: MIT
// A connection of the server: one goroutine that reads a request, runs its handler, and waits for the next. The server
// sees its state and may wake it out of an idle wait; all else is the goroutine's own.
//
//   NEW --first byte--> ACTIVE <--next request / answered--> IDLE
//   NEW, IDLE --shutdown--> LEAVING: it closes, unless a request has arrived just now: then ACTIVE, for a last answer
//   ACTIVE --hijack--> not the server's any more
#ifndef GF_HTTP_CONN_H
#define GF_HTTP_CONN_H

#include "base/atomic.h"
#include "base/list.h"
#include "http/exchange.h"

#include <gofer/net.h>

enum gf_conn_state { GF_CONN_NEW, GF_CONN_ACTIVE, GF_CONN_IDLE, GF_CONN_LEAVING };

// What a watcher of the peer needs: a context to cancel, and that the body has been read.
enum { GF_WATCH_CONTEXT = 1, GF_WATCH_BODY = 2, GF_WATCHING = 3 };

struct gf_http_conn {
    struct gf_list link;    // [lock] of the server: all its connections
    go_http_server *server; // [const]; a reference
    go_conn *net;           // [owner G]; NULL once hijacked
    _Atomic(uint32_t)
        state; // [atomic] enum gf_conn_state, changed by compare-and-swap; relaxed: it is a choice of one
               // party, and what follows from it goes through the server's lock
    int64_t accepted;      // [const] monotonic
    struct gf_exchange *x; // [owner G]; NULL while idle
    struct gf_stream stream;
    struct gf_peer peer;
    struct gf_hijacker hijacker;
    struct gf_closer closer;
    go_waitgroup watcher; // who waits for the peer to go away, if anybody
    // [atomic] GF_WATCH_…; whoever brings the last of them starts the watcher, and sees what the other has done
    _Atomic(uint32_t) watch;
    bool linger; // [owner G] the peer may still be sending: close gently
};

// Starts the connection's goroutine. The connection belongs to it.
void gf_http_conn_start(go_http_server *server, go_conn *net);
// Wakes it if it waits for a request: it closes if none has come. The server's lock is held.
void gf_http_conn_retire(struct gf_http_conn *c);

#endif
