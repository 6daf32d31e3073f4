// SPDX-License-Identifier: MIT
// Responses written to memory: what goes over the wire for each way of writing one. The date is taken out before the
// comparison, for it is the only thing that changes from run to run; each write of the stream is kept apart by a bar,
// so that a test can tell one writev from two.
#include "http/date.h"
#include "http/request.h"
#include "http/response.h"
#include "http/sniff.h"
#include "support/test.h"

#include <time.h>

static struct wire {
    struct gf_stream stream;
    char text[65536];
    size_t n;
    int err;
} wire;

static ssize_t wire_writev(struct gf_stream *s, struct iovec *parts, int count)
{
    (void)s;
    if (wire.err)
        return wire.err;
    for (int i = 0; i < count; i++) {
        memcpy(wire.text + wire.n, parts[i].iov_base, parts[i].iov_len);
        wire.n += parts[i].iov_len;
    }
    wire.text[wire.n++] = '|';
    return 1;
}

// A file, as it were: what it holds, and what there is of it.
static int64_t file_size;

static ssize_t wire_send_file(struct gf_stream *s, int file, off_t at, size_t n)
{
    (void)s;
    if (wire.err)
        return wire.err;
    n = (int64_t)n < file_size - at ? n : (size_t)(file_size - at);
    wire.n += (size_t)sprintf(wire.text + wire.n, "<%zu of %d from %d>|", n, file, (int)at);
    return (ssize_t)n;
}

static _Alignas(16) char room[65536];
static struct gf_arena arena;
static struct go_http_response w;
static char body[64];

// A response with a buffer of 64 bytes.
static void start(void)
{
    gf_arena_init(&arena, room, sizeof(room));
    wire.stream.writev = wire_writev;
    gf_response_init(&w, &wire.stream, &arena, body, sizeof(body));
}

// What was sent, without its date.
static const char *sent(void)
{
    wire.text[wire.n] = 0;
    char *date = strstr(wire.text, "Date: ");
    CHECK(date != NULL);
    memmove(date, date + 37, strlen(date + 37) + 1);
    return wire.text;
}

TEST(a_small_answer_leaves_in_one_write_with_its_length_and_type)
{
    start();
    go_http_printf(&w, "hello, %s\n", "world");
    CHECK_EQ(wire.n, 0);
    gf_response_finish(&w);
    CHECK_STR(sent(), "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n"
                      "Content-Length: 13\r\n\r\nhello, world\n|");
    CHECK(!w.close);
}

TEST(an_answer_without_a_word_is_200_and_empty)
{
    start();
    gf_response_finish(&w);
    CHECK_STR(sent(), "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n|");
}

TEST(what_does_not_fit_is_sent_in_chunks)
{
    char long_text[100];
    memset(long_text, 'x', sizeof(long_text));
    start();
    go_http_set_header(&w, "Content-Type", "a/b");
    CHECK_EQ(go_http_write(&w, "first", 5), 5);
    CHECK_EQ(go_http_write(&w, long_text, 100), 100);
    CHECK_EQ(go_http_write(&w, "last", 4), 4);
    gf_response_finish(&w);
    char expected[512];
    snprintf(expected, sizeof(expected),
             "HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nTransfer-Encoding: "
             "chunked\r\n\r\n69\r\nfirst%.100s\r\n|"
             "4\r\nlast\r\n|0\r\n\r\n|",
             long_text);
    CHECK_STR(sent(), expected);
}

TEST(a_length_that_was_set_makes_chunks_needless)
{
    start();
    go_http_set_header(&w, "Content-Length", "70");
    go_http_set_header(&w, "Content-Type", "a/b");
    char half[35];
    memset(half, 'y', 35);
    go_http_write(&w, half, 35);
    go_http_write(&w, half, 35);
    CHECK_EQ(go_http_write(&w, "z", 1), -EMSGSIZE);
    gf_response_finish(&w);
    CHECK_MATCH(sent(),
                "^HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: 70\r\n\r\ny{70}\\|$");
    CHECK(!w.close);
}

TEST(too_little_for_the_length_closes_the_connection)
{
    start();
    go_http_set_header(&w, "Content-Length", "10");
    go_http_write(&w, "abc", 3);
    gf_response_finish(&w);
    CHECK(w.close);
}

// What was sent for so much of a file of 1000 bytes, behind a text that was written.
static void start_with_file(size_t size)
{
    start();
    wire.stream.send_file = wire_send_file;
    file_size = 1000;
    go_http_set_header(&w, "Content-Type", "t");
    go_http_set_header(&w, "Content-Length", gf_arena_printf(&arena, "%zu", size));
}

TEST(a_file_follows_what_was_written_and_goes_past_the_buffer)
{
    start_with_file(304);
    go_http_printf(&w, "text");
    CHECK_EQ(gf_response_send_file(&w, 7, 100, 300), 300);
    gf_response_finish(&w);
    CHECK_STR(sent(), "HTTP/1.1 200 OK\r\nContent-Type: t\r\nContent-Length: 304\r\n\r\ntext|"
                      "<300 of 7 from 100>|");
    CHECK(!w.close);
}

TEST(a_file_that_ends_early_closes_the_connection)
{
    start_with_file(300);
    CHECK_EQ(gf_response_send_file(&w, 7, 900, 300), 100);
    gf_response_finish(&w);
    CHECK(w.close);
}

TEST(a_file_is_left_to_be_written_where_its_length_is_not_named_or_the_stream_cannot)
{
    start_with_file(300);
    CHECK_EQ(gf_response_send_file(&w, 7, 0, 301), -EMSGSIZE);
    w.head_request = true;
    CHECK_EQ(gf_response_send_file(&w, 7, 0, 300), -EOPNOTSUPP);
    start_with_file(300);
    go_http_set_header(&w, "Content-Length", NULL);
    CHECK_EQ(gf_response_send_file(&w, 7, 0, 300), -EOPNOTSUPP);
    start_with_file(300);
    wire.stream.send_file = NULL;
    CHECK_EQ(gf_response_send_file(&w, 7, 0, 300), -EOPNOTSUPP);
    CHECK_EQ(wire.n, 0);
}

TEST(a_file_that_cannot_be_sent_is_an_error_that_stays)
{
    start_with_file(300);
    CHECK_EQ(go_http_flush(&w), 0);
    wire.err = -EPIPE;
    CHECK_EQ(gf_response_send_file(&w, 7, 0, 300), -EPIPE);
    CHECK_EQ(go_http_write(&w, "x", 1), -EPIPE);
    CHECK(w.close);
}

TEST(flush_sends_what_is_there)
{
    start();
    go_http_set_header(&w, "Content-Type", "text/event-stream");
    go_http_flush(&w);
    go_http_printf(&w, "data: 1\n\n");
    go_http_flush(&w);
    go_http_flush(&w);
    gf_response_finish(&w);
    CHECK_STR(
        sent(),
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n|"
        "9\r\ndata: 1\n\n\r\n|0\r\n\r\n|");
}

TEST(head_gets_the_same_headers_and_no_body)
{
    start();
    w.head_request = true;
    go_http_printf(&w, "hello");
    gf_response_finish(&w);
    CHECK_STR(
        sent(),
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 5\r\n\r\n|");
}

TEST(statuses_without_a_body_refuse_one)
{
    start();
    go_http_write_header(&w, 204);
    CHECK_EQ(go_http_write(&w, "x", 1), -EINVAL);
    gf_response_finish(&w);
    CHECK_STR(sent(), "HTTP/1.1 204 No Content\r\n\r\n|");
}

TEST(what_is_not_modified_has_neither_length_nor_type)
{
    start();
    go_http_set_header(&w, "Content-Type", "a/b");
    go_http_set_header(&w, "Content-Length", "5");
    go_http_set_header(&w, "ETag", "\"1\"");
    go_http_write_header(&w, 304);
    gf_response_finish(&w);
    CHECK_STR(sent(), "HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n|");
}

TEST(http_1_0_gets_the_end_of_the_connection_instead_of_chunks)
{
    start();
    w.http10 = true;
    go_http_set_header(&w, "Content-Type", "a/b");
    go_http_flush(&w);
    go_http_printf(&w, "hi");
    gf_response_finish(&w);
    CHECK_STR(sent(), "HTTP/1.1 200 OK\r\nContent-Type: a/b\r\n\r\n|hi|");
    CHECK(w.close);
}

TEST(http_1_0_is_told_that_the_connection_stays)
{
    start();
    w.http10 = true;
    go_http_set_header(&w, "Content-Type", "a/b");
    go_http_printf(&w, "hi");
    gf_response_finish(&w);
    CHECK_STR(sent(), "HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nConnection: "
                      "keep-alive\r\nContent-Length: 2\r\n\r\nhi|");
}

TEST(trailers_follow_the_last_chunk_and_are_announced)
{
    start();
    go_http_set_header(&w, "Content-Type", "a/b");
    go_http_set_trailer(&w, "Checksum", "1");
    go_http_printf(&w, "hi");
    go_http_set_trailer(&w, "Checksum", "42");
    gf_response_finish(&w);
    CHECK_STR(sent(), "HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nTransfer-Encoding: "
                      "chunked\r\nTrailer: Checksum\r\n\r\n"
                      "2\r\nhi\r\n|0\r\nChecksum: 42\r\n\r\n|");
}

TEST(the_first_status_counts_and_early_hints_go_before_it)
{
    start();
    go_http_set_header(&w, "Link", "</a.css>");
    go_http_write_header(&w, 103);
    go_http_write_header(&w, 201);
    go_http_write_header(&w, 500);
    gf_response_finish(&w);
    CHECK_STR(sent(), "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n|"
                      "HTTP/1.1 201 Created\r\nLink: </a.css>\r\nContent-Length: 0\r\n\r\n|");
}

TEST(a_status_that_is_none_panics_in_gos_words)
{
    start();
    EXPECT_PANIC("invalid WriteHeader code 99", go_http_write_header(&w, 99));
    EXPECT_PANIC("invalid WriteHeader code 1000", go_http_write_header(&w, 1000));
}

TEST(line_breaks_cannot_split_a_header_and_bad_names_are_dropped)
{
    start();
    go_http_set_header(&w, "X-Evil", "a\r\nSet-Cookie: b");
    go_http_set_header(&w, "Bad Name", "x");
    go_http_set_header(&w, "Bad\r\n", "x");
    gf_response_finish(&w);
    CHECK_STR(sent(), "HTTP/1.1 200 OK\r\nX-Evil: a  Set-Cookie: b\r\nContent-Length: 0\r\n\r\n|");
}

TEST(headers_can_be_replaced_added_and_removed)
{
    start();
    go_http_add_header(&w, "Set-Cookie", "a");
    go_http_add_header(&w, "set-cookie", "b");
    go_http_set_header(&w, "X", "1");
    go_http_set_header(&w, "x", "2");
    go_http_set_header(&w, "Y", "1");
    go_http_set_header(&w, "Y", NULL);
    gf_response_finish(&w);
    CHECK_STR(
        sent(),
        "HTTP/1.1 200 OK\r\nSet-Cookie: a\r\nset-cookie: b\r\nX: 2\r\nContent-Length: 0\r\n\r\n|");
}

TEST(connection_close_is_honoured)
{
    start();
    go_http_set_header(&w, "Connection", "close");
    gf_response_finish(&w);
    CHECK_STR(sent(), "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n|");
    CHECK(w.close);
}

TEST(an_error_of_the_stream_stays)
{
    start();
    wire.err = -EPIPE;
    go_http_printf(&w, "x");
    CHECK_EQ(go_http_flush(&w), -EPIPE);
    CHECK_EQ(go_http_write(&w, "x", 1), -EPIPE);
    CHECK(w.close);
}

TEST(error_answers_with_a_line_of_text)
{
    start();
    go_http_set_header(&w, "Content-Type", "text/html");
    go_http_error(&w, 404, "not here");
    gf_response_finish(&w);
    CHECK_STR(sent(), "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain; charset=utf-8\r\n"
                      "X-Content-Type-Options: nosniff\r\nContent-Length: 9\r\n\r\nnot here\n|");
}

static const char *location_of(const char *path, const char *url)
{
    start();
    struct go_http_request r = {.arena = &arena, .method = "GET", .raw_path = path};
    go_http_redirect(&w, &r, url, 302);
    CHECK_EQ(w.status, 302);
    return gf_fields_get(&w.fields, "location").p;
}

TEST(redirects_resolve_relative_places)
{
    CHECK_STR(location_of("/a/b", "c"), "/a/c");
    CHECK_STR(location_of("/a/b/", "../c?x=.."), "/a/c?x=..");
    CHECK_STR(location_of("/a", "/x//y/"), "/x/y/");
    CHECK_STR(location_of("/a", "http://h/../x"), "http://h/../x");
    CHECK_STR(location_of("/a/b", "?q=1"), "/a/?q=1");
    CHECK_STR(location_of("/a/b", "#f"), "/a/#f");
    CHECK_STR(location_of("/a/b", ""), "/a/");
    CHECK_STR(location_of("/a/b", "../a?next=http://h/"), "/a?next=http://h/");
}

TEST(redirects_to_another_host_or_scheme_pass_as_they_are)
{
    CHECK_STR(location_of("/a/b", "//h/../x"), "//h/../x");
    CHECK_STR(location_of("/a/b", "mailto:somebody"), "mailto:somebody");
    CHECK_STR(location_of("/a/b", "https://h/caf\xc3\xa9"), "https://h/caf%C3%A9");
}

TEST(a_redirect_whose_type_the_handler_has_set_has_the_handlers_body)
{
    struct go_http_request r = {.method = "GET", .arena = &arena, .raw_path = "/a"};
    start();
    go_http_set_header(&w, "Content-Type", "application/json");
    go_http_redirect(&w, &r, "/b", 302);
    go_http_printf(&w, "{}");
    gf_response_finish(&w);
    CHECK_STR(sent(), "HTTP/1.1 302 Found\r\nContent-Type: application/json\r\nLocation: "
                      "/b\r\nContent-Length: 2\r\n\r\n{}|");
}

TEST(without_a_stream_everything_is_collected)
{
    gf_arena_init(&arena, room, sizeof(room));
    gf_response_init(&w, NULL, &arena, body, sizeof(body));
    for (int i = 0; i < 1000; i++)
        CHECK_EQ(go_http_write(&w, "0123456789", 10), 10);
    CHECK_EQ(go_http_flush(&w), 0);
    CHECK_EQ(w.n, 10000);
    CHECK(memcmp(w.buf + 9990, "0123456789", 10) == 0);
    gf_arena_reset(&arena);
}

TEST(dates_are_written_and_read)
{
    char text[GF_DATE_SIZE + 1] = {0};
    gf_date_format(784111777, text);
    CHECK_STR(text, "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK_EQ(gf_date_parse(text), 784111777);
    CHECK_EQ(gf_date_parse("Sunday, 06-Nov-94 08:49:37 GMT"), 784111777);
    CHECK_EQ(gf_date_parse("Sun Nov  6 08:49:37 1994"), 784111777);
    CHECK_EQ(gf_date_parse("Friday, 01-Jan-60 00:00:00 GMT"), 2840140800);
    CHECK_EQ(gf_date_parse("Sun, 06 Nov 1994 08:49:37 CET"), -1);
    CHECK_EQ(gf_date_parse("Sun, 06 Nov 1994 08:49:37 GMT+1"), -1);
    CHECK_EQ(gf_date_parse("Sun, 06 Abc 1994 08:49:37 GMT"), -1);
    CHECK_EQ(gf_date_parse("yesterday"), -1);
    gf_date_now(text);
    CHECK(llabs(gf_date_parse(text) - (int64_t)time(NULL)) <= 2);
}

TEST(types_are_told_by_the_first_bytes)
{
#define SNIFF(literal) gf_sniff(gf_span(literal, sizeof(literal) - 1))
    CHECK_STR(SNIFF("  <!doctype html>x"), "text/html; charset=utf-8");
    CHECK_STR(SNIFF("plain \xC3\xA4 text"), "text/plain; charset=utf-8");
    CHECK_STR(SNIFF("\x89PNG\r\n\x1A\n..."), "image/png");
    CHECK_STR(SNIFF("a\0b"), "application/octet-stream");
    CHECK_STR(SNIFF("a long line, and then a control byte \1"), "application/octet-stream");
    CHECK_STR(SNIFF("a long line with tabs\t, escapes \x1B, \x7F and \xFF"),
              "text/plain; charset=utf-8");
    CHECK_STR(SNIFF(""), "text/plain; charset=utf-8");
    CHECK_STR(SNIFF("\n<?xml version"), "text/xml; charset=utf-8");
    CHECK_STR(SNIFF("<!--x"), "text/plain; charset=utf-8");
    CHECK_STR(SNIFF("<!-- x"), "text/html; charset=utf-8");
    CHECK_STR(SNIFF("<bx>"), "text/plain; charset=utf-8");
    CHECK_STR(SNIFF("\xEF\xBB\xBF"
                    "a"),
              "text/plain; charset=utf-8");
    CHECK_STR(SNIFF("\xFE\xFF\0a"), "text/plain; charset=utf-16be");
    CHECK_STR(SNIFF("RIFF....WEBPVP"), "image/webp");
    CHECK_STR(SNIFF("RIFF....WAVE"), "audio/wave");
    CHECK_STR(SNIFF("XXXX....WAVE"), "text/plain; charset=utf-8");
    CHECK_STR(SNIFF("MThd\0\0\0\6"), "audio/midi");
    CHECK_STR(SNIFF("\0\0\1\0"), "image/x-icon");
    CHECK_STR(SNIFF("\0\0\0\x14"
                    "ftypisom0000mp41"),
              "video/mp4");
    CHECK_STR(SNIFF("\0\0\0\x14"
                    "ftypisommp410000"),
              "application/octet-stream");
    CHECK_STR(SNIFF("0123456789012345678901234567890123LP"), "application/vnd.ms-fontobject");
    CHECK_STR(SNIFF("OTTO\0"), "font/otf");
    CHECK_STR(SNIFF("Rar!\x1A\7\1\0"), "application/x-rar-compressed");
    CHECK_STR(gf_type_of_name("a/b.CSS"), "text/css; charset=utf-8");
    CHECK(gf_type_of_name("noending") == NULL);
}
