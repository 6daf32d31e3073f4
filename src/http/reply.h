// SPDX-License-Identifier: MIT
// A call under way and its answer: one allocation, from the request that is composed in it to the body that is read from
// it. It holds its connection until the body is complete, and a guard that breaks the connection off when the call's
// context ends. A sender that is not through then, because the answer came early, gets the connection, to end it.
#ifndef GF_HTTP_REPLY_H
#define GF_HTTP_REPLY_H

#include "http/body.h"
#include "http/gzip.h"
#include "http/transport.h"

struct gf_guard;
struct gf_sender;

enum { GF_REPLY_IN = 4096, GF_REPLY_ROOM = 4096 };

struct go_http_reply {
    struct gf_transport *transport; // [const]; the call's
    struct gf_client_conn *conn;    // NULL once it is given back
    go_context *ctx;                // the call's, a reference; with the client's time limit
    struct gf_guard *guard;         // NULL: the context never ends
    struct gf_arena arena;
    struct gf_parser parser;
    struct gf_input input;
    struct gf_body body;
    struct gf_gzip *gzip;     // NULL: not packed, or the caller's business
    struct gf_sender *sender; // of a body that is, or may be, still under way; NULL: none
    bool keep_alive;
    bool asked_for_gzip;
    bool for_head;  // to HEAD: says how long a body would be
    char *large_in; // the input's buffer, if it has outgrown `in`
    const char *url;
    char in[GF_REPLY_IN];
    _Alignas(16) char room[GF_REPLY_ROOM];
};

// Watches the context for a connection; NULL if the context never ends.
struct gf_guard *gf_guard_new(go_context *ctx, go_conn *net);
// Lets the connection go. Afterwards the guard touches it no more. Whether it has broken it off.
bool gf_guard_end(struct gf_guard *g);

struct go_http_reply *gf_reply_new(struct gf_transport *t, go_context *ctx);
// Begins on a new connection.
void gf_reply_attach(struct go_http_reply *r, struct gf_client_conn *c);
// Ends with the connection: it is kept for others, if it can be.
void gf_reply_detach(struct go_http_reply *r);
// Reads the head of the answer, over those of 1xx. 0, or an error; *silent: not a byte came.
int gf_reply_read_head(struct go_http_reply *r, bool *silent);
// The head is there: prepares for the body. `keep`: the connection may be kept, if the answer allows it.
void gf_reply_begin_body(struct go_http_reply *r, bool keep);
// Ends with this answer, for another one will be read in its place. What little is left of its body is read.
void gf_reply_finish(struct go_http_reply *r);
// What an error of the connection means to the caller: the context's error, if that has ended.
int gf_reply_error(const struct go_http_reply *r, int err);

#endif
