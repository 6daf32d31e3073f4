// SPDX-License-Identifier: MIT
// The middleware that comes with the server, over real connections: what a client sees when a handler panics, takes too
// long, or ends in the middle of its answer, and what is left behind of it afterwards.
#include "support/http.h"

#include <gofer/x/limiter.h>

static chan(go_unit) release;
static chan(int) ended;

static void handler(go_http_response *w, go_http_request *r, void *arg)
{
    (void)arg;
    const char *what = go_http_query(r, "do");
    if (!what) {
        go_http_set_header(w, "X-Own", "yes");
        go_http_write_header(w, 201);
        go_http_printf(w, "hello\n");
    } else if (strcmp(what, "panic") == 0) {
        go_http_printf(w, "lost");
        go_panic("broken");
    } else if (strcmp(what, "late-panic") == 0) {
        go_http_printf(w, "half");
        go_http_flush(w);
        go_panic("broken");
    } else if (strcmp(what, "exit") == 0) {
        go_exit();
    } else if (strcmp(what, "wait") == 0) {
        go_select {
            case_done(go_http_context(r)) {}
        }
        CHECK_EQ(go_context_err(go_http_context(r)), -ETIMEDOUT);
        chan_recv(release);
        // The request is still whole, but nobody listens.
        CHECK_STR(go_http_header(r, "X-Text"), "still here");
        chan_send(ended, (int)go_http_write(w, "x", 1));
    } else if (strcmp(what, "read") == 0) {
        char buf[10];
        ssize_t n;
        while ((n = go_http_body_read(r, buf, sizeof(buf))) > 0)
            ;
        chan_recv(release);
        chan_send(ended, (int)go_http_body_read(r, buf, sizeof(buf)));
    }
}

static struct test_server *serve(go_http_middleware m, void *arg)
{
    release = chan_make(go_unit);
    ended = chan_make(int, 10);
    go_http_mux *mux = go_http_mux_new();
    go_http_use(mux, m, arg);
    go_http_handle(mux, "/", handler, NULL);
    return test_serve(mux, (go_http_options){0});
}

#define REQUEST(query)                                                                             \
    "GET /" query " HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX-Text: still here\r\n\r\n"

TEST(recovery_answers_500_and_logs_the_stack)
{
    struct test_server *s = serve(go_http_recovery, NULL);
    const char *answer = test_ask(s, REQUEST("?do=panic"));
    CHECK_MATCH(answer, "^HTTP/1.1 500 Internal Server Error\r\n");
    CHECK_LACKS(answer, "lost");
    CHECK_MATCH(s->log, "^http: panic serving 127.0.0.1:[0-9]+: broken\ngoroutine ");
    CHECK_MATCH(test_ask(s, REQUEST("")), "^HTTP/1.1 201 Created\r\nX-Own: yes\r\n");
    test_server_end(s);
}

TEST(recovery_breaks_off_an_answer_that_was_under_way)
{
    struct test_server *s = serve(go_http_recovery, NULL);
    const char *answer = test_ask(s, REQUEST("?do=late-panic"));
    CHECK_CONTAINS(answer, "4\r\nhalf\r\n");
    CHECK_LACKS(answer, "\r\n0\r\n\r\n");
    test_server_end(s);
}

TEST(log_writes_a_line_a_request)
{
    char line[300] = "";
    FILE *out = tmpfile();
    struct test_server *s = serve(go_http_log, out);
    test_ask(s, REQUEST("?q=1"));
    test_server_end(s);
    rewind(out);
    CHECK(fgets(line, sizeof(line), out) != NULL);
    CHECK_MATCH(line, "^127.0.0.1:[0-9]+ GET /\\?q=1 201 6 [0-9.]+ms\n$");
    fclose(out);
}

static go_duration long_time = 20 * GO_SECOND, short_time = 50 * GO_MILLISECOND;

TEST(what_answers_in_time_is_passed_on_whole)
{
    struct test_server *s = serve(go_http_timeout, &long_time);
    CHECK_MATCH(test_ask(s, REQUEST("")),
                "^HTTP/1.1 201 Created\r\nX-Own: yes\r\n(.|\n)*\r\n\r\nhello\n$");
    test_server_end(s);
}

// One that the machine is too busy for is answered 503 as well.
static bool is_served(struct test_server *s)
{
    const char *answer =
        test_ask(s, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX-Text: another\r\n\r\n");
    CHECK_MATCH(answer, "^HTTP/1.1 (201|503) ");
    return strstr(answer, " 201 ");
}

TEST(what_takes_too_long_is_answered_503_and_keeps_its_request)
{
    struct test_server *s = serve(go_http_timeout, &short_time);
    CHECK_MATCH(test_ask(s, REQUEST("?do=wait")), "^HTTP/1.1 503 Service Unavailable\r\n");
    // Others are served meanwhile, by memory that must not be the late one's.
    for (int served = 0; served < 10;)
        served += is_served(s);
    CHECK_EQ(chan_len(ended), 0);
    chan_close(release);
    CHECK_EQ(chan_recv(ended), -ETIMEDOUT);
    test_server_end(s);
    WAIT_UNTIL(go_num_goroutine() == 1);
}

TEST(a_late_handler_outlives_its_server)
{
    struct test_server *s = serve(go_http_timeout, &short_time);
    CHECK_MATCH(test_ask(s, REQUEST("?do=wait")), "^HTTP/1.1 503 ");
    test_server_end(s);
    chan_close(release);
    CHECK_EQ(chan_recv(ended), -ETIMEDOUT);
    WAIT_UNTIL(go_num_goroutine() == 1);
}

TEST(a_read_of_the_body_under_way_ends_with_the_time)
{
    struct test_server *s = serve(go_http_timeout, &short_time);
    CHECK_MATCH(test_ask(s, "POST /?do=read HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc"),
                "^HTTP/1.1 503 ");
    chan_close(release);
    CHECK_EQ(chan_recv(ended), -ETIMEDOUT);
    test_server_end(s);
}

TEST(a_panic_within_the_time_is_the_connections)
{
    struct test_server *s = serve(go_http_timeout, &long_time);
    CHECK_STR(test_ask(s, REQUEST("?do=panic")), "");
    CHECK_MATCH(s->log, "http: panic serving 127.0.0.1:[0-9]+: broken\n");
    CHECK_MATCH(test_ask(s, REQUEST("?do=exit")), "^HTTP/1.1 200 ");
    test_server_end(s);
}

TEST(the_rate_limit_answers_429_and_says_when_to_come_back)
{
    go_limiter *limiter = go_limiter_new(0.1, 2);
    struct test_server *s = serve(go_http_rate_limit, limiter);
    for (int i = 0; i < 2; i++)
        CHECK_MATCH(test_ask(s, REQUEST("")), "^HTTP/1.1 201 ");
    for (int i = 0; i < 2; i++)
        CHECK_MATCH(test_ask(s, REQUEST("")),
                    "^HTTP/1.1 429 Too Many Requests\r\nRetry-After: (9|10)\r\n");
    test_server_end(s);
    go_limiter_free(limiter);
}
