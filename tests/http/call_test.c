// SPDX-License-Identifier: MIT
// What the client says, and how it takes what it hears, where users of Go's client rely on Go's ways: redirects, headers,
// URLs, long bodies beside their answers, "100 Continue", kept connections that are dead, old servers' answers. The server
// echoes the request that it got, or is a function that speaks bytes.
#include "support/http.h"

// --- A server that says what it has heard ---

static void echo(go_http_response *w, go_http_request *r, void *arg)
{
    (void)arg;
    const char *to = go_http_query(r, "to"), *status = go_http_query(r, "status");
    if (to) {
        go_http_set_header(w, "Location", to);
        go_http_write_header(w, status ? atoi(status) : 302);
        return;
    }
    const char *query = go_http_raw_query(r), *name, *value;
    go_http_printf(w, "%s %s%s%s\n", go_http_method(r), go_http_raw_path(r), query ? "?" : "",
                   query ? query : "");
    for (size_t i = 0; go_http_header_at(r, i, &name, &value); i++)
        go_http_printf(w, "%s: %s\n", name, value);
    char buf[4096];
    ssize_t n;
    while ((n = go_http_body_read(r, buf, sizeof(buf))) > 0)
        go_http_write(w, buf, (size_t)n);
}

static struct test_server *serve(void)
{
    go_http_mux *mux = go_http_mux_new();
    go_http_handle(mux, "/", echo, NULL);
    return test_serve(mux, (go_http_options){0});
}

// A URL of the server's, with a host and what stands before it.
static const char *at(struct test_server *s, const char *before, const char *path)
{
    static char url[4][500];
    static unsigned turn;
    char *u = url[turn++ % 4];
    snprintf(u, sizeof(url[0]), "http://%s%s%s", before, strrchr(s->address, ':'), path);
    return u;
}

static const char *local(struct test_server *s, const char *path)
{
    return at(s, "127.0.0.1", path);
}

// The whole body; the reply is freed.
static const char *body_of(go_http_reply *r)
{
    static char body[100000];
    size_t n = 0;
    ssize_t got;
    while ((got = go_http_reply_read(r, body + n, sizeof(body) - 1 - n)) > 0)
        n += (size_t)got;
    CHECK_EQ(got, 0);
    body[n] = 0;
    go_http_reply_free(r);
    return body;
}

static go_http_reply *call(go_http_call c)
{
    go_http_reply *r = NULL;
    int err = go_http_do(NULL, NULL, c, &r);
    if (err)
        FAIL("%s: %s", c.url, go_strerror(err));
    return r;
}

static const char *heard_of(go_http_call c)
{
    return body_of(call(c));
}

static int error_of(go_http_call c)
{
    go_http_reply *r = NULL;
    int err = go_http_do(NULL, NULL, c, &r);
    if (!err)
        go_http_reply_free(r);
    return err;
}

static ssize_t give_text(void *arg, void *buf, size_t n)
{
    const char **text = arg;
    size_t left = strlen(*text);
    n = n < left ? n : left;
    memcpy(buf, *text, n);
    *text += n;
    return (ssize_t)n;
}

// --- Redirects ---

TEST(credentials_follow_to_other_ports_and_to_hosts_below_but_to_no_other)
{
    struct test_server *s = serve(), *other = serve();
    const char *const secrets[] = {
        "Authorization", "s1", "Cookie", "s2", "Proxy-Authorization", "s3", "X-Own", "1", NULL};
    char path[400];
    snprintf(path, sizeof(path), "/?to=%s", local(other, "/"));
    const char *heard = heard_of((go_http_call){.url = local(s, path), .headers = secrets});
    CHECK_CONTAINS(heard, "Authorization: s1");
    CHECK_CONTAINS(heard, "Cookie: s2");
    // localhost is another host, also when it points back.
    snprintf(path, sizeof(path), "/?to=%s", at(s, "localhost", "/x"));
    heard = heard_of((go_http_call){.url = local(s, path), .headers = secrets});
    CHECK_LACKS(heard, "s1");
    CHECK_LACKS(heard, "s2");
    CHECK_LACKS(heard, "s3");
    CHECK_CONTAINS(heard, "X-Own: 1");
    snprintf(path, sizeof(path), "/?to=%s%%3Fto%%3D%s", at(s, "localhost", "/"), local(s, "/x"));
    heard = heard_of((go_http_call){.url = local(s, path), .headers = secrets});
    CHECK_CONTAINS(heard, "GET /x\n");
    CHECK_LACKS(heard, "s1");
    test_server_end(s);
    test_server_end(other);
}

TEST(a_user_in_the_url_stays_with_a_relative_redirect_only)
{
    struct test_server *s = serve();
    char path[400];
    CHECK_CONTAINS(heard_of((go_http_call){.url = at(s, "me:pw@127.0.0.1", "/?to=/x")}),
                   "Authorization: Basic bWU6cHc=");
    snprintf(path, sizeof(path), "/?to=%s", local(s, "/x"));
    CHECK_LACKS(heard_of((go_http_call){.url = at(s, "me:pw@127.0.0.1", path)}), "Authorization");
    CHECK_CONTAINS(heard_of((go_http_call){.url = at(s, "me@127.0.0.1", "/")}),
                   "Authorization: Basic bWU6\n");
    test_server_end(s);
}

TEST(a_redirect_names_the_page_that_it_comes_from_and_keeps_an_own_host_if_it_is_relative)
{
    struct test_server *s = serve();
    const char *const own[] = {"Host", "own.test", NULL};
    const char *heard =
        heard_of((go_http_call){.url = at(s, "me:pw@127.0.0.1", "/a?to=/x"), .headers = own});
    char referer[200], path[400];
    snprintf(referer, sizeof(referer), "Referer: %s\n", local(s, "/a?to=/x"));
    CHECK_CONTAINS(heard, referer);
    CHECK_CONTAINS(heard, "Host: own.test\n");
    snprintf(path, sizeof(path), "/?to=%s", local(s, "/x"));
    CHECK_LACKS(heard_of((go_http_call){.url = local(s, path), .headers = own}), "own.test");
    const char *const given[] = {"Referer", "mine", NULL};
    CHECK_CONTAINS(heard_of((go_http_call){.url = local(s, "/?to=/x"), .headers = given}),
                   "Referer: mine\n");
    test_server_end(s);
}

TEST(a_redirect_that_drops_the_body_drops_what_describes_it)
{
    struct test_server *s = serve();
    const char *const headers[] = {"Content-Type", "text/x", "X-Own", "1", NULL};
    go_http_call post = {.method = "POST", .headers = headers, .body = "abc", .body_size = 3};
    post.url = local(s, "/?status=302&to=/x");
    const char *heard = heard_of(post);
    CHECK_CONTAINS(heard, "GET /x\n");
    CHECK_CONTAINS(heard, "X-Own: 1");
    CHECK_LACKS(heard, "Content-");
    post.url = local(s, "/?status=308&to=/x");
    heard = heard_of(post);
    CHECK_CONTAINS(heard, "POST /x\n");
    CHECK_CONTAINS(heard, "Content-Type: text/x");
    test_server_end(s);
}

TEST(a_redirect_to_nowhere_or_of_a_body_that_is_gone_is_the_answer)
{
    struct test_server *s = serve();
    const char *text = "abc";
    go_http_reply *r = call((go_http_call){.url = local(s, "/?to=")});
    CHECK_EQ(go_http_reply_status(r), 302);
    go_http_reply_free(r);
    r = call((go_http_call){.method = "POST",
                            .url = local(s, "/?status=307&to=/x"),
                            .read_body = give_text,
                            .body_arg = &text});
    CHECK_EQ(go_http_reply_status(r), 307);
    go_http_reply_free(r);
    CHECK_EQ(error_of((go_http_call){.url = local(s, "/?to=ftp://x/")}), -EINVAL);
    CHECK_EQ(error_of((go_http_call){.url = local(s, "/?to=/%25zz")}), -EINVAL);
    test_server_end(s);
}

TEST(what_may_not_stand_in_a_url_is_escaped_also_in_redirects)
{
    struct test_server *s = serve();
    static const char *const cases[][2] = {
        {"/a b?c d", "/a%20b?c%20d"},
        {"/\xC3\xA4?\xC3\xA4", "/%C3%A4?%C3%A4"},
        {"/a%2Fb", "/a%2Fb"},
        {"/a\"<\\^`{|}>", "/a%22%3C%5C%5E%60%7B%7C%7D%3E"},
        {"/!$&'()*+,;=:@[]~", "/!$&'()*+,;=:@[]~"},
        {"?q", "/?q"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char line[100];
        snprintf(line, sizeof(line), "GET %s\n", cases[i][1]);
        CHECK_CONTAINS(heard_of((go_http_call){.url = local(s, cases[i][0])}), line);
    }
    CHECK_CONTAINS(heard_of((go_http_call){.url = local(s, "/?to=/a%20b")}), "GET /a%20b\n");
    test_server_end(s);
}

// --- Headers ---

TEST(headers_and_hosts_that_cannot_be_sent_are_refused)
{
    static const char *const bad[][2] = {{"X A", "1"},    {"", "1"},       {"X-A", "a\r\nB: c"},
                                         {"X-A", "\x01"}, {"Host", "a b"}, {"Host", "a/b"}};
    struct test_server *s = serve();
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const char *const headers[] = {bad[i][0], bad[i][1], NULL};
        CHECK_EQ(error_of((go_http_call){.url = local(s, "/"), .headers = headers}), -EINVAL);
    }
    CHECK_EQ(error_of((go_http_call){.url = local(s, "/"), .method = "G T"}), -EINVAL);
    static const char *const urls[] = {"http://[::1/",
                                       "http://[::1]x/",
                                       "http://[1]/",
                                       "http://a%62/",
                                       "http://<a>/",
                                       "http://a b/",
                                       "http://a@b%zz@c d/",
                                       "http://h/%zz",
                                       "http://h/\n",
                                       "//h/",
                                       "h"};
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
        CHECK_EQ(error_of((go_http_call){.url = urls[i]}), -EINVAL);
    test_server_end(s);
}

TEST(an_empty_user_agent_is_left_out_and_bodies_without_bytes_have_no_length)
{
    struct test_server *s = serve();
    const char *const none[] = {"User-Agent", "", NULL};
    CHECK_CONTAINS(heard_of((go_http_call){.url = local(s, "/")}), "User-Agent: gofer");
    CHECK_LACKS(heard_of((go_http_call){.url = local(s, "/"), .headers = none}), "User-Agent");
    CHECK_LACKS(heard_of((go_http_call){.url = local(s, "/"), .body = ""}), "Content-Length");
    CHECK_CONTAINS(heard_of((go_http_call){.method = "PUT", .url = local(s, "/")}),
                   "Content-Length: 0");
    test_server_end(s);
}

TEST(an_ip6_address_may_have_a_zone_that_the_server_does_not_hear_of)
{
    go_listener *l = go_listen("tcp6", "[::1]:0", NULL);
    if (!l)
        test_skip("no IPv6 here");
    go_http_mux *mux = go_http_mux_new();
    go_http_handle(mux, "/", echo, NULL);
    struct test_server *s = test_serve_on(mux, (go_http_options){0}, l);
    CHECK_CONTAINS(heard_of((go_http_call){.url = at(s, "[::1]", "/")}), "Host: [::1]:");
    CHECK_CONTAINS(heard_of((go_http_call){.url = at(s, "[::1%25lo]", "/")}), "Host: [::1]:");
    test_server_end(s);
}

// --- Servers that speak bytes ---

struct bytes {
    go_listener *listener;
    void (*f)(go_conn *c, int turn); // a connection, counted from 0
    char url[100];
    chan(go_unit) done;
};

static void accept_all(struct bytes *b)
{
    go_conn *c;
    for (int turn = 0; (c = go_accept(b->listener, NULL)); turn++) {
        b->f(c, turn);
        go_conn_free(c);
    }
    chan_close(b->done);
}

static struct bytes *speak(void (*f)(go_conn *c, int turn))
{
    struct bytes *b = calloc(1, sizeof(*b));
    char address[64];
    b->f = f;
    b->listener = go_listen("tcp", "127.0.0.1:0", NULL);
    CHECK_EQ(go_listener_addr(b->listener, address, sizeof(address)), 0);
    snprintf(b->url, sizeof(b->url), "http://%s/", address);
    b->done = chan_make(go_unit);
    go(accept_all, b);
    return b;
}

static void hush(struct bytes *b)
{
    go_listener_close(b->listener);
    chan_recv(b->done);
    chan_free(b->done);
    go_listener_free(b->listener);
    free(b);
}

// A server that reads nothing of the body until its whole answer has been taken.
enum { LONG = 8 << 20 };

static void answer_before_reading(go_conn *c, int turn)
{
    (void)turn;
    static char block[65536];
    test_hear(c, "\r\n\r\n");
    test_say(c, "HTTP/1.1 200 OK\r\nX-Kept: yes\r\nContent-Length: 8388608\r\n\r\n");
    for (size_t n = 0; n < LONG; n += sizeof(block))
        CHECK_EQ(go_conn_write(c, block, sizeof(block)), sizeof(block));
    // Once it has the answer the client need not send the rest.
    while (go_conn_read(c, block, sizeof(block)) > 0)
        ;
}

static void read_all(go_http_reply *r, size_t want)
{
    static char block[65536];
    size_t n = 0;
    ssize_t got;
    while ((got = go_http_reply_read(r, block, sizeof(block))) > 0)
        n += (size_t)got;
    CHECK_EQ(got, 0);
    CHECK_EQ(n, want);
}

TEST(a_long_body_is_sent_while_the_answer_is_read)
{
    struct bytes *b = speak(answer_before_reading);
    go_http_client *c = go_http_client_new((go_http_client_options){0});
    char *body = calloc(1, LONG);
    go_http_reply *r = NULL;
    CHECK_EQ(
        go_http_do(c, NULL,
                   (go_http_call){.method = "POST", .url = b->url, .body = body, .body_size = LONG},
                   &r),
        0);
    free(body); // the caller's from now on
    read_all(r, LONG);
    CHECK_STR(go_http_reply_header(r, "X-Kept"), "yes");
    go_http_reply_free(r);
    go_http_client_free(c);
    hush(b);
    WAIT_UNTIL(go_num_goroutine() == 1);
}

static ssize_t give_zeros(void *arg, void *buf, size_t n)
{
    size_t *left = arg;
    n = n < *left ? n : *left;
    memset(buf, 0, n);
    *left -= n;
    return (ssize_t)n;
}

TEST(a_streamed_body_is_sent_while_the_answer_is_read)
{
    struct bytes *b = speak(answer_before_reading);
    go_http_client *c = go_http_client_new((go_http_client_options){0});
    size_t left = LONG;
    go_http_reply *r = NULL;
    CHECK_EQ(go_http_do(c, NULL,
                        (go_http_call){.method = "POST",
                                       .url = b->url,
                                       .read_body = give_zeros,
                                       .body_arg = &left,
                                       .body_size = LONG},
                        &r),
             0);
    read_all(r, LONG);
    go_http_reply_free(r);
    go_http_client_free(c);
    hush(b);
    WAIT_UNTIL(go_num_goroutine() == 1);
}

static void refuse(go_conn *c, int turn)
{
    (void)turn;
    test_hear(c, "\r\n\r\n");
    test_say(c, "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
    // Nothing is read: the client must not wait to be rid of its body.
    char byte;
    while (go_conn_read(c, &byte, 1) > 0)
        ;
}

TEST(a_long_body_that_a_server_does_not_want_ends_with_its_answer)
{
    struct bytes *b = speak(refuse);
    go_http_client *c = go_http_client_new((go_http_client_options){0});
    char *body = calloc(1, LONG);
    go_http_reply *r = NULL;
    CHECK_EQ(
        go_http_do(c, NULL,
                   (go_http_call){.method = "PUT", .url = b->url, .body = body, .body_size = LONG},
                   &r),
        0);
    CHECK_EQ(go_http_reply_status(r), 413);
    go_http_reply_free(r);
    free(body);
    go_http_client_free(c);
    hush(b);
    WAIT_UNTIL(go_num_goroutine() == 1);
}

static ssize_t give_up(void *arg, void *buf, size_t n)
{
    (void)arg, (void)buf, (void)n;
    return -EIO;
}

TEST(a_body_that_fails_or_falls_short_fails_the_call)
{
    struct test_server *s = serve();
    const char *text = "abc";
    CHECK_EQ(error_of((go_http_call){.method = "POST", .url = local(s, "/"), .read_body = give_up}),
             -EIO);
    CHECK_EQ(error_of((go_http_call){.method = "POST",
                                     .url = local(s, "/"),
                                     .read_body = give_text,
                                     .body_arg = &text,
                                     .body_size = 5}),
             -EMSGSIZE);
    test_server_end(s);
}

// --- 100 Continue ---

static void say_continue(go_conn *c, int turn)
{
    test_hear(c, "\r\n\r\n");
    char byte;
    // Nothing comes before it is asked for.
    go_conn_set_read_deadline(c, go_time_add(go_now(), 100 * GO_MILLISECOND));
    CHECK_EQ(go_conn_read(c, &byte, 1), -ETIMEDOUT);
    go_conn_set_read_deadline(c, (go_time){0});
    if (turn == 0)
        test_say(c, "HTTP/1.1 100 Continue\r\n\r\n");
    CHECK_CONTAINS(test_hear(c, "body"), "body");
    test_say(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
}

TEST(a_body_waits_for_100_continue_but_no_longer_than_a_second)
{
    struct bytes *b = speak(say_continue);
    const char *const expect[] = {"Expect", "100-continue", NULL};
    for (int i = 0; i < 2; i++) {
        go_time asked = go_now();
        go_http_client *c = go_http_client_new((go_http_client_options){0});
        go_http_reply *r = NULL;
        CHECK_EQ(go_http_do(c, NULL,
                            (go_http_call){.method = "PUT",
                                           .url = b->url,
                                           .headers = expect,
                                           .body = "body",
                                           .body_size = 4},
                            &r),
                 0);
        CHECK_STR(body_of(r), "ok");
        CHECK(i == 0 || go_since(asked) >= GO_SECOND);
        go_http_client_free(c);
    }
    hush(b);
}

static void decline(go_conn *c, int turn)
{
    (void)turn;
    test_hear(c, "\r\n\r\n");
    test_say(c, "HTTP/1.1 417 No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    CHECK_STR(test_hear(c, NULL), "");
}

TEST(a_body_that_is_declined_is_not_sent)
{
    struct bytes *b = speak(decline);
    const char *const expect[] = {"Expect", "100-continue", NULL};
    go_http_reply *r = call((go_http_call){
        .method = "PUT", .url = b->url, .headers = expect, .body = "body", .body_size = 4});
    CHECK_EQ(go_http_reply_status(r), 417);
    go_http_reply_free(r);
    hush(b);
}

// --- Kept connections ---

// The second request on a connection is not answered, the first one on each is.
static int requests;

static void answer_once(go_conn *c, int turn)
{
    (void)turn;
    test_hear(c, "\r\n\r\n");
    requests++;
    test_say(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    if (strstr(test_hear(c, "\r\n\r\n"), "HTTP"))
        requests++;
}

static int twice(const char *url, go_http_call second)
{
    go_http_client *c = go_http_client_new((go_http_client_options){0});
    go_http_reply *r = NULL;
    requests = 0;
    CHECK_EQ(go_http_do(c, NULL, (go_http_call){.url = url}, &r), 0);
    CHECK_STR(body_of(r), "ok");
    second.url = url;
    int err = go_http_do(c, NULL, second, &r);
    if (!err)
        CHECK_STR(body_of(r), "ok");
    go_http_client_free(c);
    return err;
}

TEST(a_call_on_a_dead_connection_is_repeated_only_if_that_does_no_harm)
{
    struct bytes *b = speak(answer_once);
    const char *const key[] = {"Idempotency-Key", "1", NULL}, *const old[] = {"X-Idempotency-Key",
                                                                              "1", NULL};
    CHECK_EQ(twice(b->url, (go_http_call){.method = "GET"}), 0);
    CHECK_EQ(requests, 3);
    CHECK_EQ(twice(b->url, (go_http_call){.method = "OPTIONS"}), 0);
    CHECK_EQ(twice(b->url, (go_http_call){.method = "POST", .headers = key}), 0);
    CHECK_EQ(twice(b->url, (go_http_call){.method = "POST", .headers = old}), 0);
    CHECK_EQ(twice(b->url, (go_http_call){.method = "POST"}), -ECONNRESET);
    CHECK_EQ(twice(b->url, (go_http_call){.method = "PUT"}), -ECONNRESET);
    CHECK_EQ(twice(b->url, (go_http_call){.method = "DELETE"}), -ECONNRESET);
    const char *text = "abc";
    int err = twice(b->url,
                    (go_http_call){.method = "GET", .read_body = give_text, .body_arg = &text});
    // Whoever is first says so: the goroutine that sends the body, or the one that reads the answer.
    CHECK(err == -EPIPE || err == -ECONNRESET);
    hush(b);
}

static void answer_and_leave(go_conn *c, int turn)
{
    (void)turn;
    test_hear(c, "\r\n\r\n");
    test_say(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
}

TEST(a_connection_that_the_server_has_closed_is_not_used_for_what_cannot_be_repeated)
{
    struct bytes *b = speak(answer_and_leave);
    go_http_client *c = go_http_client_new((go_http_client_options){0});
    test_one_processor();
    for (size_t i = 0; i < test_rounds(50); i++) {
        go_http_reply *r = NULL;
        CHECK_EQ(go_http_do(c, NULL, (go_http_call){.method = "POST", .url = b->url}, &r), 0);
        CHECK_STR(body_of(r), "ok");
        // The server's goodbye comes; whether the connection's watcher sees it first must not matter.
        go_sleep(GO_MILLISECOND);
    }
    go_http_client_free(c);
    hush(b);
}

TEST(a_call_that_says_close_is_the_last_on_its_connection)
{
    struct test_server *s = serve();
    const char *const close[] = {"Connection", "close", NULL};
    go_http_client *c = go_http_client_new((go_http_client_options){0});
    go_http_reply *r = NULL;
    CHECK_EQ(go_http_do(c, NULL, (go_http_call){.url = local(s, "/"), .headers = close}, &r), 0);
    CHECK_CONTAINS(body_of(r), "Connection: close");
    CHECK_EQ(go_http_do(c, NULL, (go_http_call){.url = local(s, "/")}, &r), 0);
    body_of(r);
    go_http_client_free(c);
    test_server_end(s);
    WAIT_UNTIL(go_num_goroutine() == 1);
}

// --- Answers ---

static const char *const *answers;

static void play(go_conn *c, int turn)
{
    test_hear(c, "\r\n\r\n");
    test_say(c, answers[turn]);
}

TEST(old_servers_answers_are_understood)
{
    static const char *const list[] = {
        "HTTP/1.1 200 OK\r\nX-A: one\r\n two\r\n\tthree\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
        ("HTTP/1.1 200 OK\r\nContent-Length: 7\r\nTransfer-Encoding: "
         "chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: "
         "7\r\n\r\n2\r\nok\r\n0\r\n\r\n"),
        "HTTP/1.0 200 OK\r\n\r\nok",
    };
    answers = list;
    struct bytes *b = speak(play);
    for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
        go_http_client *c = go_http_client_new((go_http_client_options){0});
        go_http_reply *r = NULL;
        CHECK_EQ(go_http_do(c, NULL, (go_http_call){.url = b->url}, &r), 0);
        if (i == 0)
            CHECK_MATCH(go_http_reply_header(r, "X-A"), "^one[ \t]+two[ \t]+three$");
        CHECK_STR(body_of(r), "ok");
        go_http_client_free(c);
    }
    hush(b);
}

TEST(answers_that_can_be_understood_in_two_ways_are_errors)
{
    static const char *const list[] = {
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
         "chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"),
    };
    answers = list;
    struct bytes *b = speak(play);
    for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
        CHECK_EQ(error_of((go_http_call){.url = b->url}), -EBADMSG);
    hush(b);
}

static void never_come_to_the_point(go_conn *c, int turn)
{
    (void)turn;
    test_hear(c, "\r\n\r\n");
    while (go_conn_write(c, "HTTP/1.1 103 Early Hints\r\n\r\n", 28) == 28)
        ;
}

TEST(a_server_that_sends_1xx_for_ever_is_an_error)
{
    struct bytes *b = speak(never_come_to_the_point);
    CHECK_EQ(error_of((go_http_call){.url = b->url}), -EBADMSG);
    hush(b);
}

TEST(the_bytes_before_an_error_are_handed_out)
{
    static const char *const list[] = {
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nokXX",
    };
    answers = list;
    struct bytes *b = speak(play);
    go_http_reply *r = call((go_http_call){.url = b->url});
    char buf[100];
    CHECK_EQ(go_http_reply_read(r, buf, sizeof(buf)), 2);
    CHECK_EQ(go_http_reply_read(r, buf, sizeof(buf)), -EBADMSG);
    CHECK_EQ(go_http_reply_read(r, buf, sizeof(buf)), -EBADMSG);
    go_http_reply_free(r);
    hush(b);
}

static void name_a_length(go_http_response *w, go_http_request *r, void *arg)
{
    (void)arg;
    if (go_http_query(r, "n"))
        go_http_set_header(w, "Content-Length", go_http_query(r, "n"));
    else
        go_http_flush(w);
}

TEST(the_answer_to_head_tells_the_length_of_the_body_that_get_would_have)
{
    go_http_mux *mux = go_http_mux_new();
    go_http_handle(mux, "/", name_a_length, NULL);
    struct test_server *s = test_serve(mux, (go_http_options){0});
    go_http_reply *r = call((go_http_call){.method = "HEAD", .url = local(s, "/?n=1234")});
    CHECK_EQ(go_http_reply_length(r), 1234);
    CHECK_STR(body_of(r), "");
    r = call((go_http_call){.method = "HEAD", .url = local(s, "/")});
    CHECK_EQ(go_http_reply_length(r), -1);
    CHECK_STR(body_of(r), "");
    test_server_end(s);
}

// --- Heads and bodies share a buffer ---

// Heads of each size around the buffer's, each with a body in chunks behind it.
static void send_chunks(go_http_response *w, go_http_request *r, void *arg)
{
    (void)arg;
    static const char block[2000];
    size_t n = (size_t)atoi(go_http_query(r, "n"));
    char *padding = malloc(n + 1);
    memset(padding, 'p', n);
    padding[n] = 0;
    go_http_set_header(w, "X-Padding", padding);
    go_http_set_header(w, "X-Kept", "yes");
    for (int i = 0; i < 10; i++) {
        go_http_write(w, block, sizeof(block));
        go_http_flush(w);
    }
    free(padding);
}

TEST(a_replys_headers_stay_while_its_body_comes_in_chunks)
{
    go_http_mux *mux = go_http_mux_new();
    go_http_handle(mux, "/", send_chunks, NULL);
    struct test_server *s = test_serve(mux, (go_http_options){0});
    char path[50];
    for (int n = 0; n < 9000; n += 500) {
        snprintf(path, sizeof(path), "/?n=%d", n);
        go_http_reply *r = call((go_http_call){.url = local(s, path)});
        read_all(r, 20000);
        CHECK_STR(go_http_reply_header(r, "X-Kept"), "yes");
        CHECK_EQ(strlen(go_http_reply_header(r, "X-Padding")), n);
        CHECK_EQ(strspn(go_http_reply_header(r, "X-Padding"), "p"), n);
        go_http_reply_free(r);
    }
    test_server_end(s);
}

static void read_first(go_http_response *w, go_http_request *r, void *arg)
{
    (void)arg;
    char buf[512];
    size_t n = 0;
    ssize_t got;
    while ((got = go_http_body_read(r, buf, sizeof(buf))) > 0)
        n += (size_t)got;
    const char *padding = go_http_header(r, "X-Padding");
    go_http_printf(w, "%zu %zu %zu %s %s", n, strlen(padding), strspn(padding, "p"),
                   go_http_header(r, "X-Kept"), go_http_raw_path(r));
}

TEST(a_requests_headers_stay_while_its_body_comes_in_chunks)
{
    go_http_mux *mux = go_http_mux_new();
    go_http_handle(mux, "/", read_first, NULL);
    struct test_server *s = test_serve(mux, (go_http_options){0});
    char padding[9001], want[100];
    for (int n = 0; n < 9000; n += 500) {
        memset(padding, 'p', (size_t)n);
        padding[n] = 0;
        const char *const headers[] = {"X-Padding", padding, "X-Kept", "yes", NULL};
        size_t left = 20000;
        snprintf(want, sizeof(want), "20000 %d %d yes /path", n, n);
        CHECK_STR(heard_of((go_http_call){.method = "PUT",
                                          .url = local(s, "/path"),
                                          .headers = headers,
                                          .read_body = give_zeros,
                                          .body_arg = &left}),
                  want);
    }
    test_server_end(s);
}
