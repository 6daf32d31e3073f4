// SPDX-License-Identifier: MIT
// Ending a server: who is waited for, who is not, and what everybody is told. And what clients may do to it meanwhile:
// the number of goroutines and of open descriptors afterwards is what it was before.
#include "support/http.h"

static chan(go_unit) entered;
static chan(go_unit) release;

static void wait_then_answer(go_http_response *w, go_http_request *r, void *arg)
{
    (void)r;
    (void)arg;
    chan_send(entered, GO_UNIT);
    chan_recv(release);
    go_http_printf(w, "finished\n");
}

static void hello(go_http_response *w, go_http_request *r, void *arg)
{
    (void)r;
    (void)arg;
    go_http_printf(w, "hello\n");
}

static struct test_server *serve(go_http_fn fn)
{
    entered = chan_make(go_unit, 1000);
    release = chan_make(go_unit);
    go_http_mux *mux = go_http_mux_new();
    go_http_handle(mux, "/", fn, NULL);
    return test_serve(mux, (go_http_options){0});
}

static const char request[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

static void shut_down(struct test_server *s, chan(int) done)
{
    chan_send(done, go_http_shutdown(s->server, NULL));
}

TEST(shutdown_waits_for_a_request_under_way_and_serve_returns_at_once)
{
    struct test_server *s = serve(wait_then_answer);
    chan(int) done = chan_make(int, 1);
    go_conn *c = test_dial(s);
    test_say(c, request);
    chan_recv(entered);
    go(shut_down, s, done);
    CHECK_EQ(chan_recv(s->served), -ESHUTDOWN);
    chan_send(s->served, -ESHUTDOWN);
    CHECK_EQ(chan_len(done), 0);
    chan_close(release);
    const char *answer = test_hear(c, NULL);
    CHECK_CONTAINS(answer, "Connection: close\r\n");
    CHECK_CONTAINS(answer, "finished\n");
    CHECK_EQ(chan_recv(done), 0);
    go_conn_free(c);
    test_server_end(s);
}

TEST(shutdown_closes_idle_connections)
{
    struct test_server *s = serve(hello);
    go_conn *c = test_dial(s);
    test_say(c, request);
    test_hear(c, "hello\n");
    CHECK_EQ(go_http_shutdown(s->server, NULL), 0);
    CHECK_STR(test_hear(c, NULL), "");
    go_conn_free(c);
    test_server_end(s);
}

TEST(shutdown_gives_up_with_its_context_and_leaves_the_rest_open)
{
    struct test_server *s = serve(wait_then_answer);
    go_conn *c = test_dial(s);
    test_say(c, request);
    chan_recv(entered);
    go_context *ctx = go_context_with_timeout(go_context_background(), 50 * GO_MILLISECOND);
    CHECK_EQ(go_http_shutdown(s->server, ctx), -ETIMEDOUT);
    go_context_free(ctx);
    chan_close(release);
    CHECK_CONTAINS(test_hear(c, NULL), "finished\n");
    go_conn_free(c);
    test_server_end(s);
}

TEST(serving_after_a_shutdown_returns_at_once)
{
    struct test_server *s = serve(hello);
    CHECK_EQ(go_http_shutdown(s->server, NULL), 0);
    CHECK_EQ(go_http_listen_and_serve(s->server, "127.0.0.1:0"), -ESHUTDOWN);
    int err;
    go_listener *l = go_listen("tcp", "127.0.0.1:0", &err);
    CHECK_EQ(go_http_serve(s->server, l), -ESHUTDOWN);
    CHECK(go_accept(l, &err) == NULL);
    CHECK_EQ(err, -ESHUTDOWN);
    go_listener_free(l);
    test_server_end(s);
}

static void note(void *arg)
{
    chan(go_unit) c = arg;
    chan_recv(c);
    chan_send(c, GO_UNIT);
}

TEST(shutdown_runs_the_hooks_without_waiting_for_them)
{
    struct test_server *s = serve(hello);
    chan(go_unit) c = chan_make(go_unit);
    go_http_on_shutdown(s->server, note, c);
    CHECK_EQ(go_http_shutdown(s->server, NULL), 0);
    chan_send(c, GO_UNIT);
    chan_recv(c);
    test_server_end(s);
    chan_free(c);
}

TEST(close_is_forceful_and_may_be_repeated)
{
    struct test_server *s = serve(wait_then_answer);
    go_conn *c = test_dial(s);
    test_say(c, request);
    chan_recv(entered);
    CHECK_EQ(go_http_close(s->server), 0);
    CHECK_EQ(go_http_close(s->server), 0);
    CHECK_STR(test_hear(c, NULL), "");
    chan_close(release);
    go_conn_free(c);
    test_server_end(s);
}

TEST(a_server_may_be_freed_while_a_request_is_under_way)
{
    struct test_server *s = serve(wait_then_answer);
    go_conn *c = test_dial(s);
    test_say(c, request);
    chan_recv(entered);
    go_http_close(s->server);
    CHECK_EQ(chan_recv(s->served), -ESHUTDOWN);
    go_http_server_free(s->server);
    chan_close(release);
    go_conn_free(c);
    WAIT_UNTIL(go_num_goroutine() == 1);
    go_listener_free(s->listener);
    go_http_mux_free(s->mux);
}

// --- Under load ---

static void ask_once(struct test_server *s, go_waitgroup *started, chan(bool) answered)
{
    go_conn *c = test_dial(s);
    test_say(c, request);
    go_waitgroup_done(started);
    char buf[1000];
    size_t n = 0;
    ssize_t got;
    while ((got = go_conn_read(c, buf + n, sizeof(buf) - 1 - n)) > 0)
        n += (size_t)got;
    buf[n] = 0;
    chan_send(answered, strstr(buf, "\r\n\r\nfinished\n") != NULL);
    go_conn_free(c);
}

TEST(two_hundred_requests_under_way_all_get_their_whole_answer)
{
    enum { N = 200 };
    struct test_server *s = serve(wait_then_answer);
    chan(bool) answered = chan_make(bool, N);
    chan(int) done = chan_make(int, 1);
    go_waitgroup started = {0};
    go_waitgroup_add(&started, N);
    for (int i = 0; i < N; i++)
        go(ask_once, s, &started, answered);
    for (int i = 0; i < N; i++)
        chan_recv(entered);
    go(shut_down, s, done);
    CHECK_EQ(chan_recv(s->served), -ESHUTDOWN);
    chan_send(s->served, -ESHUTDOWN);
    chan_close(release);
    for (int i = 0; i < N; i++)
        CHECK(chan_recv(answered));
    CHECK_EQ(chan_recv(done), 0);
    test_server_end(s);
}

// Asks again and again on one connection, until the server closes it: counts requests that were cut short.
static void ask_until_closed(struct test_server *s, go_waitgroup *connected, atomic_int *answered,
                             chan(int) broken)
{
    go_conn *c = test_dial(s);
    go_waitgroup_done(connected);
    int torn = 0;
    for (bool open = true; open;) {
        char buf[1000];
        size_t n = 0;
        ssize_t got;
        if (go_conn_write(c, request, sizeof(request) - 1) < 0)
            break;
        do {
            got = go_conn_read(c, buf + n, sizeof(buf) - 1 - n);
            n += got > 0 ? (size_t)got : 0;
            buf[n] = 0;
        } while (got > 0 && !strstr(buf, "hello\n"));
        torn += n && !strstr(buf, "hello\n");
        open = got > 0;
        atomic_fetch_add(answered, 1);
    }
    go_conn_free(c);
    chan_send(broken, torn);
}

TEST(a_shutdown_under_traffic_tears_no_answer)
{
    enum { N = 50 };
    struct test_server *s = serve(hello);
    chan(int) broken = chan_make(int, N);
    atomic_int answered = 0;
    go_waitgroup connected = {0};
    go_waitgroup_add(&connected, N);
    for (int i = 0; i < N; i++)
        go(ask_until_closed, s, &connected, &answered, broken);
    go_waitgroup_wait(&connected);
    WAIT_UNTIL(atomic_load(&answered) > 5 * N);
    CHECK_EQ(go_http_shutdown(s->server, NULL), 0);
    for (int i = 0; i < N; i++)
        CHECK_EQ(chan_recv(broken), 0);
    test_server_end(s);
}

// --- Bad clients ---

TEST(clients_that_leave_in_any_state_leak_nothing)
{
    static const char *const beginnings[] = {
        "",
        "GET",
        "GET / HTTP/1.1\r\nHost: h\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        "\x16\x03\x01 garbage\r\n\r\n",
    };
    struct test_server *s = serve(hello);
    free(strdup(test_ask(s, "GET / HTTP/1.0\r\n\r\n")));
    WAIT_UNTIL(go_num_goroutine() == 2);
    int descriptors = test_open_descriptors();
    for (size_t round = test_rounds(20); round--;)
        for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++) {
            test_reset(s, beginnings[i]);
            go_conn *c = test_dial(s);
            if (*beginnings[i])
                test_say(c, beginnings[i]);
            go_conn_free(c);
        }
    WAIT_UNTIL(go_num_goroutine() == 2);
    WAIT_UNTIL(test_open_descriptors() == descriptors);
    CHECK_CONTAINS(test_ask(s, "GET / HTTP/1.0\r\n\r\n"), "hello\n");
    test_server_end(s);
}

TEST(random_bytes_get_an_answer_or_the_door)
{
    struct test_server *s = serve(hello);
    static const char alphabet[] = "\r\n: 0aZ;\t\x80\xff\x01,%/";
    uint32_t x = 12345;
    char bytes[300];
    for (size_t round = test_rounds(100); round--;) {
        size_t n = 0;
        if (round % 2)
            n = (size_t)sprintf(bytes,
                                "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n");
        for (; n < sizeof(bytes); n++) {
            x = x * 1664525 + 1013904223;
            bytes[n] = alphabet[(x >> 20) % (sizeof(alphabet) - 1)];
        }
        go_conn *c = test_dial(s);
        (void)go_conn_write(c, bytes, n);
        go_conn_close_write(c);
        test_hear(c, NULL);
        go_conn_free(c);
    }
    CHECK_CONTAINS(test_ask(s, "GET / HTTP/1.0\r\n\r\n"), "hello\n");
    test_server_end(s);
}
