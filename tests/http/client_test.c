// SPDX-License-Identifier: MIT
// The client against our own server, and against a script that plays a server which does what ours would not: closes kept
// connections, breaks off, sends packed or malformed answers. Descriptors and goroutines are counted at the end.
#include "http/text.h"
#include "http/url.h"
#include "support/http.h"

static void site(go_http_response *w, go_http_request *r, void *arg)
{
    (void)arg;
    const char *path = go_http_path(r);
    const char *to = go_http_query(r, "to");
    if (to) {
        go_http_redirect(w, r, to, atoi(go_http_query(r, "status")));
        return;
    }
    if (strcmp(path, "/loop") == 0) {
        go_http_redirect(w, r, "/loop", 302);
        return;
    }
    const char *auth = go_http_header(r, "Authorization"), *own = go_http_header(r, "X-Own");
    go_http_set_header(w, "X-Remote", go_http_remote_addr(r));
    go_http_printf(w, "%s %s auth=%s own=%s body=", go_http_method(r), path, auth ? auth : "",
                   own ? own : "");
    char buf[100];
    ssize_t n;
    while ((n = go_http_body_read(r, buf, sizeof(buf))) > 0)
        go_http_write(w, buf, (size_t)n);
}

static struct test_server *serve(void)
{
    go_http_mux *mux = go_http_mux_new();
    go_http_handle(mux, "/", site, NULL);
    return test_serve(mux, (go_http_options){0});
}

static const char *url_of(struct test_server *s, const char *path)
{
    static char url[4][600];
    static unsigned turn;
    char *u = url[turn++ % 4];
    snprintf(u, sizeof(url[0]), "http://%s%s", s->address, path);
    return u;
}

// The whole body; the reply is freed. For main's goroutine, as url_of is.
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

static go_http_reply *call(go_http_client *c, go_http_call call)
{
    go_http_reply *r = NULL;
    int err = go_http_do(c, NULL, call, &r);
    if (err)
        FAIL("%s: %s", call.url, go_strerror(err));
    return r;
}

TEST(get_returns_status_headers_and_body)
{
    struct test_server *s = serve();
    go_http_reply *r;
    CHECK_EQ(go_http_get(NULL, url_of(s, "/a%20b?x"), &r), 0);
    CHECK_EQ(go_http_reply_status(r), 200);
    CHECK_STR(go_http_reply_header(r, "content-type"), "text/plain; charset=utf-8");
    CHECK(go_http_reply_header(r, "missing") == NULL);
    CHECK_STR(body_of(r), "GET /a b auth= own= body=");
    go_http_client_free(NULL);
    go_http_shutdown(s->server, NULL);
}

TEST(bodies_are_sent_from_memory_and_from_a_function)
{
    struct test_server *s = serve();
    go_http_client *c = go_http_client_new((go_http_client_options){0});
    const char *const headers[] = {"X-Own", "yes", "Content-Length", "999", NULL};
    CHECK_STR(body_of(call(c, (go_http_call){.method = "POST",
                                             .url = url_of(s, "/p"),
                                             .headers = headers,
                                             .body = "abc",
                                             .body_size = 3})),
              "POST /p auth= own=yes body=abc");
    CHECK_STR(body_of(call(c, (go_http_call){.method = "POST", .url = url_of(s, "/p")})),
              "POST /p auth= own= body=");
    go_http_client_free(c);
    test_server_end(s);
}

// Gives "0123456789", as many times as it says.
static ssize_t digits(void *arg, void *buf, size_t n)
{
    int *left = arg;
    CHECK(n >= 10);
    if (*left == 0)
        return 0;
    --*left;
    memcpy(buf, "0123456789", 10);
    return 10;
}

TEST(a_body_without_a_length_is_streamed_in_chunks)
{
    struct test_server *s = serve();
    go_http_client *c = go_http_client_new((go_http_client_options){0});
    int times = 3;
    CHECK_STR(body_of(call(c, (go_http_call){.method = "PUT",
                                             .url = url_of(s, "/"),
                                             .read_body = digits,
                                             .body_arg = &times})),
              "PUT / auth= own= body=012345678901234567890123456789");
    times = 2;
    CHECK_STR(body_of(call(c, (go_http_call){.method = "PUT",
                                             .url = url_of(s, "/"),
                                             .read_body = digits,
                                             .body_arg = &times,
                                             .body_size = 20})),
              "PUT / auth= own= body=01234567890123456789");
    go_http_client_free(c);
    test_server_end(s);
}

static const char *remote_of(go_http_client *c, struct test_server *s)
{
    static char remote[2][64];
    static int turn;
    go_http_reply *r = call(c, (go_http_call){.url = url_of(s, "/")});
    char *text = remote[turn++ % 2];
    snprintf(text, sizeof(remote[0]), "%s", go_http_reply_header(r, "X-Remote"));
    body_of(r);
    return text;
}

TEST(a_connection_is_used_again_and_goes_when_the_server_closes_it)
{
    struct test_server *s = serve();
    go_http_client *c = go_http_client_new((go_http_client_options){0});
    const char *first = remote_of(c, s);
    for (int i = 0; i < 3; i++)
        CHECK_STR(remote_of(c, s), first);
    test_server_end(s);
    // The watcher of the idle connection has seen the end.
    WAIT_UNTIL(go_num_goroutine() == 1);
    go_http_client_free(c);
}

TEST(freeing_the_client_ends_its_connections)
{
    struct test_server *s = serve();
    int descriptors = 0;
    // The first time opens what the runtime keeps for itself.
    for (int i = 0; i < 2; i++) {
        go_http_client *c = go_http_client_new((go_http_client_options){0});
        remote_of(c, s);
        go_http_client_free(c);
        WAIT_UNTIL(go_num_goroutine() == 2);
        WAIT_UNTIL(i == 0 || test_open_descriptors() == descriptors);
        descriptors = test_open_descriptors();
    }
    test_server_end(s);
    WAIT_UNTIL(go_num_goroutine() == 1);
}

TEST(redirects_are_followed_as_go_does)
{
    struct test_server *s = serve();
    go_http_client *c = go_http_client_new((go_http_client_options){0});
    go_http_reply *r = call(c, (go_http_call){.url = url_of(s, "/x?to=/new&status=301")});
    CHECK_STR(go_http_reply_url(r), url_of(s, "/new"));
    CHECK_STR(body_of(r), "GET /new auth= own= body=");
    go_http_call post = {.method = "POST", .body = "abc", .body_size = 3};
    post.url = url_of(s, "/x?to=/new&status=303");
    CHECK_STR(body_of(call(c, post)), "GET /new auth= own= body=");
    post.url = url_of(s, "/x?to=new&status=307");
    CHECK_STR(body_of(call(c, post)), "POST /new auth= own= body=abc");
    CHECK_EQ(go_http_do(c, NULL, (go_http_call){.url = url_of(s, "/loop")}, &r), -ELOOP);
    go_http_client_free(c);
    c = go_http_client_new((go_http_client_options){.max_redirects = -1});
    r = call(c, (go_http_call){.url = url_of(s, "/loop")});
    CHECK_EQ(go_http_reply_status(r), 302);
    go_http_reply_free(r);
    go_http_client_free(c);
    test_server_end(s);
}

TEST(credentials_do_not_follow_to_another_host)
{
    struct test_server *s = serve();
    go_http_client *c = go_http_client_new((go_http_client_options){0});
    char path[400];
    const char *const headers[] = {"Authorization", "secret", "X-Own", "1", NULL};
    snprintf(path, sizeof(path), "/x?status=302&to=http://localhost%s/", strrchr(s->address, ':'));
    CHECK_STR(body_of(call(c, (go_http_call){.url = url_of(s, path), .headers = headers})),
              "GET / auth= own=1 body=");
    CHECK_STR(body_of(call(
                  c, (go_http_call){.url = url_of(s, "/x?status=302&to=/y"), .headers = headers})),
              "GET /y auth=secret own=1 body=");
    char user[200];
    snprintf(user, sizeof(user), "http://me:pw@%s/", s->address);
    CHECK_STR(body_of(call(c, (go_http_call){.url = user})),
              "GET / auth=Basic bWU6cHc= own= body=");
    go_http_client_free(c);
    test_server_end(s);
}

TEST(head_has_no_body)
{
    struct test_server *s = serve();
    go_http_client *c = go_http_client_new((go_http_client_options){0});
    for (int i = 0; i < 2; i++)
        CHECK_STR(body_of(call(c, (go_http_call){.method = "HEAD", .url = url_of(s, "/")})), "");
    go_http_client_free(c);
    test_server_end(s);
}

// --- A scripted server ---

struct script {
    const char *const *answers; // one a connection; NULL ends
    go_listener *listener;
    char url[100];
    chan(go_unit) done;
};

// Reads a head, says the answer, and closes.
static void play(struct script *p)
{
    for (const char *const *answer = p->answers; *answer; answer++) {
        go_conn *c = go_accept(p->listener, NULL);
        CHECK(c != NULL);
        test_hear(c, "\r\n\r\n");
        (void)go_conn_write(c, *answer, strlen(*answer));
        go_conn_close_write(c);
        test_hear(c, NULL);
        go_conn_free(c);
    }
    chan_close(p->done);
}

static struct script *start(const char *const *answers)
{
    struct script *p = calloc(1, sizeof(*p));
    char address[64];
    p->answers = answers;
    p->listener = go_listen("tcp", "127.0.0.1:0", NULL);
    (void)go_listener_addr(p->listener, address, sizeof(address));
    snprintf(p->url, sizeof(p->url), "http://%s/", address);
    p->done = chan_make(go_unit);
    go(play, p);
    return p;
}

static void finish(struct script *p)
{
    chan_recv(p->done);
    chan_free(p->done);
    go_listener_free(p->listener);
    free(p);
}

TEST(answers_over_1xx_and_by_the_end_of_the_connection_are_read)
{
    static const char *const answers[] = {
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 "
        "OK\r\n\r\nto the end",
        NULL};
    struct script *p = start(answers);
    CHECK_STR(body_of(call(NULL, (go_http_call){.url = p->url})), "to the end");
    finish(p);
}

TEST(answers_that_break_off_or_are_none_are_errors)
{
    static const char *const answers[] = {
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        "HTTP/1.1 200",
        "SSH-2.0-OpenSSH\r\n",
        "",
        NULL};
    struct script *p = start(answers);
    go_http_client *c = go_http_client_new((go_http_client_options){0});
    go_http_reply *r;
    char buf[100];
    for (int i = 0; i < 2; i++) {
        r = call(c, (go_http_call){.url = p->url});
        CHECK_EQ(go_http_reply_read(r, buf, sizeof(buf)), 4);
        CHECK_EQ(go_http_reply_read(r, buf, sizeof(buf)), -ECONNRESET);
        go_http_reply_free(r);
    }
    CHECK_EQ(go_http_do(c, NULL, (go_http_call){.url = p->url}, &r), -ECONNRESET);
    CHECK_EQ(go_http_do(c, NULL, (go_http_call){.url = p->url}, &r), -EBADMSG);
    CHECK_EQ(go_http_do(c, NULL, (go_http_call){.url = p->url}, &r), -ECONNRESET);
    finish(p);
    go_http_client_free(c);
    WAIT_UNTIL(go_num_goroutine() == 1);
}

static void send_packed(go_http_response *w, go_http_request *r, void *arg)
{
    (void)arg;
    // gzip of "packed packed packed\n"
    static const unsigned char packed[] = {31,  139, 8,  0,   0,   0,   0,  0,  2,  3,
                                           43,  72,  76, 206, 78,  77,  81, 40, 64, 166,
                                           184, 0,   79, 202, 187, 123, 21, 0,  0,  0};
    const char *accepts = go_http_header(r, "Accept-Encoding");
    if (!accepts || strcmp(accepts, "gzip") != 0) {
        go_http_printf(w, "plain\n");
        return;
    }
    go_http_set_header(w, "Content-Encoding", "gzip");
    go_http_set_header(w, "Content-Type", "text/plain");
    size_t n = sizeof(packed);
    if (go_http_query(r, "cut"))
        n -= 12;
    go_http_write(w, packed, n);
    if (go_http_query(r, "twice"))
        go_http_write(w, packed, n);
}

TEST(packed_answers_are_unpacked)
{
    go_http_mux *mux = go_http_mux_new();
    go_http_handle(mux, "/", send_packed, NULL);
    struct test_server *s = test_serve(mux, (go_http_options){0});
    go_http_client *c = go_http_client_new((go_http_client_options){0});
    go_http_reply *r = call(c, (go_http_call){.url = url_of(s, "/")});
    if (!go_http_reply_header(r, "Content-Type") ||
        strcmp(go_http_reply_header(r, "Content-Type"), "text/plain") != 0)
        test_skip("no zlib here");
    CHECK(go_http_reply_header(r, "Content-Encoding") == NULL);
    CHECK_STR(body_of(r), "packed packed packed\n");
    CHECK_STR(body_of(call(c, (go_http_call){.url = url_of(s, "/?twice")})),
              "packed packed packed\npacked packed packed\n");
    char buf[100];
    r = call(c, (go_http_call){.url = url_of(s, "/?cut")});
    ssize_t n;
    while ((n = go_http_reply_read(r, buf, 3)) > 0)
        ;
    CHECK_EQ(n, -EBADMSG);
    go_http_reply_free(r);
    go_http_client_free(c);
    c = go_http_client_new((go_http_client_options){.no_gzip = true});
    CHECK_STR(body_of(call(c, (go_http_call){.url = url_of(s, "/")})), "plain\n");
    go_http_client_free(c);
    test_server_end(s);
}

// --- Contexts ---

static chan(go_unit) stalled;

static void stall(go_http_response *w, go_http_request *r, void *arg)
{
    (void)arg;
    if (go_http_query(r, "body")) {
        go_http_printf(w, "first");
        go_http_flush(w);
    }
    chan_send(stalled, GO_UNIT);
    go_select {
        case_done(go_http_context(r)) {}
    }
}

static struct test_server *serve_stalling(void)
{
    stalled = chan_make(go_unit, 10);
    go_http_mux *mux = go_http_mux_new();
    go_http_handle(mux, "/", stall, NULL);
    return test_serve(mux, (go_http_options){0});
}

static void cancel_when_stalled(go_context *ctx)
{
    chan_recv(stalled);
    go_context_cancel(ctx);
}

TEST(a_cancel_breaks_the_call_off)
{
    struct test_server *s = serve_stalling();
    go_http_client *c = go_http_client_new((go_http_client_options){0});
    go_context *ctx = go_context_with_cancel(go_context_background());
    go_http_reply *r;
    go(cancel_when_stalled, ctx);
    CHECK_EQ(go_http_do(c, ctx, (go_http_call){.url = url_of(s, "/")}, &r), -ECANCELED);
    go_context_free(ctx);
    go_http_client_free(c);
    test_server_end(s);
    WAIT_UNTIL(go_num_goroutine() == 1);
}

// Returns whether the body had begun when the time was over: the machine may be too busy for that.
static bool stalls_in_the_body(struct test_server *s, go_duration timeout)
{
    go_http_client *c = go_http_client_new((go_http_client_options){.timeout = timeout});
    go_http_reply *r = NULL;
    char buf[10];
    ssize_t n = go_http_do(c, NULL, (go_http_call){.url = url_of(s, "/?body")}, &r);
    if (n == 0)
        n = go_http_reply_read(r, buf, 10);
    bool begun = n == 5;
    if (begun)
        n = go_http_reply_read(r, buf, 10);
    CHECK_EQ(n, -ETIMEDOUT);
    go_http_reply_free(r);
    go_http_client_free(c);
    return begun;
}

TEST(a_time_limit_covers_the_body_too)
{
    struct test_server *s = serve_stalling();
    for (go_duration d = 200 * GO_MILLISECOND; !stalls_in_the_body(s, d);)
        d *= 2;
    test_server_end(s);
    WAIT_UNTIL(go_num_goroutine() == 1);
}

TEST(places_that_nobody_serves_and_urls_that_are_none_are_errors)
{
    go_listener *l = go_listen("tcp", "127.0.0.1:0", NULL);
    char address[64], url[100];
    (void)go_listener_addr(l, address, sizeof(address));
    go_listener_free(l);
    snprintf(url, sizeof(url), "http://%s/", address);
    go_http_reply *r;
    CHECK_EQ(go_http_get(NULL, url, &r), -ECONNREFUSED);
    CHECK_EQ(go_http_get(NULL, "ftp://x/", &r), -EINVAL);
    CHECK_EQ(go_http_get(NULL, "http:///", &r), -EINVAL);
    CHECK_EQ(go_http_get(NULL, "http://h h/", &r), -EINVAL);
    CHECK_EQ(go_http_get(NULL, "http://h:99999/", &r), -EINVAL);
}

static void ask_many(go_http_client *c, struct test_server *s, size_t times, chan(go_unit) done)
{
    char url[100];
    snprintf(url, sizeof(url), "http://%s/", s->address);
    for (size_t i = 0; i < times; i++) {
        go_http_reply *r = NULL;
        CHECK_EQ(go_http_do(c, NULL, (go_http_call){.url = url}, &r), 0);
        char buf[100];
        while (go_http_reply_read(r, buf, sizeof(buf)) > 0)
            ;
        go_http_reply_free(r);
    }
    chan_send(done, GO_UNIT);
}

TEST(many_goroutines_share_a_client)
{
    struct test_server *s = serve();
    go_http_client *c = go_http_client_new((go_http_client_options){.max_idle_per_host = 4});
    chan(go_unit) done = chan_make(go_unit);
    for (int i = 0; i < 20; i++)
        go(ask_many, c, s, test_rounds(50), done);
    for (int i = 0; i < 20; i++)
        chan_recv(done);
    chan_free(done);
    go_http_client_free(c);
    test_server_end(s);
    WAIT_UNTIL(go_num_goroutine() == 1);
}

// --- URLs ---

static struct gf_url parsed(const char *text)
{
    static _Alignas(16) char room[4096];
    static struct gf_arena a;
    struct gf_url url;
    gf_arena_init(&a, room, sizeof(room));
    CHECK(gf_url_parse(&a, text, &url));
    return url;
}

TEST(urls_are_taken_apart)
{
    struct gf_url u = parsed("http://Example.com/a?b#c");
    CHECK_STR(u.host, "Example.com");
    CHECK_STR(u.address, "Example.com:80");
    CHECK_STR(u.target, "/a?b");
    u = parsed("https://[::1]:8443?q");
    CHECK(u.tls);
    CHECK_STR(u.host, "[::1]:8443");
    CHECK_STR(u.name, "::1");
    CHECK_STR(u.target, "/?q");
}

TEST(references_are_resolved)
{
    static const char *const cases[][2] = {
        {"http://x/y", "http://x/y"},
        {"//x/y", "http://x/y"},
        {"/y?z#f", "http://h/y?z#f"},
        {"c", "http://h/a/c"},
        {"../c", "http://h/c"},
        {"?n", "http://h/a/b?n"},
        {"./c/./d/../e", "http://h/a/c/e"},
        {"/c//d", "http://h/c//d"},
        {"c/.", "http://h/a/c/"},
        {"c/..?x/..", "http://h/a/?x/.."},
        {"../../../c", "http://h/c"},
        {"", "http://h/a/b?q"},
    };
    static _Alignas(16) char room[4096];
    struct gf_arena a;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gf_url base;
        gf_arena_init(&a, room, sizeof(room));
        CHECK(gf_url_parse(&a, "http://h/a/b?q", &base));
        CHECK_STR(gf_url_resolve(&a, &base, cases[i][0]), cases[i][1]);
    }
}
