// SPDX-License-Identifier: MIT
// A libFuzzer target: the request path from bytes to an answer, without a network. The input is what a client sends, its
// first byte how many bytes come at a time. Requests are read, routed and answered as the server does it, one after the
// other, until the bytes or the connection end. What is checked beyond the sanitizers: texts are NUL-terminated where
// they say, a body is never longer than it said, and reading it in other steps gives the same bytes.
#include "http/condition.h"
#include "http/exchange.h"
#include "http/range.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_HEAD = 16384 };

struct client {
    struct gf_stream stream;
    const uint8_t *at, *end;
    size_t step;
    unsigned sum; // of the answers' bytes
};

static ssize_t client_read(struct gf_stream *s, void *buf, size_t n)
{
    struct client *c = gf_container_of(s, struct client, stream);
    size_t left = (size_t)(c->end - c->at);
    n = n < c->step ? n : c->step;
    n = n < left ? n : left;
    memcpy(buf, c->at, n);
    c->at += n;
    return (ssize_t)n;
}

// Swallows the answer, looking at every byte of it.
static ssize_t client_writev(struct gf_stream *s, struct iovec *parts, int count)
{
    struct client *c = gf_container_of(s, struct client, stream);
    size_t all = 0;
    for (int i = 0; i < count; all += parts[i++].iov_len)
        for (size_t j = 0; j < parts[i].iov_len; j++)
            c->sum += ((unsigned char *)parts[i].iov_base)[j];
    return (ssize_t)all;
}

static void need(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "fuzz: %s\n", what);
    abort();
}

static void touch(const char *text)
{
    if (text)
        need(strlen(text) < 1 << 20, "a text has no end");
}

// Ranges lie within what there is, and ask for no more.
static void check_ranges(go_http_request *r)
{
    enum { SIZE = 1000 };
    struct gf_ranges ranges;
    const char *wanted = go_http_header(r, "Range");
    if (!wanted || gf_ranges_read(r->arena, wanted, SIZE, &ranges) != 206)
        return;
    int64_t all = 0;
    for (size_t i = 0; i < ranges.count; i++) {
        const struct gf_range *range = &ranges.list[i];
        need(range->at >= 0 && range->n > 0 && range->at + range->n <= SIZE,
             "a range lies outside");
        all += range->n;
    }
    need(ranges.count > 0 && all <= SIZE, "the ranges are too much");
}

static void check_conditions(go_http_request *r)
{
    struct gf_version v = {784111777, gf_span("\"v1\"", 4)};
    int status = gf_condition_check(r->fields, true, &v);
    need(status == 0 || status == 304 || status == 412, "a condition has no such answer");
    (void)gf_condition_allows_range(r->fields, &v);
}

static void handler(go_http_response *w, go_http_request *r, void *arg)
{
    char buf[97];
    const char *name, *value;
    (void)arg;
    touch(go_http_path(r));
    touch(go_http_raw_query(r));
    touch(go_http_host(r));
    touch(go_http_query(r, "a"));
    touch(go_http_path_value(r, "x"));
    check_ranges(r);
    check_conditions(r);
    for (size_t i = 0; go_http_header_at(r, i, &name, &value); i++) {
        need(strlen(name) == r->fields->list[i].name.n, "a name is not ended");
        need(strlen(value) == r->fields->list[i].value.n, "a value is not ended");
        go_http_set_header(w, name, value);
    }
    ssize_t n;
    int64_t all = 0;
    while ((n = go_http_body_read(r, buf, sizeof(buf))) > 0) {
        all += n;
        go_http_write(w, buf, (size_t)n);
    }
    need(go_http_content_length(r) < 0 || all <= go_http_content_length(r), "a body is too long");
    touch(go_http_trailer(r, "t"));
}

// Reads, routes and answers one request. Whether another may follow.
static bool serve_one(go_http_mux *mux, struct gf_exchange *x)
{
    size_t used;
    enum gf_parse result;
    while ((result = gf_parser_head(&x->parser, x->input.buf, x->input.n, &used)) == GF_PARSE_MORE)
        if (!gf_exchange_grow(x, MAX_HEAD) || gf_input_fill(&x->input) <= 0)
            return false;
    if (result == GF_PARSE_BAD) {
        need(x->parser.status >= 400 && x->parser.reason, "a refusal without a reason");
        return false;
    }
    x->input.at = used;
    bool keep_alive = gf_parser_keep_alive(&x->parser);
    gf_body_init(&x->body, &x->parser, &x->input, 100000);
    if (gf_request_init(&x->request, &x->parser, &x->arena, &x->body))
        return false;
    gf_response_init(&x->response, x->input.stream, &x->arena, x->out, sizeof(x->out));
    x->response.close = !keep_alive;
    gf_mux_route(mux, &x->arena, &x->request.target, &x->request.route);
    gf_mux_run(mux, &x->response, &x->request, &x->request.route);
    gf_response_finish(&x->response);
    return !x->response.close && gf_body_discard(&x->body, 1 << 20);
}

static go_http_mux *make_mux(void)
{
    static const char *const patterns[] = {"/",         "GET /a/{x}", "/a/b/{x...}",
                                           "POST /{$}", "h/c/",       "/d/{x}/e"};
    go_http_mux *mux = go_http_mux_new();
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
        go_http_handle(mux, patterns[i], handler, NULL);
    return mux;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static go_http_mux *mux;
    static struct gf_exchange_pool pool;
    if (!mux)
        mux = make_mux();
    if (size == 0)
        return 0;
    struct client c = {.stream = {.read = client_read, .writev = client_writev},
                       .at = data + 1,
                       .end = data + size};
    c.step = data[0] ? data[0] : size;
    struct gf_exchange *x = gf_exchange_get(&pool, &c.stream, MAX_HEAD);
    while (serve_one(mux, x))
        gf_exchange_next(x, MAX_HEAD);
    gf_exchange_put(&pool, x);
    return 0;
}
