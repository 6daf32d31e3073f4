// SPDX-License-Identifier: MIT
// The server over real connections of this machine: framing and keep-alive as clients see them, the limits with their
// statuses, and what a handler may do with its connection. Clients here are sockets that say exactly the bytes of the
// test, so the answers can be compared whole.
#include "support/http.h"

static void hello(go_http_response *w, go_http_request *r, void *arg)
{
    (void)r;
    (void)arg;
    go_http_printf(w, "hello\n");
}

static void echo(go_http_response *w, go_http_request *r, void *arg)
{
    (void)arg;
    char buf[1000];
    ssize_t n;
    while ((n = go_http_body_read(r, buf, sizeof(buf))) > 0)
        go_http_write(w, buf, (size_t)n);
    if (n < 0)
        go_http_printf(w, "error %s", go_strerror((int)n));
}

static struct test_server *serve_with(go_http_fn fn, void *arg, go_http_options options)
{
    go_http_mux *mux = go_http_mux_new();
    go_http_handle(mux, "/", fn, arg);
    return test_serve(mux, options);
}

static struct test_server *serve(go_http_fn fn)
{
    return serve_with(fn, NULL, (go_http_options){0});
}

TEST(a_connection_serves_one_request_after_the_other)
{
    struct test_server *s = serve(hello);
    go_conn *c = test_dial(s);
    for (int i = 0; i < 3; i++) {
        test_say(c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        CHECK_CONTAINS(test_hear(c, "hello\n"), "HTTP/1.1 200 OK\r\n");
    }
    go_conn_free(c);
    test_server_end(s);
}

TEST(pipelined_requests_are_answered_in_order)
{
    struct test_server *s = serve(echo);
    const char *answer = test_ask(
        s, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n1"
           "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n2\r\n0\r\n\r\n"
           "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nConnection: close\r\n\r\n3");
    CHECK_MATCH(answer, "\r\n\r\n1HTTP/1.1 200 OK(.|\n)*\r\n\r\n2HTTP/1.1 200 OK(.|\n)*Connection: "
                        "close\r\n(.|\n)*\r\n\r\n3$");
    test_server_end(s);
}

TEST(bodies_come_and_go_in_chunks_of_any_size)
{
    struct test_server *s = serve(echo);
    go_conn *c = test_dial(s);
    test_say(c, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    static char piece[5001];
    memset(piece, 'x', 5000);
    char size[16];
    for (int i = 1; i <= 5000; i += 777) {
        snprintf(size, sizeof(size), "%x\r\n", i);
        test_say(c, size);
        (void)go_conn_write(c, piece, (size_t)i);
        test_say(c, "\r\n");
    }
    test_say(c, "0\r\n\r\n");
    const char *answer = test_hear(c, "\r\n0\r\n\r\n");
    CHECK_CONTAINS(answer, "Transfer-Encoding: chunked\r\n");
    size_t count = 0;
    for (const char *p = strstr(answer, "\r\n\r\n"); *p; p++)
        count += *p == 'x';
    CHECK_EQ(count, 1 + 778 + 1555 + 2332 + 3109 + 3886 + 4663);
    go_conn_free(c);
    test_server_end(s);
}

TEST(a_client_that_expects_continue_gets_it_when_the_body_is_read)
{
    struct test_server *s = serve(echo);
    go_conn *c = test_dial(s);
    test_say(c, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    CHECK_STR(test_hear(c, "\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    test_say(c, "ok");
    CHECK_CONTAINS(test_hear(c, "ok"), "HTTP/1.1 200 OK\r\n");
    go_conn_free(c);
    CHECK_CONTAINS(
        test_ask(s, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: miracles\r\n\r\n"),
        "HTTP/1.1 417 ");
    test_server_end(s);
}

static void answer_then_read(go_http_response *w, go_http_request *r, void *arg)
{
    (void)arg;
    char buf[10];
    go_http_printf(w, "first");
    go_http_flush(w);
    go_http_printf(w, " %zd", go_http_body_read(r, buf, sizeof(buf)));
}

TEST(continue_is_not_said_behind_the_head_of_the_answer)
{
    struct test_server *s = serve(answer_then_read);
    go_conn *c = test_dial(s);
    test_say(c, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    const char *head = test_hear(c, "first\r\n");
    CHECK_CONTAINS(head, "HTTP/1.1 200 OK\r\n");
    CHECK_CONTAINS(head, "Connection: close\r\n");
    test_say(c, "ok");
    CHECK_STR(test_hear(c, NULL), "2\r\n 2\r\n0\r\n\r\n");
    go_conn_free(c);
    test_server_end(s);
}

static void read_to_end(go_http_request *r, go_waitgroup *done)
{
    char buf[1000];
    while (go_http_body_read(r, buf, sizeof(buf)) > 0)
        ;
    go_waitgroup_done(done);
}

static void read_beside(go_http_response *w, go_http_request *r, void *arg)
{
    go_waitgroup done = {0};
    (void)arg;
    go_waitgroup_add(&done, 1);
    go(read_to_end, r, &done);
    CHECK_EQ(go_context_err(go_http_context(r)), 0);
    for (int i = 0; i < 20; i++) {
        go_http_printf(w, "%02d", i);
        go_http_flush(w);
    }
    go_waitgroup_wait(&done);
}

TEST(the_body_may_be_read_while_another_goroutine_answers)
{
    struct test_server *s = serve(read_beside);
    char body[3000];
    memset(body, 'b', sizeof(body));
    for (size_t i = 0; i < test_rounds(100); i++) {
        go_conn *c = test_dial(s);
        test_say(c, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3000\r\n\r\n");
        CHECK_EQ(go_conn_write(c, body, 1000), 1000);
        CHECK_EQ(go_conn_write(c, body, 2000), 2000);
        test_hear(c, "2\r\n19\r\n0\r\n\r\n");
        go_conn_free(c);
    }
    test_server_end(s);
    WAIT_UNTIL(go_num_goroutine() == 1);
}

TEST(a_body_that_was_expected_but_not_read_closes_the_connection)
{
    struct test_server *s = serve(hello);
    const char *answer = test_ask(
        s, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    CHECK_CONTAINS(answer, "HTTP/1.1 200 OK\r\n");
    CHECK_CONTAINS(answer, "Connection: close\r\n");
    test_server_end(s);
}

TEST(a_short_body_that_nobody_reads_is_dropped)
{
    struct test_server *s = serve(hello);
    go_conn *c = test_dial(s);
    test_say(c, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n");
    test_hear(c, "hello\n");
    test_say(c, "12345GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK_CONTAINS(test_hear(c, "hello\n"), "HTTP/1.1 200 OK\r\n");
    go_conn_free(c);
    test_server_end(s);
}

TEST(head_and_options_have_no_body)
{
    struct test_server *s = serve(hello);
    CHECK_MATCH(test_ask(s, "HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"),
                "^HTTP/1.1 200 OK\r\n(.|\n)*Content-Length: 6\r\n\r\n$");
    CHECK_MATCH(test_ask(s, "OPTIONS * HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"),
                "^HTTP/1.1 200 OK\r\n(.|\n)*Content-Length: 0\r\n\r\n$");
    test_server_end(s);
}

TEST(http_1_0_closes_unless_it_asks_to_stay)
{
    struct test_server *s = serve(hello);
    CHECK_CONTAINS(test_ask(s, "GET / HTTP/1.0\r\n\r\n"), "\r\n\r\nhello\n");
    go_conn *c = test_dial(s);
    for (int i = 0; i < 2; i++) {
        test_say(c, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        CHECK_CONTAINS(test_hear(c, "hello\n"), "Connection: keep-alive\r\n");
    }
    go_conn_free(c);
    test_server_end(s);
}

// --- Limits ---

TEST(a_head_over_the_limit_is_answered_431)
{
    struct test_server *s = serve_with(hello, NULL, (go_http_options){.max_header_bytes = 10000});
    go_conn *c = test_dial(s);
    static char header[12000];
    memset(header, 'a', sizeof(header) - 1);
    test_say(c, "GET / HTTP/1.1\r\nHost: h\r\nX: ");
    test_say(c, header);
    CHECK_MATCH(test_hear(c, NULL), "^HTTP/1.1 431 ");
    go_conn_free(c);
    test_server_end(s);
}

TEST(a_head_within_the_limit_may_be_larger_than_the_first_buffer)
{
    struct test_server *s = serve(hello);
    static char header[100000];
    memset(header, 'a', sizeof(header) - 1);
    go_conn *c = test_dial(s);
    test_say(c, "GET / HTTP/1.1\r\nHost: h\r\nX: ");
    test_say(c, header);
    test_say(c, "\r\n\r\n");
    CHECK_MATCH(test_hear(c, "hello\n"), "^HTTP/1.1 200 ");
    go_conn_free(c);
    test_server_end(s);
}

TEST(a_body_over_the_limit_is_answered_413)
{
    struct test_server *s = serve_with(echo, NULL, (go_http_options){.max_body_bytes = 10});
    CHECK_MATCH(test_ask(s, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n01234567890"),
                "^HTTP/1.1 413 ");
    CHECK_MATCH(test_ask(s, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
                            "chunked\r\n\r\nb\r\n01234567890\r\n0\r\n\r\n"),
                "^HTTP/1.1 413 ");
    CHECK_MATCH(test_ask(s, "POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: "
                            "10\r\n\r\n0123456789"),
                "^HTTP/1.1 200 ");
    test_server_end(s);
}

TEST(a_head_that_takes_too_long_is_answered_408)
{
    struct test_server *s =
        serve_with(hello, NULL, (go_http_options){.read_header_timeout = 100 * GO_MILLISECOND});
    go_conn *c = test_dial(s);
    test_say(c, "GET / HTTP/1.1\r\nHost:");
    CHECK_MATCH(test_hear(c, NULL), "^HTTP/1.1 408 ");
    go_conn_free(c);
    CHECK_MATCH(test_ask(s, ""), "^HTTP/1.1 408 ");
    test_server_end(s);
}

// Reads the body and says nothing of it.
static void read_quietly(go_http_response *w, go_http_request *r, void *arg)
{
    (void)w;
    (void)arg;
    char buf[10];
    while (go_http_body_read(r, buf, sizeof(buf)) > 0)
        ;
}

TEST(a_body_that_takes_too_long_is_answered_408)
{
    struct test_server *s = serve_with(read_quietly, NULL,
                                       (go_http_options){.read_timeout = 100 * GO_MILLISECOND});
    go_conn *c = test_dial(s);
    test_say(c, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n12");
    CHECK_MATCH(test_hear(c, NULL), "^HTTP/1.1 408 ");
    go_conn_free(c);
    test_server_end(s);
}

TEST(an_idle_connection_ends_with_408_when_its_time_is_over)
{
    struct test_server *s = serve_with(hello, NULL,
                                       (go_http_options){.idle_timeout = 100 * GO_MILLISECOND});
    go_conn *c = test_dial(s);
    test_say(c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    test_hear(c, "hello\n");
    CHECK_MATCH(test_hear(c, NULL), "^HTTP/1.1 408 ");
    go_conn_free(c);
    test_server_end(s);
}

// The time to answer is the earlier request's, and over by then.
TEST(a_refusal_after_the_write_timeout_of_an_earlier_request_is_still_heard)
{
    go_http_options options = {.write_timeout = 50 * GO_MILLISECOND,
                               .read_header_timeout = 200 * GO_MILLISECOND,
                               .idle_timeout = 200 * GO_MILLISECOND};
    struct test_server *s = serve_with(hello, NULL, options);
    static const char *const next[] = {"", "GET / HT"};
    for (int i = 0; i < 2; i++) {
        go_conn *c = test_dial(s);
        test_say(c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        test_hear(c, "hello\n");
        test_say(c, next[i]);
        CHECK_MATCH(test_hear(c, NULL), "^HTTP/1.1 408 ");
        go_conn_free(c);
    }
    test_server_end(s);
}

// Writes until it fails.
static void write_for_ever(go_http_response *w, go_http_request *r, void *arg)
{
    (void)r;
    chan(int) ended = arg;
    static char block[65536];
    ssize_t n;
    do
        n = go_http_write(w, block, sizeof(block));
    while (n > 0);
    chan_send(ended, (int)n);
}

TEST(a_client_that_reads_nothing_runs_into_the_write_timeout)
{
    chan(int) ended = chan_make(int, 1);
    struct test_server *s = serve_with(write_for_ever, ended,
                                       (go_http_options){.write_timeout = 200 * GO_MILLISECOND});
    go_conn *c = test_dial(s);
    test_say(c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK_EQ(chan_recv(ended), -ETIMEDOUT);
    go_conn_free(c);
    test_server_end(s);
    chan_free(ended);
}

TEST(malformed_requests_get_400_and_the_end_of_the_connection)
{
    struct test_server *s = serve(hello);
    CHECK_MATCH(test_ask(s, "nonsense\r\n\r\n"), "^HTTP/1.1 400 Bad Request\r\n");
    CHECK_MATCH(test_ask(s, "GET / HTTP/1.1\r\n\r\n"),
                "^HTTP/1.1 400 (.|\n)*missing required Host");
    CHECK_MATCH(test_ask(s, "BREW / HTTP/1.1\r\nHost: h\r\n\r\n"), "^HTTP/1.1 501 ");
    CHECK_MATCH(test_ask(s, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: "
                            "chunked\r\n\r\n"),
                "^HTTP/1.1 400 ");
    test_server_end(s);
}

// --- What handlers do ---

static void panic_or_hello(go_http_response *w, go_http_request *r, void *arg)
{
    (void)arg;
    if (go_http_query(r, "panic"))
        go_panic("the handler is broken");
    if (go_http_query(r, "abort"))
        go_panic_value(go_http_abort);
    hello(w, r, NULL);
}

TEST(a_panic_ends_its_own_connection_only_and_is_logged)
{
    struct test_server *s = serve(panic_or_hello);
    go_conn *c = test_dial(s);
    test_say(c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    test_hear(c, "hello\n");
    CHECK_STR(test_ask(s, "GET /?panic HTTP/1.1\r\nHost: h\r\n\r\n"), "");
    test_say(c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK_CONTAINS(test_hear(c, "hello\n"), "200 OK");
    go_conn_free(c);
    CHECK_MATCH(s->log, "^http: panic serving 127.0.0.1:[0-9]+: the handler is broken\ngoroutine ");
    CHECK_CONTAINS(s->log, "panic_or_hello");
    test_server_end(s);
}

TEST(an_abort_is_not_logged)
{
    struct test_server *s = serve(panic_or_hello);
    CHECK_STR(test_ask(s, "GET /?abort HTTP/1.1\r\nHost: h\r\n\r\n"), "");
    CHECK_STR(s->log, "");
    test_server_end(s);
}

static void leave(go_http_response *w, go_http_request *r, void *arg)
{
    (void)w;
    (void)r;
    (void)arg;
    go_exit();
}

TEST(a_handler_that_exits_its_goroutine_leaks_nothing)
{
    struct test_server *s = serve(leave);
    CHECK_STR(test_ask(s, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"), "");
    test_server_end(s);
}

static go_context *kept;

static void keep_context(go_http_response *w, go_http_request *r, void *arg)
{
    (void)w;
    (void)arg;
    kept = go_context_ref(go_http_context(r));
    CHECK_EQ(go_context_err(kept), 0);
}

TEST(the_context_ends_when_the_handler_returns)
{
    struct test_server *s = serve(keep_context);
    go_conn *c = test_dial(s);
    for (int i = 0; i < 3; i++) {
        test_say(c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        CHECK_CONTAINS(test_hear(c, "\r\n\r\n"), "200 OK");
        CHECK_EQ(go_context_err(kept), -ECANCELED);
        go_context_free(kept);
    }
    go_conn_free(c);
    test_server_end(s);
}

static void wait_for_context(go_http_response *w, go_http_request *r, void *arg)
{
    (void)w;
    chan(int) ended = arg;
    char buf[10];
    go_context *ctx = go_http_context(r);
    while (go_http_body_read(r, buf, sizeof(buf)) > 0)
        ;
    chan_send(ended, 0);
    go_select {
        case_done(ctx) {}
    }
    chan_send(ended, go_context_err(ctx));
}

TEST(the_context_ends_when_the_client_goes_away)
{
    chan(int) ended = chan_make(int);
    struct test_server *s = serve_with(wait_for_context, ended, (go_http_options){0});
    go_conn *c = test_dial(s);
    test_say(c, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc");
    CHECK_EQ(chan_recv(ended), 0);
    go_conn_free(c);
    CHECK_EQ(chan_recv(ended), -ECANCELED);
    test_server_end(s);
    chan_free(ended);
}

TEST(the_context_ends_when_the_client_goes_away_after_the_time_to_read_is_over)
{
    chan(int) ended = chan_make(int);
    struct test_server *s = serve_with(wait_for_context, ended,
                                       (go_http_options){.read_timeout = 100 * GO_MILLISECOND});
    go_conn *c = test_dial(s);
    test_say(c, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc");
    CHECK_EQ(chan_recv(ended), 0);
    go_sleep(200 * GO_MILLISECOND);
    go_conn_free(c);
    CHECK_EQ(chan_recv(ended), -ECANCELED);
    test_server_end(s);
    chan_free(ended);
}

static void take_over(go_http_response *w, go_http_request *r, void *arg)
{
    (void)arg;
    go_http_context(r);
    go_conn *c = go_http_hijack(w);
    CHECK(c != NULL);
    CHECK_EQ(go_http_write(w, "x", 1), -ESHUTDOWN);
    CHECK(go_http_hijack(w) == NULL);
    char buf[100];
    ssize_t n;
    (void)go_conn_write(c, "raw:", 4);
    while ((n = go_conn_read(c, buf, sizeof(buf))) > 0)
        (void)go_conn_write(c, buf, (size_t)n);
    go_conn_free(c);
}

TEST(a_hijacked_connection_begins_with_what_was_read_too_much)
{
    struct test_server *s = serve(take_over);
    go_conn *c = test_dial(s);
    test_say(c, "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: raw\r\n\r\nearly ");
    CHECK_STR(test_hear(c, "early "), "raw:early ");
    test_say(c, "late");
    CHECK_STR(test_hear(c, "late"), "late");
    // Hijacked connections are their owner's: a shutdown does not wait for them.
    go_http_shutdown(s->server, NULL);
    test_say(c, "after");
    CHECK_STR(test_hear(c, "after"), "after");
    go_conn_free(c);
    test_server_end(s);
}

static void stream(go_http_response *w, go_http_request *r, void *arg)
{
    (void)r;
    chan(int) more = arg;
    go_http_set_header(w, "Content-Type", "text/event-stream");
    chan_range(i, more) {
        go_http_printf(w, "data: %d\n\n", i);
        go_http_flush(w);
    }
}

TEST(server_sent_events_arrive_one_by_one)
{
    chan(int) more = chan_make(int);
    struct test_server *s = serve_with(stream, more, (go_http_options){0});
    go_conn *c = test_dial(s);
    test_say(c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    chan_send(more, 1);
    CHECK_CONTAINS(test_hear(c, "data: 1\n\n\r\n"), "text/event-stream");
    chan_send(more, 2);
    CHECK_STR(test_hear(c, "data: 2\n\n\r\n"), "9\r\ndata: 2\n\n\r\n");
    chan_close(more);
    CHECK_STR(test_hear(c, "0\r\n\r\n"), "0\r\n\r\n");
    go_conn_free(c);
    test_server_end(s);
    chan_free(more);
}
