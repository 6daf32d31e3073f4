// SPDX-License-Identifier: MIT
// Receiving a body. What was read ahead is decoded first. Behind that, a body with a length or one that ends with the
// connection is read straight into the caller's memory, never beyond its end; chunks go through the buffer, for what
// follows the last one belongs to the next message. The head's texts in the buffer stay.
#include "http/body.h"

#include <errno.h>

ssize_t gf_input_fill(struct gf_input *in)
{
    size_t limit = gf_input_limit(in);
    if (in->at == in->n)
        in->at = in->n = in->kept;
    if (in->n >= limit)
        return -ENOBUFS;
    ssize_t n = in->stream->read(in->stream, in->buf + in->n, limit - in->n);
    if (n > 0)
        in->n += (size_t)n;
    return n;
}

// Relaxed: as declared, as all here.
static void complete(struct gf_body *b)
{
    b->complete = true;
    gf_store_relaxed(&b->ending, gf_load_relaxed(&b->ending) | GF_BODY_COMPLETE);
}

void gf_body_init(struct gf_body *b, struct gf_parser *p, struct gf_input *in, int64_t max)
{
    *b = (struct gf_body){.parser = p, .in = in, .length = gf_parser_length(p), .max = max};
    if (b->length == 0)
        complete(b);
    in->kept = in->at;
}

void gf_body_expect(struct gf_body *b)
{
    b->asked = b->expects = !b->complete;
}

bool gf_body_give_up(struct gf_body *b)
{
    if (!b->asked)
        return false;
    go_mutex_lock(&b->saying);
    bool waits = b->expects;
    b->expects = false;
    go_mutex_unlock(&b->saying);
    return waits;
}

// Under the lock, so that it never comes behind the head of an answer.
static ssize_t say_continue(struct gf_body *b)
{
    static char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
    struct iovec part = {text, sizeof(text) - 1};
    ssize_t put = 0;
    go_mutex_lock(&b->saying);
    if (b->expects)
        put = b->in->stream->writev(b->in->stream, &part, 1);
    b->expects = false;
    go_mutex_unlock(&b->saying);
    return put;
}

static ssize_t fail(struct gf_body *b, int err)
{
    b->err = err;
    gf_store_relaxed(&b->ending, gf_load_relaxed(&b->ending) | GF_BODY_FAILED);
    return err;
}

// Takes the parser's word on what it has decoded.
static ssize_t settle(struct gf_body *b, enum gf_parse result, size_t got)
{
    // What came before the error is handed out first.
    if (result == GF_PARSE_BAD)
        fail(b, -EBADMSG);
    if (result == GF_PARSE_BAD && got == 0)
        return b->err;
    if (result == GF_PARSE_DONE)
        complete(b);
    int64_t taken = gf_load_relaxed(&b->taken) + (int64_t)got;
    gf_store_relaxed(&b->taken, taken);
    if (b->max && taken > b->max)
        return fail(b, -EMSGSIZE);
    return (ssize_t)got;
}

static ssize_t at_eof(struct gf_body *b)
{
    if (gf_parser_eof(b->parser) != GF_PARSE_DONE)
        return fail(b, -ECONNRESET);
    complete(b);
    return 0;
}

static ssize_t take_buffered(struct gf_body *b, char *buf, size_t n)
{
    struct gf_input *in = b->in;
    size_t got, used, have = in->n - in->at;
    enum gf_parse result = gf_parser_body(b->parser, in->buf + in->at, have < n ? have : n, buf,
                                          &got, &used);
    in->at += used;
    return settle(b, result, got);
}

static ssize_t take_direct(struct gf_body *b, char *buf, size_t n)
{
    size_t got, used;
    if (b->length > 0 && gf_parser_left(b->parser) < n)
        n = (size_t)gf_parser_left(b->parser);
    ssize_t read = b->in->stream->read(b->in->stream, buf, n);
    if (read <= 0)
        return read ? fail(b, (int)read) : at_eof(b);
    enum gf_parse result = gf_parser_body(b->parser, buf, (size_t)read, buf, &got, &used);
    return settle(b, result, got);
}

static ssize_t fill(struct gf_body *b)
{
    ssize_t n = gf_input_fill(b->in);
    if (n < 0)
        return fail(b, (int)n);
    return n ? n : at_eof(b);
}

ssize_t gf_body_read(struct gf_body *b, void *buf, size_t n)
{
    if (b->err || b->complete || n == 0)
        return b->err;
    if (b->asked && say_continue(b) < 0)
        return fail(b, -ECONNRESET);
    ssize_t got = 0;
    // Chunk headers alone give nothing, so go on until something comes.
    while (got == 0 && !b->complete && !b->err) {
        if (b->in->at < b->in->n)
            got = take_buffered(b, buf, n);
        else if (b->length != GF_BODY_CHUNKED)
            got = take_direct(b, buf, n);
        else if (fill(b) < 0)
            return b->err;
    }
    return got;
}

bool gf_body_discard(struct gf_body *b, int64_t most)
{
    char scrap[4096];
    int64_t limit = gf_load_relaxed(&b->taken) + most;
    b->max = b->max && b->max < limit ? b->max : limit;
    while (gf_body_read(b, scrap, sizeof(scrap)) > 0)
        ;
    return b->complete && !b->err;
}
