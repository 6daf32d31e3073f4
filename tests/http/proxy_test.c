// SPDX-License-Identifier: MIT
// The client behind a proxy: which calls go through one, what it is told, and TLS through it. The proxies here are our own
// server: one that answers for the hosts itself, and one that connects to them.
#include "http/proxy.h"

#include "support/certificate.h"
#include "support/http.h"

#include <errno.h>

// --- Which calls ---

static char room[4096];
static struct gf_arena arena;

static void set_environment(const char *http, const char *https, const char *no)
{
    static const char *const names[] = {"HTTP_PROXY", "http_proxy", "HTTPS_PROXY",   "https_proxy",
                                        "NO_PROXY",   "no_proxy",   "REQUEST_METHOD"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        unsetenv(names[i]);
    setenv("HTTP_PROXY", http, 1);
    setenv("https_proxy", https, 1);
    setenv("NO_PROXY", no, 1);
}

// The address of the proxy that a call goes through, "" for none, "?" for one that cannot be used.
static const char *proxy_of(const char *text)
{
    static struct gf_proxies p;
    static bool earlier;
    struct gf_url url;
    const struct gf_url *proxy;
    if (earlier)
        gf_proxies_free(&p); // what the last answer lay in
    earlier = true;
    gf_proxies_init(&p, NULL);
    gf_arena_init(&arena, room, sizeof(room));
    CHECK(gf_url_parse(&arena, text, &url));
    int err = gf_proxies_find(&p, &url, &proxy);
    CHECK(err == 0 || err == -EPROTONOSUPPORT);
    return err ? "?" : proxy ? proxy->address : "";
}

TEST(the_environment_names_a_proxy_for_each_scheme)
{
    set_environment("http://p.test:3128", "q.test:8080", "");
    CHECK_STR(proxy_of("http://a.test/"), "p.test:3128");
    CHECK_STR(proxy_of("https://a.test/"), "q.test:8080");
    setenv("http_proxy", "small.test", 1);
    CHECK_STR(proxy_of("http://a.test/"), "p.test:3128");
    setenv("HTTP_PROXY", "", 1);
    CHECK_STR(proxy_of("http://a.test/"), "small.test:80");
    set_environment("", "", "");
    CHECK_STR(proxy_of("http://a.test/"), "");
}

TEST(a_cgi_program_takes_no_proxy_from_its_clients)
{
    set_environment("p.test", "p.test", "");
    setenv("REQUEST_METHOD", "GET", 1);
    CHECK_STR(proxy_of("http://a.test/"), "");
    CHECK_STR(proxy_of("https://a.test/"), "p.test:80");
}

TEST(this_machine_is_never_spoken_to_through_a_proxy)
{
    set_environment("p.test", "p.test", "");
    CHECK_STR(proxy_of("http://localhost:1/"), "");
    CHECK_STR(proxy_of("http://127.3.2.1/"), "");
    CHECK_STR(proxy_of("http://[::1]/"), "");
    CHECK_STR(proxy_of("https://LOCALHOST/"), "");
    CHECK_STR(proxy_of("http://128.0.0.1/"), "p.test:80");
    CHECK_STR(proxy_of("http://localhost.test/"), "p.test:80");
}

TEST(exceptions_are_domains_addresses_and_nets_with_or_without_a_port)
{
    set_environment("p.test", "",
                    "one.test, .below.test,*.star.test,:80x,1.2.3.4, 10.0.0.0/9,"
                    "[fe80::1]:81,fd00::/8,port.test:8080");
    static const char *const direct[] = {
        "http://one.test/",        "http://ONE.test:99/",       "http://a.b.one.test/",
        "http://a.below.test/",    "http://a.star.test/",       "http://1.2.3.4:5/",
        "http://10.127.0.1/",      "http://[fe80::1%25lo]:81/", "http://[fd12::1]/",
        "http://port.test:8080/x", "http://a.port.test:8080/"};
    static const char *const proxied[] = {
        "http://none.test/", "http://below.test/",     "http://star.test/",    "http://1.2.3.5/",
        "http://10.128.0.1", "http://[fe80::1]:82/",   "http://[fe00::1]/",    "http://port.test/",
        "http://xone.test/", "http://one.test.other/", "http://xa.port.test/", "http://test/"};
    for (size_t i = 0; i < sizeof(direct) / sizeof(direct[0]); i++)
        if (*proxy_of(direct[i]))
            FAIL("%s goes through the proxy", direct[i]);
    for (size_t i = 0; i < sizeof(proxied) / sizeof(proxied[0]); i++)
        CHECK_STR(proxy_of(proxied[i]), "p.test:80");
    setenv("NO_PROXY", "one.test,*", 1);
    CHECK_STR(proxy_of("http://two.test/"), "");
}

TEST(a_proxy_of_another_kind_fails_the_call)
{
    go_http_reply *r;
    set_environment("socks5://p.test", "https://p.test", "direct.test");
    CHECK_STR(proxy_of("http://a.test/"), "?");
    CHECK_STR(proxy_of("https://a.test/"), "?");
    CHECK_STR(proxy_of("https://direct.test/"), "");
    CHECK_EQ(go_http_get(NULL, "http://a.test/", &r), -EPROTONOSUPPORT);
}

// --- Calls ---

// Says what it has been told, for any host.
static void answer_for_all(go_http_response *w, go_http_request *r, void *arg)
{
    (void)arg;
    const char *who = go_http_header(r, "Proxy-Authorization");
    go_http_set_header(w, "X-Remote", go_http_remote_addr(r));
    go_http_printf(w, "%s %s?%s for %s", go_http_host(r), go_http_path(r), go_http_raw_query(r),
                   who ? who : "nobody");
}

static struct test_server *serve(go_http_fn fn, void *arg)
{
    go_http_mux *mux = go_http_mux_new();
    go_http_handle(mux, "/", fn, arg);
    return test_serve(mux, (go_http_options){0});
}

static go_http_client *client_behind(struct test_server *proxy, const char *user,
                                     const go_tls_config *tls)
{
    char text[200];
    snprintf(text, sizeof(text), "http://%s%s", user, proxy->address);
    return go_http_client_new((go_http_client_options){.proxy = text, .tls = tls});
}

// The body of the answer; and who we were to the server.
static const char *get(go_http_client *c, const char *url, char remote[64])
{
    static char body[4][512];
    static int turn;
    char *text = body[turn++ % 4];
    go_http_reply *r;
    int err = go_http_do(c, NULL, (go_http_call){.url = url}, &r);
    if (err)
        FAIL("%s: %s", url, go_strerror(err));
    snprintf(remote, 64, "%s", go_http_reply_header(r, "X-Remote"));
    ssize_t n = go_http_reply_read(r, text, sizeof(body[0]) - 1);
    CHECK(n > 0);
    CHECK_EQ(go_http_reply_read(r, text + n, 1), 0);
    text[n] = 0;
    go_http_reply_free(r);
    return text;
}

TEST(a_proxy_is_told_the_whole_url_and_serves_all_hosts_over_one_connection)
{
    struct test_server *s = serve(answer_for_all, NULL);
    char first[64], second[64];
    go_http_client *c = client_behind(s, "me:secret@", NULL);
    CHECK_STR(get(c, "http://a.test/x?y", first), "a.test /x?y for Basic bWU6c2VjcmV0");
    CHECK_STR(get(c, "http://b.test:81/?z", second), "b.test:81 /?z for Basic bWU6c2VjcmV0");
    CHECK_STR(first, second);
    go_http_client_free(c);
    c = client_behind(s, "", NULL);
    CHECK_STR(get(c, "http://127.0.0.1:1/?", first), "127.0.0.1:1 /? for nobody");
    go_http_client_free(c);
    test_server_end(s);
}

TEST(the_common_client_goes_through_the_proxy_of_the_environment)
{
    struct test_server *s = serve(answer_for_all, NULL);
    char remote[64], url[100];
    set_environment(s->address, "", "");
    CHECK_STR(get(NULL, "http://a.test/?", remote), "a.test /? for nobody");
    snprintf(url, sizeof(url), "http://%s/?direct", s->address);
    CHECK_CONTAINS(get(NULL, url, remote), "/?direct for nobody");
    go_http_client *c = go_http_client_new((go_http_client_options){.proxy = ""});
    go_http_reply *r;
    CHECK(go_http_do(c, NULL, (go_http_call){.url = "http://a.invalid/"}, &r) < 0);
    go_http_client_free(c);
    WAIT_UNTIL(go_http_shutdown(s->server, NULL) == 0);
}

// --- TLS through a proxy ---

static char asked_for[200];
static char target[64];

static void copy(go_conn *from, go_conn *to)
{
    char buf[4096];
    ssize_t n;
    while ((n = go_conn_read(from, buf, sizeof(buf))) > 0 && go_conn_write(to, buf, (size_t)n) == n)
        ;
    go_conn_close_write(to);
}

// Connects to the one server that there is, whatever the client calls it.
static void connect_client(go_http_response *w, go_http_request *r, void *arg)
{
    (void)arg;
    static const char answer[] = "HTTP/1.1 200 Connection established\r\n\r\n";
    const char *who = go_http_header(r, "Proxy-Authorization");
    snprintf(asked_for, sizeof(asked_for), "%s %s for %s", go_http_method(r), go_http_host(r),
             who ? who : "nobody");
    go_conn *client = go_http_hijack(w), *server = go_dial_timeout("tcp", target, 0, NULL);
    CHECK(client && server);
    go_waitgroup back = {0};
    CHECK_EQ(go_conn_write(client, answer, sizeof(answer) - 1), sizeof(answer) - 1);
    go_waitgroup_go(&back, copy, server, client);
    copy(client, server);
    go_waitgroup_wait(&back);
    go_conn_free(client);
    go_conn_free(server);
}

TEST(https_goes_through_a_tunnel_whose_connection_is_kept)
{
    test_make_certificate("server", "DNS:secret.test");
    go_tls_config server_config = {.cert_file = test_in_dir("server.pem"),
                                   .key_file = test_in_dir("server.key")};
    go_tls_config client_config = {.ca_file = test_in_dir("server.pem")};
    go_http_mux *mux = go_http_mux_new();
    go_http_handle(mux, "/", answer_for_all, NULL);
    struct test_server *s = test_serve_tls(mux, (go_http_options){0}, &server_config);
    struct test_server *proxy = serve(connect_client, NULL);
    char first[64], second[64];
    snprintf(target, sizeof(target), "%s", s->address);
    go_http_client *c = client_behind(proxy, "me:secret@", &client_config);
    // The credentials are the proxy's alone.
    CHECK_STR(get(c, "https://secret.test/a?b", first), "secret.test /a?b for nobody");
    CHECK_STR(asked_for, "CONNECT secret.test:443 for Basic bWU6c2VjcmV0");
    *asked_for = 0;
    CHECK_STR(get(c, "https://secret.test/?c", second), "secret.test /?c for nobody");
    CHECK_STR(asked_for, "");
    CHECK_STR(first, second);
    go_http_reply *r;
    CHECK_EQ(go_http_do(c, NULL, (go_http_call){.url = "https://other.test/"}, &r), -EKEYREJECTED);
    go_http_client_free(c);
    test_server_end(s);
    test_server_end(proxy);
    WAIT_UNTIL(go_num_goroutine() == 1);
    test_remove_dir();
}

// Answers the status that its argument says; 0: nothing that is HTTP.
static void refuse(go_http_response *w, go_http_request *r, void *arg)
{
    (void)r;
    int status = *(int *)arg;
    if (status)
        go_http_error(w, status, "no");
    else
        go_panic_value(go_http_abort);
}

TEST(a_proxy_that_does_not_connect_is_an_error)
{
    static const struct {
        int status, err;
    } cases[] = {{407, -EACCES}, {403, -ECONNREFUSED}, {502, -ECONNREFUSED}, {0, -ECONNRESET}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int status = cases[i].status;
        struct test_server *proxy = serve(refuse, &status);
        go_http_client *c = client_behind(proxy, "", NULL);
        go_http_reply *r;
        CHECK_EQ(go_http_do(c, NULL, (go_http_call){.url = "https://a.test/"}, &r), cases[i].err);
        go_http_client_free(c);
        test_server_end(proxy);
    }
}

TEST(a_proxy_that_says_nothing_is_given_up_with_the_context)
{
    int err;
    char url[100], address[64];
    go_listener *l = go_listen("tcp", "127.0.0.1:0", &err);
    CHECK_EQ(go_listener_addr(l, address, sizeof(address)), 0);
    snprintf(url, sizeof(url), "http://%s", address);
    go_http_client *c = go_http_client_new((go_http_client_options){.proxy = url});
    go_context *ctx = go_context_with_timeout(go_context_background(), 50 * GO_MILLISECOND);
    go_http_reply *r;
    CHECK_EQ(go_http_do(c, ctx, (go_http_call){.url = "https://a.test/"}, &r), -ETIMEDOUT);
    go_context_free(ctx);
    go_http_client_free(c);
    go_listener_free(l);
}
