// SPDX-License-Identifier: MIT
// HTTP over TLS: the same server and client behind the same names, with a certificate of the test's own. What differs
// below is how a connection waits, so keep-alive, hijacking and shutdown are looked at again.
#include "support/certificate.h"
#include "support/http.h"

static void hello(go_http_response *w, go_http_request *r, void *arg)
{
    (void)arg;
    go_http_set_header(w, "X-Remote", go_http_remote_addr(r));
    go_http_printf(w, "hello over TLS\n");
}

static chan(int) ended;

static void wait_for_context(go_http_response *w, go_http_request *r, void *arg)
{
    (void)w;
    (void)arg;
    chan_send(ended, 0);
    go_select {
        case_done(go_http_context(r)) {}
    }
    chan_send(ended, go_context_err(go_http_context(r)));
}

static char url[100];
static go_tls_config server_config, client_config;

static struct test_server *serve_within(go_http_options limits)
{
    test_make_certificate("server", "IP:127.0.0.1");
    server_config = (go_tls_config){.cert_file = test_in_dir("server.pem"),
                                    .key_file = test_in_dir("server.key")};
    client_config = (go_tls_config){.ca_file = test_in_dir("server.pem")};
    ended = chan_make(int, 10);
    go_http_mux *mux = go_http_mux_new();
    go_http_handle(mux, "/", hello, NULL);
    go_http_handle(mux, "/wait", wait_for_context, NULL);
    struct test_server *s = test_serve_tls(mux, limits, &server_config);
    snprintf(url, sizeof(url), "https://%s/", s->address);
    return s;
}

static struct test_server *serve(void)
{
    return serve_within((go_http_options){0});
}

static go_http_reply *get(go_http_client *c)
{
    go_http_reply *r = NULL;
    int err = go_http_do(c, NULL, (go_http_call){.url = url}, &r);
    if (err)
        FAIL("%s: %s", url, go_strerror(err));
    return r;
}

// Reads the answer and returns who we are to the server: the connection.
static const char *finish(go_http_reply *r)
{
    static char remote[2][64];
    static int turn;
    char *text = remote[turn++ % 2], buf[100];
    snprintf(text, sizeof(remote[0]), "%s", go_http_reply_header(r, "X-Remote"));
    ssize_t n = go_http_reply_read(r, buf, sizeof(buf) - 1);
    CHECK_EQ(n, 15);
    CHECK_EQ(go_http_reply_read(r, buf + n, 10), 0);
    buf[n] = 0;
    CHECK_STR(buf, "hello over TLS\n");
    go_http_reply_free(r);
    return text;
}

TEST(calls_over_tls_share_a_connection_and_end_with_the_server)
{
    struct test_server *s = serve();
    go_http_client *c = go_http_client_new((go_http_client_options){.tls = &client_config});
    const char *first = finish(get(c));
    CHECK_STR(finish(get(c)), first);
    // The connection is idle: a shutdown finds it so, and closes it.
    test_server_end(s);
    WAIT_UNTIL(go_num_goroutine() == 1);
    go_http_client_free(c);
    test_remove_dir();
}

TEST(an_unknown_certificate_is_refused)
{
    struct test_server *s = serve();
    go_http_client *c = go_http_client_new((go_http_client_options){0});
    go_http_reply *r;
    CHECK_EQ(go_http_do(c, NULL, (go_http_call){.url = url}, &r), -EKEYREJECTED);
    go_http_client_free(c);
    test_server_end(s);
    test_remove_dir();
}

TEST(the_context_ends_when_a_tls_client_goes_away)
{
    struct test_server *s = serve();
    go_conn *c = go_tls_dial(go_context_background(), "tcp", s->address, &client_config, NULL);
    test_say(c, "GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK_EQ(chan_recv(ended), 0);
    go_conn_free(c);
    CHECK_EQ(chan_recv(ended), -ECANCELED);
    test_server_end(s);
    test_remove_dir();
}

TEST(listen_and_serve_speaks_tls_if_it_is_configured)
{
    serve();
    go_http_mux *mux = go_http_mux_new();
    go_tls_config none = {.cert_file = test_in_dir("none.pem"),
                          .key_file = test_in_dir("none.key")};
    go_http_server *server = go_http_server_new(mux, (go_http_options){.tls = &none});
    CHECK_EQ(go_http_listen_and_serve(server, "127.0.0.1:0"), -ENOENT);
    test_remove_dir();
}

static void expect_silence_to_be_cut_off(go_http_options limits)
{
    struct test_server *s = serve_within(limits);
    char byte;
    go_conn *silent = test_dial(s);
    CHECK_EQ(go_conn_read(silent, &byte, 1), 0);
    go_conn_free(silent);
    go_http_client *c = go_http_client_new((go_http_client_options){.tls = &client_config});
    finish(get(c));
    go_http_client_free(c);
    test_server_end(s);
    test_remove_dir();
}

TEST(handshake_is_bounded_by_the_time_for_the_head)
{
    expect_silence_to_be_cut_off((go_http_options){.read_header_timeout = GO_SECOND});
}

TEST(handshake_is_bounded_by_the_time_for_the_answer)
{
    expect_silence_to_be_cut_off((go_http_options){.write_timeout = GO_SECOND});
}

TEST(handshake_is_bounded_by_the_least_of_the_times)
{
    expect_silence_to_be_cut_off(
        (go_http_options){.read_timeout = GO_SECOND, .write_timeout = 100 * GO_SECOND});
}

static void send_without_end(go_conn *c)
{
    static const char text[4096] = "GET / HTTP/1.1\r\n";
    while (go_conn_write(c, text, sizeof(text)) > 0) {}
    go_conn_close(c);
}

TEST(plain_http_without_end_to_a_tls_port_keeps_nobody_busy)
{
    struct test_server *s = serve();
    go_waitgroup wg = {0};
    go_conn *c[4];
    for (int i = 0; i < 4; i++) {
        c[i] = go_dial(go_context_background(), "tcp", s->address, NULL);
        CHECK(c[i]);
        go_waitgroup_go(&wg, send_without_end, c[i]);
    }
    go_waitgroup_wait(&wg); // each has been cut off
    for (int i = 0; i < 4; i++)
        go_conn_free(c[i]);
    test_server_end(s);
    test_remove_dir();
}

TEST(plain_http_to_a_tls_port_is_told_so)
{
    struct test_server *s = serve();
    CHECK_STR(test_ask(s, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"),
              "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n");
    test_ask(s, "neither the one nor the other");
    go_http_client *c = go_http_client_new((go_http_client_options){.tls = &client_config});
    finish(get(c));
    go_http_client_free(c);
    test_server_end(s);
    test_remove_dir();
}
