// SPDX-License-Identifier: MIT
// Reading messages: llhttp in strict mode, and the checks that it leaves to its user. A head is parsed where it was read,
// in one buffer of the caller's, and ends up as texts in that buffer; a body is handed out piece by piece. No I/O.
// A request that could be understood in two ways is refused (request smuggling): two lengths, a length and chunks,
// another transfer coding than chunked, folded fields, a bare line feed, blanks before the colon, two hosts.
//
//   HEAD --gf_parser_head--> BODY --gf_parser_body--> DONE, or BAD from either; gf_parser_next: DONE --> HEAD
#ifndef GF_HTTP_PARSER_H
#define GF_HTTP_PARSER_H

#include "http/fields.h"
#include "http/llhttp.h"

enum gf_parse {
    GF_PARSE_MORE, // everything was used up, and more is needed
    GF_PARSE_HEAD, // the head is complete
    GF_PARSE_DONE, // the message is complete
    GF_PARSE_BAD,  // refused: see status and reason
};

enum { GF_BODY_BY_EOF = -2, GF_BODY_CHUNKED = -1 };

struct gf_parser {
    struct llhttp__internal_s ll; // first: llhttp's callbacks get its address
    struct gf_arena *arena;
    size_t max_head; // bytes; also of a trailer, and of all chunk extensions

    // The head, while it grows: offsets into the buffer. llhttp gives a text in pieces, which must lie side by side.
    const char *base;
    size_t fed; // bytes of the buffer that llhttp has seen
    size_t url_at, url_n;
    size_t name_at, name_n, value_at, value_n;
    size_t value_end;         // behind the value's last piece, where that was read
    struct gf_fields at;      // spans are offsets until the head is complete
    struct gf_span host;      // a request's, once the head is complete; p is NULL if it has none
    struct gf_fields trailer; // copies
    size_t extra;             // bytes of trailer and chunk extensions so far
    char *name,
        *value; // of the trailer's field that is being read; their lengths are name_n, value_n
    size_t status_at, status_n;
    bool in_trailer;

    // The body's next piece.
    char *out;
    size_t out_n;

    bool has_length; // an answer's: said_length, which llhttp is told at the end of the head
    uint64_t said_length;

    int status; // of the answer to a bad request
    const char *reason;
    bool done;
    bool ignore_body; // a response to HEAD, set by the caller, or of a status that has none
};

void gf_parser_init(struct gf_parser *p, llhttp_type_t type, struct gf_arena *a, size_t max_head);
// Prepares for the next message on the same connection.
void gf_parser_next(struct gf_parser *p);

// Parses the head, of which n bytes have been read into buf; called again whenever there are more, the buffer may
// have moved. With GF_PARSE_HEAD *used says where the body begins, and the fields are texts within buf.
enum gf_parse gf_parser_head(struct gf_parser *p, char *buf, size_t n, size_t *used);

// Decodes the body's next n bytes. Data is written to out, which has room for n bytes and may be `in` itself; *got says
// how much, *used how much of the input is taken. Stops behind the message's end.
enum gf_parse gf_parser_body(struct gf_parser *p, const char *in, size_t n, char *out, size_t *got,
                             size_t *used);

// The peer closed: GF_PARSE_DONE if that ends the message, else GF_PARSE_BAD.
enum gf_parse gf_parser_eof(struct gf_parser *p);

// After the head: the body's length, or GF_BODY_*; the bytes of it that are still to come, if it has a length.
int64_t gf_parser_length(const struct gf_parser *p);
uint64_t gf_parser_left(const struct gf_parser *p);
bool gf_parser_keep_alive(const struct gf_parser *p);

static inline struct gf_span gf_parser_url(const struct gf_parser *p)
{
    return gf_span(p->base + p->url_at, p->url_n);
}

#endif
