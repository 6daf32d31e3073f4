// SPDX-License-Identifier: MIT
// The parser around llhttp. llhttp walks the bytes and calls back with spans; it pauses behind the head and behind the
// message, which is how the caller gets to decide. While a head arrives in pieces its buffer may move, so spans are
// kept as offsets and become texts only when it is complete: each is ended in place with a NUL, over the byte behind
// it, which is a colon, a blank or a line end that has been parsed.
//
// What llhttp tolerates even in strict mode in requests is looked for here: folded fields (their value comes in pieces that
// do not touch), bare line feeds, missing or repeated hosts, RTSP, transfer codings before chunked, escaped NULs.
//
// In answers, where nobody else reads the same bytes, old servers are let have their way as by Go's client: folded fields
// are joined by a blank, a length may be said twice if it is the same, and chunks overrule it.
#include "http/parser.h"

#include <string.h>

static struct gf_parser *self(llhttp_t *ll)
{
    return (struct gf_parser *)ll;
}

static int refuse(struct gf_parser *p, int status, const char *reason)
{
    p->status = status;
    p->reason = reason;
    return HPE_USER;
}

// Joins a piece to what is there; false if the two do not touch.
static bool join(struct gf_parser *p, size_t *at, size_t *n, const char *piece, size_t length)
{
    size_t offset = (size_t)(piece - p->base);
    if (*n == 0)
        *at = offset;
    else if (*at + *n != offset)
        return false;
    *n += length;
    return true;
}

static int on_url(llhttp_t *ll, const char *piece, size_t n)
{
    struct gf_parser *p = self(ll);
    join(p, &p->url_at, &p->url_n, piece, n);
    return 0;
}

static int on_status(llhttp_t *ll, const char *piece, size_t n)
{
    struct gf_parser *p = self(ll);
    join(p, &p->status_at, &p->status_n, piece, n);
    return 0;
}

// A piece of a trailer's field is copied, for the body's buffer is used again.
static int keep_piece(struct gf_parser *p, char **text, size_t *n, const char *piece, size_t length)
{
    p->extra += length;
    if (p->extra > p->max_head)
        return refuse(p, 431, "trailer too large");
    char *joined = gf_arena_alloc(p->arena, *n + length + 1);
    if (*n)
        memcpy(joined, *text, *n);
    memcpy(joined + *n, piece, length);
    *n += length;
    joined[*n] = 0;
    *text = joined;
    return 0;
}

static int on_field(llhttp_t *ll, const char *piece, size_t n)
{
    struct gf_parser *p = self(ll);
    if (p->in_trailer)
        return keep_piece(p, &p->name, &p->name_n, piece, n);
    join(p, &p->name_at, &p->name_n, piece, n);
    return 0;
}

// Adds a piece of a value to the one that is there; what lies between the two is closed up, to a blank if there was any.
static void append_value(struct gf_parser *p, const char *piece, size_t n, bool folded)
{
    char *end = (char *)p->base + p->value_at + p->value_n;
    if (folded)
        *end++ = ' ';
    if (end != piece)
        memmove(end, piece, n);
    p->value_n += n + folded;
}

static int on_value(llhttp_t *ll, const char *piece, size_t n)
{
    struct gf_parser *p = self(ll);
    if (p->in_trailer)
        return keep_piece(p, &p->value, &p->value_n, piece, n);
    if (n == 0)
        return 0;
    // Folded: the value begins on a later line than the name, or comes in pieces that do not touch.
    size_t offset = (size_t)(piece - p->base);
    const char *colon = p->base + p->name_at + p->name_n;
    bool folded = p->value_n ? offset != p->value_end
                             : memchr(colon, '\n', (size_t)(piece - colon)) != NULL;
    if (folded && ll->type == HTTP_REQUEST)
        return refuse(p, 400, "folded header field");
    if (p->value_n == 0)
        p->value_at = offset;
    append_value(p, piece, n, folded && p->value_n > 0);
    p->value_end = offset + n;
    return 0;
}

// A length that was said before is taken back until the head is complete, for llhttp refuses to hear another one.
static int check_length(struct gf_parser *p)
{
    struct gf_span name = gf_span(p->base + p->name_at, p->name_n);
    if (p->ll.type != HTTP_RESPONSE || !gf_text_is(name, "content-length"))
        return 0;
    if (p->has_length && p->said_length != p->ll.content_length)
        return refuse(p, 400, "two different lengths");
    p->has_length = true;
    p->said_length = p->ll.content_length;
    p->ll.flags &= (uint16_t)~F_CONTENT_LENGTH;
    p->ll.content_length = 0;
    return 0;
}

// A field is complete.
static int on_value_complete(llhttp_t *ll)
{
    struct gf_parser *p = self(ll);
    if (p->name_n == 0)
        return refuse(p, 400, "header field without a name");
    if (p->in_trailer) {
        gf_fields_add(&p->trailer, p->arena, gf_span(p->name, p->name_n),
                      p->value_n ? gf_text_trim(gf_span(p->value, p->value_n)) : gf_span("", 0));
    } else {
        if (!p->value_n)
            p->value_at = p->name_at + p->name_n;
        gf_fields_add(&p->at, p->arena, gf_span((const char *)(uintptr_t)p->name_at, p->name_n),
                      gf_span((const char *)(uintptr_t)p->value_at, p->value_n));
    }
    int result = p->in_trailer ? 0 : check_length(p);
    p->name_n = p->value_n = 0;
    return result;
}

static int on_headers_complete(llhttp_t *ll)
{
    struct gf_parser *p = self(ll);
    p->in_trailer = true;
    // An upgrade is the handler's to make, by a hijack: to the parser the message is an ordinary one.
    ll->upgrade = 0;
    int status = ll->type == HTTP_RESPONSE ? ll->status_code : 200;
    if (p->has_length && !(ll->flags & F_CHUNKED)) {
        ll->flags |= F_CONTENT_LENGTH;
        ll->content_length = p->said_length;
    }
    p->ignore_body |= status < 200 || status == 204 || status == 304;
    if (p->ignore_body)
        ll->flags |= F_SKIPBODY;
    return HPE_PAUSED;
}

static int on_body(llhttp_t *ll, const char *piece, size_t n)
{
    struct gf_parser *p = self(ll);
    // Pieces come in the order of the input and never grow, so this never overwrites what is still to be parsed.
    memmove(p->out + p->out_n, piece, n);
    p->out_n += n;
    return 0;
}

static int on_extension(llhttp_t *ll, const char *piece, size_t n)
{
    struct gf_parser *p = self(ll);
    (void)piece;
    p->extra += n;
    return p->extra > p->max_head ? refuse(p, 400, "chunk extensions too large") : 0;
}

static int on_message_complete(llhttp_t *ll)
{
    self(ll)->done = true;
    return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
    .on_url = on_url,
    .on_status = on_status,
    .on_header_field = on_field,
    .on_header_value = on_value,
    .on_header_value_complete = on_value_complete,
    .on_headers_complete = on_headers_complete,
    .on_body = on_body,
    .on_chunk_extension_name = on_extension,
    .on_chunk_extension_value = on_extension,
    .on_message_complete = on_message_complete,
};

void gf_parser_init(struct gf_parser *p, llhttp_type_t type, struct gf_arena *a, size_t max_head)
{
    memset(p, 0, sizeof(*p));
    p->arena = a;
    p->max_head = max_head;
    llhttp_init(&p->ll, type, &settings);
    llhttp_set_lenient_chunked_length(&p->ll, type == HTTP_RESPONSE);
}

void gf_parser_next(struct gf_parser *p)
{
    gf_parser_init(p, (llhttp_type_t)p->ll.type, p->arena, p->max_head);
}

// Whether what was parsed has a line feed without a carriage return, or a NUL.
static bool has_stray_bytes(const char *p, size_t n)
{
    if (memchr(p, 0, n))
        return true;
    for (const char *at = p, *end = p + n; (at = memchr(at, '\n', (size_t)(end - at))); at++)
        if (at == p || at[-1] != '\r')
            return true;
    return false;
}

// What llhttp's refusal means for the peer.
static enum gf_parse refused(struct gf_parser *p, llhttp_errno_t err)
{
    if (p->status)
        return GF_PARSE_BAD; // one of our callbacks has said why
    p->reason = llhttp_get_error_reason(&p->ll);
    p->status = err == HPE_INVALID_METHOD ? 501 : err == HPE_INVALID_VERSION ? 505 : 400;
    return GF_PARSE_BAD;
}

// llhttp knows no other methods than its own: any other that is well-formed is not implemented, the rest is bad.
static enum gf_parse refused_method(struct gf_parser *p, const char *buf, size_t n)
{
    size_t word = 0;
    while (n && (*buf == '\r' || *buf == '\n'))
        buf++, n--;
    while (word < n && buf[word] != ' ')
        word++;
    if (!gf_text_is_token(gf_span(buf, word)))
        p->status = 400;
    return GF_PARSE_BAD;
}

// Turns offsets into texts.
static void settle_fields(struct gf_parser *p, char *buf)
{
    for (size_t i = 0; i < p->at.count; i++) {
        struct gf_field *f = &p->at.list[i];
        char *name = buf + (uintptr_t)f->name.p, *value = buf + (uintptr_t)f->value.p;
        f->name.p = name;
        f->value = gf_text_trim(gf_span(value, f->value.n));
    }
    for (size_t i = 0; i < p->at.count; i++) {
        struct gf_field *f = &p->at.list[i];
        ((char *)f->name.p)[f->name.n] = 0;
        if (f->value.n)
            ((char *)f->value.p)[f->value.n] = 0;
        else
            f->value.p = "";
    }
}

static bool has_escaped_nul(struct gf_span s)
{
    for (const char *at = s.p, *end = s.p + s.n; (at = memchr(at, '%', (size_t)(end - at))); at++)
        if (end - at >= 3 && at[1] == '0' && at[2] == '0')
            return true;
    return false;
}

static enum gf_parse bad(struct gf_parser *p, int status, const char *reason)
{
    refuse(p, status, reason);
    return GF_PARSE_BAD;
}

// The transfer codings: none, or chunked alone.
static enum gf_parse check_coding(struct gf_parser *p)
{
    size_t codings;
    struct gf_span coding = gf_fields_get_counted(&p->at, "transfer-encoding", &codings);
    if (codings == 0)
        return GF_PARSE_HEAD;
    if (codings > 1 || !gf_text_is(coding, "chunked"))
        return bad(p, 501, "unsupported transfer encoding");
    if (p->ll.type == HTTP_RESPONSE)
        return GF_PARSE_HEAD;
    if (p->ll.flags & F_CONTENT_LENGTH)
        return bad(p, 400, "content length and transfer encoding");
    if (p->ll.http_major == 1 && p->ll.http_minor == 0)
        return bad(p, 400, "transfer encoding in HTTP/1.0");
    return GF_PARSE_HEAD;
}

static enum gf_parse check_request(struct gf_parser *p)
{
    struct gf_span url = gf_parser_url(p);
    if (p->ll.http_major != 1 || p->ll.http_minor > 1)
        return bad(p, 505, "unsupported HTTP version");
    // One blank before the target, one behind it, and then the protocol, of which llhttp knows three.
    if (url.p[-2] == ' ' || memcmp(url.p + url.n + 1, "HTTP/", 5) != 0)
        return bad(p, 400, "malformed request line");
    if (has_escaped_nul(url))
        return bad(p, 400, "escaped NUL in the target");
    size_t hosts;
    struct gf_span host = p->host = gf_fields_get_counted(&p->at, "host", &hosts);
    if (hosts > 1 || (hosts == 0 && p->ll.http_minor == 1))
        return bad(p, 400, hosts ? "too many Host headers" : "missing required Host header");
    if (!gf_text_is_host(host))
        return bad(p, 400, "malformed Host header");
    return check_coding(p);
}

static enum gf_parse finish_head(struct gf_parser *p, char *buf, size_t used)
{
    if (has_stray_bytes(buf, used))
        return bad(p, 400, "bare line feed");
    settle_fields(p, buf);
    if (p->ll.type == HTTP_RESPONSE)
        return check_coding(p);
    enum gf_parse result = check_request(p);
    if (result == GF_PARSE_HEAD)
        buf[p->url_at + p->url_n] = 0;
    return result;
}

enum gf_parse gf_parser_head(struct gf_parser *p, char *buf, size_t n, size_t *used)
{
    p->base = buf;
    llhttp_errno_t err = llhttp_execute(&p->ll, buf + p->fed, n - p->fed);
    if (err == HPE_OK) {
        p->fed = n;
        return n >= p->max_head ? bad(p, 431, "header too large") : GF_PARSE_MORE;
    }
    if (err != HPE_PAUSED) {
        refused(p, err);
        return p->status == 501 ? refused_method(p, buf, n) : GF_PARSE_BAD;
    }
    *used = (size_t)(llhttp_get_error_pos(&p->ll) - buf);
    if (*used > p->max_head)
        return bad(p, 431, "header too large");
    return finish_head(p, buf, *used);
}

enum gf_parse gf_parser_body(struct gf_parser *p, const char *in, size_t n, char *out, size_t *got,
                             size_t *used)
{
    p->out = out;
    p->out_n = 0;
    if (llhttp_get_errno(&p->ll) == HPE_PAUSED)
        llhttp_resume(&p->ll);
    llhttp_errno_t err = llhttp_execute(&p->ll, in, n);
    *got = p->out_n;
    *used = n;
    if (err == HPE_OK)
        return GF_PARSE_MORE;
    *used = (size_t)(llhttp_get_error_pos(&p->ll) - in);
    return err == HPE_PAUSED && p->done ? GF_PARSE_DONE : refused(p, err);
}

enum gf_parse gf_parser_eof(struct gf_parser *p)
{
    if (llhttp_get_errno(&p->ll) == HPE_PAUSED)
        llhttp_resume(&p->ll);
    llhttp_errno_t err = llhttp_finish(&p->ll);
    // A body that ends with the connection is complete now; its callback pauses, as ever.
    if (p->done && (err == HPE_OK || err == HPE_PAUSED))
        return GF_PARSE_DONE;
    return bad(p, 400, "unexpected end");
}

int64_t gf_parser_length(const struct gf_parser *p)
{
    if (p->ignore_body)
        return 0;
    if (p->ll.flags & F_CHUNKED)
        return GF_BODY_CHUNKED;
    if (p->ll.flags & F_CONTENT_LENGTH)
        return p->ll.content_length > INT64_MAX ? INT64_MAX : (int64_t)p->ll.content_length;
    return llhttp_message_needs_eof(&p->ll) ? GF_BODY_BY_EOF : 0;
}

uint64_t gf_parser_left(const struct gf_parser *p)
{
    return p->ll.content_length;
}

bool gf_parser_keep_alive(const struct gf_parser *p)
{
    return llhttp_should_keep_alive(&p->ll);
}
