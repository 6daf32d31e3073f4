// SPDX-License-Identifier: MIT
// The body of a message that is being received, by the server or by the client: decoded as it is asked for, with a limit.
// Belongs to one goroutine at a time; who writes the answer meanwhile may be another one, and asks what has a lock or is
// atomic only.
//
//   open --the end--> complete        open --an error--> err, which stays
#ifndef GF_HTTP_BODY_H
#define GF_HTTP_BODY_H

#include "base/atomic.h"
#include "http/parser.h"
#include "http/stream.h"

#include <gofer/sync.h>

struct gf_body {
    struct gf_parser *parser;
    struct gf_input *in;
    int64_t length; // of gf_parser_length
    int64_t max;    // bytes at most; 0: no limit
    bool complete;
    int err;                // negative errno, once something went wrong
    _Atomic(int64_t) taken; // [atomic] bytes handed out, by who reads; relaxed, a figure
    _Atomic(uint32_t)
        ending; // [atomic] GF_BODY_…, by who reads; relaxed, as each stands for itself
    bool asked; // [const] the client waits for "100 Continue"
    go_mutex saying;
    bool expects; // [lock saying] it has not got that, nor an answer
};

enum { GF_BODY_COMPLETE = 1, GF_BODY_FAILED = 2 };

// The head has just been parsed.
void gf_body_init(struct gf_body *b, struct gf_parser *p, struct gf_input *in, int64_t max);
// The client sends the body only when it is asked to, by the first read.
void gf_body_expect(struct gf_body *b);
// An answer begins: nobody asks for the body any more. Whether the client still waits for that.
bool gf_body_give_up(struct gf_body *b);
// Up to n bytes; 0 at the end; -EMSGSIZE, -EBADMSG, -ECONNRESET, or what the stream says.
ssize_t gf_body_read(struct gf_body *b, void *buf, size_t n);
// Reads and drops what is left, if it is no more than `most`. Whether the body is complete now.
bool gf_body_discard(struct gf_body *b, int64_t most);

#endif
