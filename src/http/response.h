// SPDX-License-Identifier: MIT
// A response being written. The body is collected in a buffer; if it fits, head and body leave together, with their
// length, by one writev. If not, or at a flush, the head says "chunked" (or the length that the handler has set) and
// the body follows in pieces. Without a stream, for go_http_timeout, everything is collected and kept.
//
//   open --write_header--> decided --send_head--> streaming --gf_response_finish--> done
// Any state may end in err (the connection is broken) or hijacked.
#ifndef GF_HTTP_RESPONSE_H
#define GF_HTTP_RESPONSE_H

#include "base/atomic.h"
#include "http/fields.h"
#include "http/stream.h"

#include <gofer/http.h>

struct gf_hijacker {
    go_conn *(*take)(struct gf_hijacker *h);
};

// Asked when the head is sent: whether the connection has to close behind this response.
struct gf_closer {
    bool (*must_close)(struct gf_closer *c);
};

struct go_http_response {
    struct gf_stream *stream; // NULL: collect
    struct gf_arena *arena;
    struct gf_hijacker *hijacker; // NULL: cannot be taken over
    struct gf_closer *closer;     // NULL: decided by `close` alone
    // Nobody wants it any more: writing gives -ETIMEDOUT. [atomic] relaxed: it only saves work. NULL: never so
    const _Atomic(bool) *abandoned;
    struct gf_fields fields, trailer;
    char *buf;
    size_t n, room;
    int64_t declared; // Content-Length that the handler set; -1: none
    int64_t written;
    int status; // 0: not chosen
    int err;    // negative errno
    bool head_request, http10;
    bool close; // the connection closes behind this response
    bool sent_head, chunked, hijacked, finished;
};

void gf_response_init(struct go_http_response *w, struct gf_stream *s, struct gf_arena *a,
                      char *buf, size_t room);
// Sends n bytes of a file as the next of the body, whose length the head names, past the buffer: what is there goes before
// them. Returns how many, fewer if the file ends before or the connection breaks, or a negative errno as go_http_write;
// -EOPNOTSUPP if there is no way but to read and write them.
ssize_t gf_response_send_file(struct go_http_response *w, int file, int64_t at, int64_t n);
// The handler has returned: sends what is left, and ends the body.
void gf_response_finish(struct go_http_response *w);
// Whether a response of this status may have a body.
bool gf_status_has_body(int status);
// Gives up what has been collected and set, if nothing was sent: false if it is too late.
bool gf_response_restart(struct go_http_response *w);

#endif
