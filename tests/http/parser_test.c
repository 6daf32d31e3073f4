// SPDX-License-Identifier: MIT
// Reading messages from memory: what a request says, in one piece and byte by byte, and what is refused with which
// status. The refusals are the shapes of request smuggling: whatever two parsers might understand in two ways.
#include "http/body.h"
#include "http/request.h"
#include "support/test.h"

// Bytes that come `step` at a time; then the end.
struct memory_stream {
    struct gf_stream stream;
    const char *data;
    size_t n, at, step;
    char out[4096];
    size_t out_n;
};

static ssize_t memory_read(struct gf_stream *s, void *buf, size_t n)
{
    struct memory_stream *m = gf_container_of(s, struct memory_stream, stream);
    size_t left = m->n - m->at;
    n = n < m->step ? n : m->step;
    n = n < left ? n : left;
    memcpy(buf, m->data + m->at, n);
    m->at += n;
    return (ssize_t)n;
}

static ssize_t memory_writev(struct gf_stream *s, struct iovec *parts, int count)
{
    struct memory_stream *m = gf_container_of(s, struct memory_stream, stream);
    ssize_t all = 0;
    for (int i = 0; i < count; i++) {
        memcpy(m->out + m->out_n, parts[i].iov_base, parts[i].iov_len);
        m->out_n += parts[i].iov_len;
        all += (ssize_t)parts[i].iov_len;
    }
    return all;
}

// A message being read.
struct reading {
    struct memory_stream memory;
    struct gf_input in;
    struct gf_arena arena;
    struct gf_parser parser;
    struct gf_body body;
    struct go_http_request request;
    char buf[16384];
    _Alignas(16) char room[16384];
};

static struct reading *start_n(const char *data, size_t n, size_t step, llhttp_type_t type)
{
    static struct reading r;
    memset(&r, 0, sizeof(r));
    r.memory = (struct memory_stream){.stream = {.read = memory_read, .writev = memory_writev},
                                      .data = data,
                                      .n = n,
                                      .step = step};
    r.in = (struct gf_input){.stream = &r.memory.stream, .buf = r.buf, .room = sizeof(r.buf)};
    gf_arena_init(&r.arena, r.room, sizeof(r.room));
    gf_parser_init(&r.parser, type, &r.arena, 8192);
    return &r;
}

static enum gf_parse head(struct reading *r)
{
    for (;;) {
        size_t used;
        enum gf_parse result = gf_parser_head(&r->parser, r->in.buf + r->in.at, r->in.n - r->in.at,
                                              &used);
        if (result == GF_PARSE_HEAD) {
            r->in.at += used;
            gf_body_init(&r->body, &r->parser, &r->in, 0);
            return result;
        }
        if (result == GF_PARSE_BAD || gf_input_fill(&r->in) <= 0)
            return result;
    }
}

static struct reading *read_request_in_steps(const char *data, size_t step)
{
    struct reading *r = start_n(data, strlen(data), step, HTTP_REQUEST);
    CHECK_EQ(head(r), GF_PARSE_HEAD);
    CHECK_EQ(gf_request_init(&r->request, &r->parser, &r->arena, &r->body), 0);
    return r;
}

static struct reading *read_request(const char *data)
{
    return read_request_in_steps(data, 100000);
}

// The status of the refusal; 0 if the request and its body are accepted.
static int refusal_n(const char *data, size_t n)
{
    struct reading *r = start_n(data, n, 100000, HTTP_REQUEST);
    enum gf_parse result = head(r);
    if (result == GF_PARSE_BAD)
        return r->parser.status;
    if (result == GF_PARSE_MORE)
        return -1;
    int status = gf_request_init(&r->request, &r->parser, &r->arena, &r->body);
    char scrap[64];
    ssize_t got;
    while ((got = gf_body_read(&r->body, scrap, sizeof(scrap))) > 0)
        ;
    return status ? status : got == -EBADMSG ? r->parser.status : (int)got;
}

static int refusal(const char *data)
{
    return refusal_n(data, strlen(data));
}

static const char *read_body(struct reading *r, size_t step)
{
    static char all[4096];
    size_t n = 0;
    ssize_t got;
    while ((got = gf_body_read(&r->body, all + n, step)) > 0)
        n += (size_t)got;
    CHECK_EQ(got, 0);
    all[n] = 0;
    return all;
}

TEST(request_line_and_headers_are_understood)
{
    struct reading *r = read_request("GET /a%20b/c?x=1&y=a+b%21&flag&x=2 HTTP/1.1\r\nHost: h:80\r\n"
                                     "Accept:  text/html \r\nEmpty:\r\naccept: more\r\n\r\n");
    go_http_request *q = &r->request;
    CHECK_STR(go_http_method(q), "GET");
    CHECK_STR(go_http_path(q), "/a b/c");
    CHECK_STR(go_http_raw_path(q), "/a%20b/c");
    CHECK_STR(go_http_raw_query(q), "x=1&y=a+b%21&flag&x=2");
    CHECK_STR(go_http_host(q), "h:80");
    CHECK_STR(go_http_header(q, "ACCEPT"), "text/html");
    CHECK_STR(go_http_header(q, "empty"), "");
    CHECK(go_http_header(q, "missing") == NULL);
    CHECK_STR(go_http_query(q, "x"), "1");
    CHECK_STR(go_http_query(q, "y"), "a b!");
    CHECK_STR(go_http_query(q, "flag"), "");
    CHECK(go_http_query(q, "z") == NULL);
    CHECK(gf_parser_keep_alive(&r->parser));
}

TEST(a_request_may_come_byte_by_byte)
{
    struct reading *r =
        read_request_in_steps("POST /path?q=v HTTP/1.1\r\nHost: example\r\nX-Long: some value\r\n"
                              "Content-Length: 5\r\n\r\nhello",
                              1);
    CHECK_STR(go_http_path(&r->request), "/path");
    CHECK_STR(go_http_header(&r->request, "x-long"), "some value");
    CHECK_STR(go_http_query(&r->request, "q"), "v");
    CHECK_STR(read_body(r, 3), "hello");
}

TEST(chunks_are_decoded_whatever_the_steps)
{
    static const char text[] =
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        "5\r\nhello\r\n1;ext=\"q\"\r\n,\r\n6\r\n world\r\n0\r\nSum: 12\r\n\r\nGET";
    for (size_t step = 1; step < sizeof(text); step += 3)
        for (size_t want = 1; want < 20; want += 4) {
            struct reading *r = read_request_in_steps(text, step);
            CHECK_EQ(r->body.length, GF_BODY_CHUNKED);
            CHECK_STR(read_body(r, want), "hello, world");
            CHECK_STR(go_http_trailer(&r->request, "sum"), "12");
            CHECK_EQ(gf_body_read(&r->body, (char[1]){0}, 1), 0);
        }
}

TEST(what_follows_a_body_stays_in_the_buffer)
{
    struct reading *r =
        read_request("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabcGET / ");
    CHECK_STR(read_body(r, 100), "abc");
    CHECK_EQ(r->in.n - r->in.at, 6);
    CHECK(memcmp(r->in.buf + r->in.at, "GET / ", 6) == 0);
}

TEST(continue_is_said_at_the_first_read_only)
{
    struct reading *r = read_request("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc");
    gf_body_expect(&r->body);
    CHECK_STR(read_body(r, 1), "abc");
    r->memory.out[r->memory.out_n] = 0;
    CHECK_STR(r->memory.out, "HTTP/1.1 100 Continue\r\n\r\n");
}

TEST(a_body_over_its_limit_is_an_error_that_stays)
{
    struct reading *r = read_request(
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        "5\r\nhello\r\n5\r\nhello\r\n0\r\n\r\n");
    char buf[5];
    r->body.max = 7;
    ssize_t got, all = 0;
    while ((got = gf_body_read(&r->body, buf, 5)) > 0)
        all += got;
    CHECK(all <= 7);
    CHECK_EQ(got, -EMSGSIZE);
    CHECK_EQ(gf_body_read(&r->body, buf, 5), -EMSGSIZE);
}

TEST(a_body_that_breaks_off_is_an_error)
{
    struct reading *r = read_request("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhel");
    char buf[8];
    CHECK_EQ(gf_body_read(&r->body, buf, 8), 3);
    CHECK_EQ(gf_body_read(&r->body, buf, 8), -ECONNRESET);
}

TEST(targets_come_in_four_forms)
{
    CHECK_STR(
        go_http_path(&read_request("GET http://other:1/p?q HTTP/1.1\r\nHost: h\r\n\r\n")->request),
        "/p");
    CHECK_STR(
        go_http_host(&read_request("GET http://other:1 HTTP/1.1\r\nHost: h\r\n\r\n")->request),
        "other:1");
    CHECK_STR(go_http_raw_path(&read_request("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n")->request),
              "*");
    CHECK_STR(go_http_host(&read_request("CONNECT a.b:443 HTTP/1.1\r\nHost: h\r\n\r\n")->request),
              "a.b:443");
    CHECK_STR(go_http_host(&read_request("GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n")->request),
              "[::1]:80");
    CHECK_STR(go_http_raw_query(&read_request("GET /?%zz HTTP/1.1\r\nHost: h\r\n\r\n")->request),
              "%zz");
    CHECK_EQ(refusal("GET * HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
}

TEST(http_1_0_needs_no_host_and_closes)
{
    struct reading *r = read_request("GET / HTTP/1.0\r\n\r\n");
    CHECK(r->request.http10 && !gf_parser_keep_alive(&r->parser));
    r = read_request("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    CHECK(gf_parser_keep_alive(&r->parser));
}

TEST(an_upgrade_request_is_an_ordinary_one_to_the_parser)
{
    struct reading *r = read_request(
        "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK_STR(read_body(r, 10), "");
    gf_parser_next(&r->parser);
    CHECK_EQ(head(r), GF_PARSE_HEAD);
}

TEST(smuggling_shapes_are_refused)
{
#define HEAD "POST / HTTP/1.1\r\nHost: h\r\n"
    static const char *const cases[] = {
        HEAD "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        HEAD "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
        HEAD "Content-Length: 5, 5\r\n\r\nhello",
        HEAD "Content-Length: +5\r\n\r\nhello",
        HEAD "Content-Length: -1\r\n\r\nhello",
        HEAD "Content-Length: 0x5\r\n\r\nhello",
        HEAD "Content-Length: 5 5\r\n\r\nhello",
        HEAD "Content-Length: 99999999999999999999999\r\n\r\nhello",
        HEAD "Content-Length:\r\n\r\nhello",
        HEAD "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        HEAD "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        HEAD "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        HEAD "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        HEAD "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
        HEAD "Transfer-Encoding: chunked\r\n\r\ng\r\nhello\r\n0\r\n\r\n",
        HEAD "Transfer-Encoding: chunked\r\n\r\n5 \r\nhello\r\n0\r\n\r\n",
        HEAD "Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n",
        HEAD "Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n",
        HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nhelloX\r\n0\r\n\r\n",
        HEAD "Transfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n",
        HEAD "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nhello\r\n0\r\n\r\n",
        HEAD "X: a\r\n folded\r\n\r\n",
        HEAD "X: a\r\n\tfolded\r\n\r\n",
        HEAD " X: a\r\n\r\n",
        HEAD "X : a\r\n\r\n",
        HEAD "X\r\n\r\n",
        HEAD ": a\r\n\r\n",
        HEAD "X\x01: a\r\n\r\n",
        HEAD "X: a\nY: b\r\n\r\n",
        HEAD "X: a\rY: b\r\n\r\n",
        HEAD "X: a\r\r\n\r\n",
        HEAD "X: \x01\r\n\r\n",
        HEAD "Host: other\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\nHost: h\n\n",
        "GET / HTTP/1.1\r\nHost: h\n\r\n",
        "GET  / HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /\r\nHost: h\r\n\r\n",
        "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /%00 HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1 \r\nHost: h\r\n\r\n",
        "GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /a%2 HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\"b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\xE4\r\n\r\n",
        "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "OPTIONS * RTSP/1.0\r\nHost: h\r\n\r\n",
        "G@T / HTTP/1.1\r\nHost: h\r\n\r\n",
        "\x16\x03\x01\x02",
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int status = refusal(cases[i]);
        // 501 is for codings, 505 for versions; all of them end the connection.
        if (status != 400 && status != 501 && status != 505)
            FAIL("case %zu got %d: %s", i, status, cases[i]);
    }
    CHECK_EQ(refusal_n(HEAD "X: a\0b\r\n\r\n", sizeof(HEAD "X: a\0b\r\n\r\n") - 1), 400);
#undef HEAD
}

TEST(refusals_carry_the_status_that_fits)
{
    CHECK_EQ(refusal("BREW / HTTP/1.1\r\nHost: h\r\n\r\n"), 501);
    CHECK_EQ(refusal("GET / HTTP/3.0\r\nHost: h\r\n\r\n"), 505);
    CHECK_EQ(refusal("GET / HTTP/2.0\r\nHost: h\r\n\r\n"), 505);
    CHECK_EQ(refusal("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"),
             501);
    CHECK_EQ(refusal("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n"), 501);
}

TEST(a_head_over_its_limit_is_431_in_one_piece_and_in_many)
{
    static char text[20000];
    size_t n = (size_t)sprintf(text, "GET / HTTP/1.1\r\nHost: h\r\nX: ");
    memset(text + n, 'a', 9000);
    strcpy(text + n + 9000, "\r\n\r\n");
    CHECK_EQ(refusal(text), 431);
    struct reading *r = start_n(text, strlen(text), 1000, HTTP_REQUEST);
    CHECK_EQ(head(r), GF_PARSE_BAD);
    CHECK_EQ(r->parser.status, 431);
}

TEST(a_trailer_or_extensions_without_end_are_refused)
{
    static char text[40000];
    size_t n = (size_t)sprintf(
        text, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: ");
    memset(text + n, 'a', 9000);
    strcpy(text + n + 9000, "\r\n\r\n");
    CHECK_EQ(refusal(text), 431);
    n = (size_t)sprintf(text, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0;");
    memset(text + n, 'a', 9000);
    strcpy(text + n + 9000, "\r\n\r\n");
    CHECK_EQ(refusal(text), 400);
}

static struct reading *read_response(const char *data)
{
    struct reading *r = start_n(data, strlen(data), 100000, HTTP_RESPONSE);
    CHECK_EQ(head(r), GF_PARSE_HEAD);
    return r;
}

TEST(responses_end_by_length_by_chunks_or_with_the_connection)
{
    struct reading *r = read_response("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    CHECK_EQ(r->parser.ll.status_code, 200);
    CHECK_STR(read_body(r, 10), "hi");
    r = read_response("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n");
    CHECK_STR(read_body(r, 10), "hi");
    CHECK(gf_parser_keep_alive(&r->parser) || r->body.complete);
    r = read_response("HTTP/1.1 200 OK\r\n\r\nall of this");
    CHECK_EQ(r->body.length, GF_BODY_BY_EOF);
    CHECK(!gf_parser_keep_alive(&r->parser));
    CHECK_STR(read_body(r, 3), "all of this");
    r = read_response("HTTP/1.1 304 Not Modified\r\nContent-Length: 100\r\n\r\n");
    CHECK(r->body.length == 0);
}
