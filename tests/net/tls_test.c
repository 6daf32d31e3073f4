// SPDX-License-Identifier: MIT
// TLS over loopback: verification, names, ALPN, resumption, new certificates, and that it is a connection like any other.
#include "net/support.h"
#include "support/certificate.h"

#include <sys/stat.h>
#include <unistd.h>

static char server_address[64];

static go_listener *serve_tls(const char *name, const char *alpn)
{
    int err = 1;
    char certificate[32], key[32];
    snprintf(certificate, sizeof certificate, "%s.pem", name);
    snprintf(key, sizeof key, "%s.key", name);
    go_tls_config config = {
        .cert_file = test_in_dir(certificate), .key_file = test_in_dir(key), .alpn = alpn};
    go_listener *l = go_tls_listen("tcp", "127.0.0.1:0", &config, &err);
    if (!l)
        FAIL("cannot listen: %s", strerror(-err));
    CHECK_EQ(go_listener_addr(l, server_address, sizeof server_address), 0);
    return l;
}

static go_waitgroup echoing;

static void echo_all(go_listener *l)
{
    go_waitgroup_go(&echoing, test_echo_all, l);
}

// The server may be between two accepts.
static void end_listener(go_listener *l)
{
    CHECK_EQ(go_listener_close(l), 0);
    go_waitgroup_wait(&echoing);
    go_listener_free(l);
}

static go_listener *serve_echo(const char *alpn)
{
    test_make_certificate("server", "DNS:good.test,IP:127.0.0.1");
    go_listener *l = serve_tls("server", alpn);
    echo_all(l);
    return l;
}

static go_conn *dial_tls(go_tls_config config, int *err)
{
    return go_tls_dial(go_context_background(), "tcp", server_address, &config, err);
}

static go_conn *must_dial(go_tls_config config)
{
    int err = 1;
    go_conn *c = dial_tls(config, &err);
    if (!c)
        FAIL("cannot dial: %s", strerror(-err));
    CHECK_EQ(err, 0);
    return c;
}

static int dial_error(go_tls_config config)
{
    int err = 0;
    CHECK(!dial_tls(config, &err));
    return err;
}

TEST(tls_carries_what_is_written)
{
    go_listener *l = serve_echo(NULL);
    go_conn *c = must_dial((go_tls_config){.ca_file = test_in_dir("server.pem")});
    send_text(c, "hello");
    expect_text(c, "hello");
    struct iovec v[] = {{"two ", 4}, {"parts", 5}};
    CHECK_EQ(go_conn_writev(c, v, 2), 9);
    expect_text(c, "two parts");
    go_conn_free(c);
    end_listener(l);
    test_remove_dir();
}

TEST(certificate_is_verified_by_default)
{
    go_listener *l = serve_echo(NULL);
    test_make_certificate("other", "DNS:good.test,IP:127.0.0.1");
    const char *ca = test_in_dir("server.pem");
    CHECK_EQ(dial_error((go_tls_config){0}), -EKEYREJECTED);
    CHECK_EQ(dial_error((go_tls_config){.ca_file = test_in_dir("other.pem")}), -EKEYREJECTED);
    CHECK_EQ(dial_error((go_tls_config){.ca_file = ca, .server_name = "bad.test"}), -EKEYREJECTED);
    go_conn_free(must_dial((go_tls_config){.ca_file = ca, .server_name = "good.test"}));
    go_conn_free(must_dial((go_tls_config){.insecure_skip_verify = true}));
    end_listener(l);
    test_remove_dir();
}

static void copy(go_conn *from, go_conn *to)
{
    char buf[4096];
    ssize_t n;
    while ((n = go_conn_read(from, buf, sizeof buf)) > 0)
        (void)go_conn_write(to, buf, (size_t)n);
}

// Stands between client and server, and cuts the client's connection off when it is told to.
static void forward_until(go_listener *l, const char *address, chan(go_unit) cut)
{
    go_conn *client = go_accept(l, NULL), *server = go_dial_timeout("tcp", address, 0, NULL);
    go_waitgroup copies = {0};
    go_waitgroup_go(&copies, copy, client, server);
    go_waitgroup_go(&copies, copy, server, client);
    chan_recv(cut);
    go_conn_close(client);
    go_conn_close(server);
    go_waitgroup_wait(&copies);
    go_conn_free(client);
    go_conn_free(server);
}

static int dial_as(const char *name)
{
    int err = 0;
    go_tls_config config = {.ca_file = test_in_dir("names.pem"), .server_name = name};
    go_conn_free(dial_tls(config, &err));
    return err;
}

TEST(names_are_compared_as_go_does)
{
    test_make_certificate("names", "DNS:*.star.test,DNS:f*.part.test,DNS:good.test");
    go_listener *l = serve_tls("names", NULL);
    echo_all(l);
    static const char *const good[] = {"good.test", "GOOD.test", "good.test.", "a.star.test"};
    static const char *const bad[] = {"test", // the subject's
                                      "foo.part.test", "a.b.star.test", "star.test", "bad.test"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        CHECK_EQ(dial_as(good[i]), 0);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK_EQ(dial_as(bad[i]), -EKEYREJECTED);
    CHECK_EQ(dial_as(".star.test"), -EINVAL);
    end_listener(l);
    test_remove_dir();
}

TEST(a_client_reads_files_that_were_replaced)
{
    go_listener *l = serve_echo(NULL);
    char command[300];
    const char *trusted = test_in_dir("trusted.pem");
    test_make_certificate("other", "IP:127.0.0.1");
    snprintf(command, sizeof command, "cp %s %s", test_in_dir("other.pem"), trusted);
    CHECK(system(command) == 0);
    CHECK_EQ(dial_error((go_tls_config){.ca_file = trusted}), -EKEYREJECTED);
    snprintf(command, sizeof command, "cp %s %s", test_in_dir("server.pem"), trusted);
    CHECK(system(command) == 0);
    go_conn_free(must_dial((go_tls_config){.ca_file = trusted}));
    end_listener(l);
    test_remove_dir();
}

TEST(end_without_a_goodbye_is_no_end)
{
    char byte;
    go_listener *l = serve_echo(NULL), *between = listen_on("tcp", "127.0.0.1:0");
    char inner[64];
    snprintf(inner, sizeof inner, "%s", server_address);
    CHECK_EQ(go_listener_addr(between, server_address, sizeof server_address), 0);
    chan(go_unit) cut = chan_make(go_unit);
    go(forward_until, between, inner, cut);
    go_conn *c = must_dial((go_tls_config){.ca_file = test_in_dir("server.pem")});
    send_text(c, "x");
    expect_text(c, "x");
    chan_send(cut, GO_UNIT);
    CHECK_EQ(go_conn_read(c, &byte, 1), -ECONNRESET);
    go_conn_free(c);
    go_listener_free(between);
    end_listener(l);
    chan_free(cut);
    test_remove_dir();
}

TEST(files_that_are_missing_or_wrong_are_told)
{
    int err = 0;
    test_make_certificate("server", "DNS:good.test");
    go_tls_config missing = {.cert_file = test_in_dir("none.pem"),
                             .key_file = test_in_dir("server.key")};
    CHECK(!go_tls_listen("tcp", "127.0.0.1:0", &missing, &err));
    CHECK_EQ(err, -ENOENT);
    go_tls_config swapped = {.cert_file = test_in_dir("server.key"),
                             .key_file = test_in_dir("server.pem")};
    CHECK(!go_tls_listen("tcp", "127.0.0.1:0", &swapped, &err));
    CHECK_EQ(err, -EINVAL);
    CHECK(!go_tls_listen("tcp", "127.0.0.1:0", &(go_tls_config){0}, &err));
    CHECK_EQ(err, -EINVAL);
    test_remove_dir();
}

TEST(alpn_takes_the_first_that_the_server_likes)
{
    char protocol[32];
    go_listener *l = serve_echo("h2,http/1.1");
    go_tls_config config = {.ca_file = test_in_dir("server.pem"), .alpn = "http/1.0,http/1.1"};
    go_conn *c = must_dial(config);
    CHECK_EQ(go_tls_alpn(c, protocol, sizeof protocol), 0);
    CHECK_STR(protocol, "http/1.1");
    CHECK_EQ(go_tls_alpn(c, protocol, 8), -ENOSPC);
    go_conn_free(c);
    config.alpn = NULL;
    c = must_dial(config);
    CHECK_EQ(go_tls_alpn(c, protocol, sizeof protocol), 0);
    CHECK_STR(protocol, "");
    go_conn_free(c);
    config.alpn = "smtp";
    CHECK_EQ(dial_error(config), -EPROTO);
    config.alpn = "a,,b";
    CHECK_EQ(dial_error(config), -EINVAL);
    end_listener(l);
    test_remove_dir();
}

static void tell_name(go_listener *l, chan(int) told)
{
    char name[64];
    go_conn *c = go_accept(l, NULL);
    CHECK_EQ(go_tls_server_name(c, name, sizeof name), 0);
    chan_send(told, strcmp(name, "good.test"));
    go_conn_free(c);
}

TEST(server_learns_which_name_is_meant)
{
    test_make_certificate("server", "DNS:good.test");
    go_listener *l = serve_tls("server", NULL);
    chan(int) told = chan_make(int, 1);
    go(tell_name, l, told);
    go_conn_free(must_dial(
        (go_tls_config){.ca_file = test_in_dir("server.pem"), .server_name = "good.test"}));
    CHECK_EQ(chan_recv(told), 0);
    end_listener(l);
    chan_free(told);
    test_remove_dir();
}

// A session is handed out after the handshake: something must have been read.
static bool resumes(go_tls_config config)
{
    go_conn *c = must_dial(config);
    send_text(c, "x");
    expect_text(c, "x");
    bool resumed = go_tls_resumed(c);
    go_conn_free(c);
    return resumed;
}

TEST(second_connection_resumes_the_first_ones_session)
{
    go_listener *l = serve_echo(NULL);
    go_tls_config config = {.ca_file = test_in_dir("server.pem")};
    CHECK(!resumes(config));
    CHECK(resumes(config));
    CHECK(resumes(config));
    config.server_name = "good.test";
    CHECK(!resumes(config));
    end_listener(l);
    test_remove_dir();
}

TEST(reload_serves_the_new_certificate_and_resumes_old_sessions)
{
    go_listener *l = serve_echo(NULL);
    char *old = strdup(test_in_dir("old.pem")), command[256];
    snprintf(command, sizeof command, "cp %s %s", test_in_dir("server.pem"), old);
    CHECK(system(command) == 0);
    CHECK(!resumes((go_tls_config){.ca_file = old}));
    test_make_certificate("server", "DNS:good.test,IP:127.0.0.1");
    CHECK_EQ(go_tls_reload(l), 0);
    CHECK(resumes((go_tls_config){.ca_file = old}));
    go_conn_free(must_dial((go_tls_config){.ca_file = test_in_dir("server.pem")}));
    CHECK_EQ(unlink(test_in_dir("server.key")), 0);
    CHECK_EQ(go_tls_reload(l), -ENOENT);
    go_conn_free(must_dial((go_tls_config){.ca_file = test_in_dir("server.pem")}));
    end_listener(l);
    free(old);
    test_remove_dir();
}

static void write_much(go_conn *c, size_t n)
{
    char *buf = malloc(n);
    for (size_t i = 0; i < n; i++)
        buf[i] = (char)(i % 251);
    CHECK_EQ(go_conn_write(c, buf, n), n);
    free(buf);
}

TEST(reader_and_writer_work_at_the_same_time)
{
    enum { MUCH = 2 << 20 };
    go_listener *l = serve_echo(NULL);
    go_conn *c = must_dial((go_tls_config){.ca_file = test_in_dir("server.pem")});
    char buf[5000];
    go(write_much, c, MUCH);
    for (size_t at = 0; at < MUCH;) {
        ssize_t n = go_conn_read(c, buf, sizeof buf);
        CHECK(n > 0);
        for (ssize_t i = 0; i < n; i++, at++)
            CHECK_EQ(buf[i], (char)(at % 251));
    }
    go_conn_free(c);
    end_listener(l);
    test_remove_dir();
}

TEST(half_close_is_the_end_for_the_peer_only)
{
    test_make_certificate("server", "IP:127.0.0.1");
    go_listener *l = serve_tls("server", NULL);
    echo_all(l);
    go_conn *c = must_dial((go_tls_config){.ca_file = test_in_dir("server.pem")});
    send_text(c, "last");
    CHECK_EQ(go_conn_close_write(c), 0);
    expect_text(c, "last");
    expect_end(c);
    CHECK_EQ(go_conn_close(c), 0);
    CHECK_EQ(go_conn_close(c), -ESHUTDOWN);
    char byte;
    CHECK_EQ(go_conn_read(c, &byte, 1), -ESHUTDOWN);
    go_conn_free(c);
    end_listener(l);
    test_remove_dir();
}

static void cut_off(go_listener *l)
{
    go_conn *c = go_accept(l, NULL);
    go_conn_close(c);
    go_conn_free(c);
}

TEST(peer_that_speaks_no_tls_is_an_error)
{
    go_listener *l = listen_on("tcp", "127.0.0.1:0");
    CHECK_EQ(go_listener_addr(l, server_address, sizeof server_address), 0);
    go(cut_off, l);
    CHECK_EQ(dial_error((go_tls_config){0}), -ECONNRESET);
    end_listener(l);
}

TEST(handshake_ends_with_its_context)
{
    int err = 0;
    go_listener *l = listen_on("tcp", "127.0.0.1:0"); // connects, and says nothing
    CHECK_EQ(go_listener_addr(l, server_address, sizeof server_address), 0);
    go_context *ctx = go_context_with_timeout(go_context_background(), 50 * GO_MILLISECOND);
    CHECK(!go_tls_dial(ctx, "tcp", server_address, NULL, &err));
    CHECK_EQ(err, -ETIMEDOUT);
    go_context_free(ctx);
    end_listener(l);
}

TEST(slow_client_holds_up_nobodys_accept)
{
    go_listener *l = serve_echo(NULL);
    go_conn *silent = go_dial_timeout("tcp", server_address, 0, NULL);
    CHECK(silent);
    go_conn *c = must_dial((go_tls_config){.ca_file = test_in_dir("server.pem")});
    send_text(c, "served");
    expect_text(c, "served");
    go_conn_free(c);
    go_conn_free(silent);
    end_listener(l);
    test_remove_dir();
}

TEST(deadline_ends_a_read)
{
    char byte;
    go_listener *l = serve_echo(NULL);
    go_conn *c = must_dial((go_tls_config){.ca_file = test_in_dir("server.pem")});
    go_conn_set_read_deadline(c, go_time_add(go_now(), 20 * GO_MILLISECOND));
    CHECK_EQ(go_conn_read(c, &byte, 1), -ETIMEDOUT);
    go_conn_set_read_deadline(c, (go_time){0});
    send_text(c, "x");
    expect_text(c, "x");
    go_conn_free(c);
    end_listener(l);
    test_remove_dir();
}
