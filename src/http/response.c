// SPDX-License-Identifier: MIT
// Writing responses: see response.h. How the body ends is decided when the head is sent: by its length, if the handler
// has set one or has finished; by chunks; by the end of the connection for HTTP/1.0; not at all if the status has none
// or only the head was asked for. The head is composed in the arena, by one copy.
#include "http/response.h"

#include "base/race.h"
#include "http/date.h"
#include "http/sniff.h"
#include "panic/misuse.h"

#include <gofer/panic.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { SHORT_BODY = 1024 };

void gf_response_init(struct go_http_response *w, struct gf_stream *s, struct gf_arena *a,
                      char *buf, size_t room)
{
    *w = (struct go_http_response){
        .stream = s, .arena = a, .buf = buf, .room = room, .declared = -1};
}

bool gf_status_has_body(int status)
{
    return status >= 200 && status != 204 && status != 304;
}

bool gf_response_restart(struct go_http_response *w)
{
    if (w->sent_head || w->hijacked)
        return false;
    w->fields.count = w->trailer.count = 0;
    w->n = 0;
    w->written = 0;
    w->declared = -1;
    w->status = 0;
    return true;
}

// --- Headers ---

void go_http_set_header(go_http_response *w, const char *name, const char *value)
{
    if (!w->sent_head)
        gf_fields_set(&w->fields, w->arena, name, value);
}

void go_http_add_header(go_http_response *w, const char *name, const char *value)
{
    struct gf_span n = gf_span(name, strlen(name));
    if (!w->sent_head && gf_text_is_token(n))
        gf_fields_add(&w->fields, w->arena, gf_span(gf_arena_text(w->arena, name, n.n), n.n),
                      gf_fields_value(w->arena, value));
}

void go_http_set_trailer(go_http_response *w, const char *name, const char *value)
{
    gf_fields_set(&w->trailer, w->arena, name, value);
}

// --- The head ---

// Appends to a text that has room.
static char *put(char *to, const char *p, size_t n)
{
    memcpy(to, p, n);
    return to + n;
}
#define PUT(to, literal) put((to), "" literal, sizeof(literal) - 1)

static char *put_number(char *to, uint64_t value)
{
    char digits[20], *at = digits + sizeof(digits);
    do
        *--at = (char)('0' + value % 10);
    while (value /= 10);
    return put(to, at, (size_t)(digits + sizeof(digits) - at));
}

static char *put_field(char *to, struct gf_span name, struct gf_span value)
{
    to = put(to, name.p, name.n);
    to = PUT(to, ": ");
    to = put(to, value.p, value.n);
    return PUT(to, "\r\n");
}

static char *put_status_line(char *to, int status)
{
    if (status == 200)
        return PUT(to, "HTTP/1.1 200 OK\r\n");
    const char *text = go_http_status_text(status);
    to = PUT(to, "HTTP/1.1 ");
    to = put_number(to, (uint64_t)status);
    *to++ = ' ';
    to = put(to, text, strlen(text));
    return PUT(to, "\r\n");
}

// Whether the field is one that the response decides itself.
static bool is_framing(struct gf_span name)
{
    switch (name.n) {
    case 10:
        return gf_text_is(name, "connection");
    case 14:
        return gf_text_is(name, "content-length");
    case 17:
        return gf_text_is(name, "transfer-encoding");
    default:
        return false;
    }
}

static size_t room_for(const struct gf_fields *f)
{
    size_t n = 0;
    for (size_t i = 0; i < f->count; i++)
        n += f->list[i].name.n + f->list[i].value.n + 4;
    return n;
}

// Whether the handler's field is not sent: 304 describes no body (RFC 9110, 15.4.5).
static bool is_left_out(int status, struct gf_span name)
{
    return is_framing(name) || (status == 304 && gf_text_is(name, "content-type"));
}

static char *put_fields(char *to, const struct gf_fields *f, int status)
{
    for (size_t i = 0; i < f->count; i++)
        if (!is_left_out(status, f->list[i].name))
            to = put_field(to, f->list[i].name, f->list[i].value);
    return to;
}

static char *put_type(char *to, struct gf_span start)
{
    const char *type = gf_sniff(start);
    return put_field(to, gf_span("Content-Type", 12), gf_span(type, strlen(type)));
}

static char *put_date(char *to)
{
    to = PUT(to, "Date: ");
    gf_date_now(to);
    return PUT(to + GF_DATE_SIZE, "\r\n");
}

// What Connection says: close or not, and what the handler adds (an upgrade).
static char *put_connection(char *to, const struct go_http_response *w)
{
    struct gf_span own = gf_fields_get(&w->fields, "connection");
    if (w->status == 101 && own.p)
        return put_field(to, gf_span("Connection", 10), own);
    if (w->close)
        return w->http10 ? to : PUT(to, "Connection: close\r\n");
    return w->http10 ? PUT(to, "Connection: keep-alive\r\n") : to;
}

static char *put_framing(char *to, const struct go_http_response *w, int64_t length)
{
    if (w->chunked)
        return PUT(to, "Transfer-Encoding: chunked\r\n");
    if (length < 0)
        return to;
    to = PUT(to, "Content-Length: ");
    to = put_number(to, (uint64_t)length);
    return PUT(to, "\r\n");
}

// Announces the trailer's names.
static char *put_trailer_names(char *to, const struct gf_fields *f)
{
    for (size_t i = 0; i < f->count; i++)
        to = put_field(to, gf_span("Trailer", 7), f->list[i].name);
    return to;
}

// The length that the head can name; -1: none. `complete`: the whole body is in the buffer.
static int64_t known_length(const struct go_http_response *w, bool complete)
{
    if (!gf_status_has_body(w->status))
        return -1;
    if (w->declared >= 0)
        return w->declared;
    if (!complete || w->trailer.count)
        return -1;
    // An answer to HEAD that wrote nothing has not said how long the body would be.
    return w->head_request && w->written == 0 ? -1 : w->written;
}

// Composes the head, with room for a short body behind it. The body, or what there is of it, is in the buffer, followed by
// `more`.
static struct iovec make_head(struct go_http_response *w, bool complete, struct gf_span more)
{
    int64_t length = known_length(w, complete);
    bool body = gf_status_has_body(w->status);
    w->chunked = body && length < 0 && !w->http10 && !w->head_request;
    if (body && length < 0 && w->http10)
        w->close = true;
    if (w->closer && w->closer->must_close(w->closer))
        w->close = true;
    size_t trailers = w->chunked ? room_for(&w->trailer) + 16 * w->trailer.count : 0;
    char *head = gf_arena_alloc(w->arena, room_for(&w->fields) + trailers + 320 + SHORT_BODY);
    char *to = put_status_line(head, w->status);
    to = put_fields(to, &w->fields, w->status);
    struct gf_span start = w->n ? gf_span(w->buf, w->n) : more;
    if (body && start.n && !gf_fields_get(&w->fields, "content-type").p &&
        !gf_fields_get(&w->fields, "content-encoding").p)
        to = put_type(to, start);
    if (!gf_fields_get(&w->fields, "date").p)
        to = put_date(to);
    to = put_connection(to, w);
    to = put_framing(to, w, length);
    if (w->chunked)
        to = put_trailer_names(to, &w->trailer);
    to = PUT(to, "\r\n");
    w->sent_head = true;
    return (struct iovec){head, (size_t)(to - head)};
}

// What the stream has said: an error stays, and ends the connection.
static int note_error(struct go_http_response *w, ssize_t n)
{
    if (n < 0) {
        w->err = (int)n;
        w->close = true;
    }
    return w->err;
}

static int transmit(struct go_http_response *w, struct iovec *parts, int count)
{
    return note_error(w, w->stream->writev(w->stream, parts, count));
}

static void send_informational(struct go_http_response *w, int status)
{
    if (!w->stream || w->http10 || w->err)
        return;
    char *head = gf_arena_alloc(w->arena, room_for(&w->fields) + 128), *to = head;
    to = put_status_line(to, status);
    to = put_fields(to, &w->fields, status);
    to = PUT(to, "\r\n");
    struct iovec part = {head, (size_t)(to - head)};
    transmit(w, &part, 1);
}

void go_http_write_header(go_http_response *w, int status)
{
    if (status < 100 || status > 999)
        gf_panic_runtime(gf_arena_printf(w->arena, "invalid WriteHeader code %d", status));
    if (w->status || w->hijacked || w->finished)
        return;
    if (status < 200 && status != 101) {
        send_informational(w, status);
        return;
    }
    w->status = status;
    struct gf_span length = gf_fields_get(&w->fields, "content-length");
    w->declared = length.p ? gf_text_number(length) : -1;
    if (gf_fields_have(&w->fields, "connection", "close"))
        w->close = true;
}

// --- The body ---

// Sends what is in the buffer and then p, the head before them if it is still to be sent.
static int send_body(struct go_http_response *w, struct gf_span p)
{
    struct iovec parts[5];
    int count = 0;
    char size[24];
    size_t n = w->n + p.n;
    if (!w->sent_head)
        parts[count++] = make_head(w, false, p);
    bool body = !w->head_request && gf_status_has_body(w->status);
    if (body && n) {
        if (w->chunked)
            parts[count++] = (struct iovec){size,
                                            (size_t)snprintf(size, sizeof(size), "%zx\r\n", n)};
        if (w->n)
            parts[count++] = (struct iovec){w->buf, w->n};
        if (p.n)
            parts[count++] = (struct iovec){(void *)p.p, p.n};
        if (w->chunked)
            parts[count++] = (struct iovec){(void *)"\r\n", 2};
    }
    w->n = 0;
    return count ? transmit(w, parts, count) : 0;
}

// Collects everything, growing the buffer.
static void collect(struct go_http_response *w, const void *p, size_t n)
{
    if (w->n + n > w->room) {
        size_t room = 2 * (w->n + n);
        w->buf = gf_arena_grow(w->arena, w->buf, w->n, room, 1);
        w->room = room;
    }
    memcpy(w->buf + w->n, p, n);
    w->n += n;
}

static int may_write(struct go_http_response *w, size_t n)
{
    if (w->hijacked || w->finished)
        return -ESHUTDOWN;
    if (w->abandoned && gf_load_relaxed(w->abandoned)) // relaxed: as declared
        return -ETIMEDOUT;
    if (!w->status)
        go_http_write_header(w, 200);
    if (w->err)
        return w->err;
    if (n && !gf_status_has_body(w->status))
        return -EINVAL;
    if (w->declared >= 0 && (int64_t)n > w->declared - w->written)
        return -EMSGSIZE;
    return 0;
}

ssize_t go_http_write(go_http_response *w, const void *p, size_t n)
{
    int err = may_write(w, n);
    if (err)
        return err;
    gf_race_read(p, n, __builtin_return_address(0));
    w->written += (int64_t)n;
    if (!w->stream || n <= w->room - w->n)
        collect(w, p, n);
    else if (send_body(w, gf_span(p, n)))
        return w->err;
    return (ssize_t)n;
}

ssize_t gf_response_send_file(struct go_http_response *w, int file, int64_t at, int64_t n)
{
    int err = may_write(w, (size_t)n);
    if (err)
        return err;
    if (!w->stream || !w->stream->send_file || w->declared < 0 || w->head_request)
        return -EOPNOTSUPP;
    if (send_body(w, gf_span(NULL, 0)))
        return w->err;
    ssize_t put = w->stream->send_file(w->stream, file, (off_t)at, (size_t)n);
    if (note_error(w, put))
        return w->err;
    w->written += put;
    return put;
}

ssize_t go_http_printf(go_http_response *w, const char *fmt, ...)
{
    char small[512];
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(small, sizeof(small), fmt, args);
    va_end(args);
    char *text = small;
    if (n >= (int)sizeof(small)) {
        text = gf_arena_alloc(w->arena, (size_t)n + 1);
        vsnprintf(text, (size_t)n + 1, fmt, again);
    }
    va_end(again);
    return n < 0 ? -EINVAL : go_http_write(w, text, (size_t)n);
}

int go_http_flush(go_http_response *w)
{
    int err = may_write(w, 0);
    if (err || !w->stream)
        return err;
    return send_body(w, gf_span(NULL, 0));
}

// The last chunk and the trailer.
static struct iovec make_end(struct go_http_response *w)
{
    char *end = gf_arena_alloc(w->arena, room_for(&w->trailer) + 8), *to = PUT(end, "0\r\n");
    to = put_fields(to, &w->trailer, w->status);
    to = PUT(to, "\r\n");
    return (struct iovec){end, (size_t)(to - end)};
}

// Everything is in the buffer: head and body leave together; a short body is copied behind the head, for to send one part
// costs the system less than to send two.
static void send_whole(struct go_http_response *w)
{
    struct iovec parts[2] = {make_head(w, true, gf_span(NULL, 0))};
    int count = 1;
    size_t n = w->head_request ? 0 : w->n;
    if (n <= SHORT_BODY) {
        memcpy((char *)parts[0].iov_base + parts[0].iov_len, w->buf, n);
        parts[0].iov_len += n;
    } else {
        parts[count++] = (struct iovec){w->buf, n};
    }
    transmit(w, parts, count);
}

void gf_response_finish(struct go_http_response *w)
{
    if (w->hijacked || w->finished)
        return;
    if (!w->status)
        go_http_write_header(w, 200);
    w->finished = true;
    if (w->err)
        return;
    if (!w->sent_head && (!w->trailer.count || w->http10 || w->head_request)) {
        send_whole(w);
    } else if (send_body(w, gf_span(NULL, 0)) == 0 && w->chunked) {
        struct iovec end = make_end(w);
        transmit(w, &end, 1);
    }
    // Too little for the length that the head has named: only the end of the connection can tell.
    if (w->declared > w->written && !w->head_request && gf_status_has_body(w->status))
        w->close = true;
}

go_conn *go_http_hijack(go_http_response *w)
{
    if (w->sent_head || w->hijacked || !w->hijacker)
        return NULL;
    go_conn *c = w->hijacker->take(w->hijacker);
    w->hijacked = c != NULL;
    return c;
}

// --- Answers made of the above ---

void go_http_error(go_http_response *w, int status, const char *text)
{
    go_http_set_header(w, "Content-Length", NULL);
    go_http_set_header(w, "Content-Encoding", NULL);
    go_http_set_header(w, "Content-Type", "text/plain; charset=utf-8");
    go_http_set_header(w, "X-Content-Type-Options", "nosniff");
    go_http_write_header(w, status);
    go_http_write(w, text, strlen(text));
    go_http_write(w, "\n", 1);
}
