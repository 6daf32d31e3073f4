// SPDX-License-Identifier: MIT
// The body of a message that is being received, by the server or by the client: decoded as it is asked for, with a limit.
// Belongs to one goroutine at a time.
//
//   open --the end--> complete        open --an error--> err, which stays
#ifndef GF_HTTP_BODY_H
#define GF_HTTP_BODY_H

#include "http/parser.h"
#include "http/stream.h"

struct gf_body {
    struct gf_parser *parser;
    struct gf_input *in;
    int64_t length; // of gf_parser_length
    int64_t max;    // bytes at most; 0: no limit
    int64_t taken;  // bytes handed out
    bool complete;
    bool expects; // the client waits for "100 Continue"
    int err;      // negative errno, once something went wrong
};

// The head has just been parsed.
void gf_body_init(struct gf_body *b, struct gf_parser *p, struct gf_input *in, int64_t max);
// Up to n bytes; 0 at the end; -EMSGSIZE, -EBADMSG, -ECONNRESET, or what the stream says.
ssize_t gf_body_read(struct gf_body *b, void *buf, size_t n);
// Reads and drops what is left, if it is no more than `most`. Whether the body is complete now.
bool gf_body_discard(struct gf_body *b, int64_t most);

#endif
