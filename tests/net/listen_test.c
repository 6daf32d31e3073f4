// SPDX-License-Identifier: MIT
// Listening, accepting and dialing: the forms of addresses, both families, unix sockets, closes, and a shortage of
// descriptors in which no connection is lost.
#include "net/support.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static void check_pair(const char *network, const char *address)
{
    struct pair p = pair_on(network, address);
    send_text(p.client, "hello");
    expect_text(p.server, "hello");
    pair_free(p);
}

TEST(ip4_connects)
{
    check_pair("tcp", "127.0.0.1:0");
    check_pair("tcp4", "127.0.0.1:0");
    check_pair("tcp4", ":0");
    check_pair("tcp", "localhost:0");
}

static bool has_ip6(void)
{
    int err;
    go_listener *l = go_listen("tcp6", "[::1]:0", &err);
    go_listener_free(l);
    return l != NULL;
}

TEST(ip6_connects)
{
    if (!has_ip6())
        test_skip("no IPv6 here");
    check_pair("tcp6", "[::1]:0");
    check_pair("tcp", "[::1]:0");
}

TEST(all_interfaces_take_ip4_and_ip6)
{
    char address[64], local[64];
    go_listener *l = listen_on("tcp", ":0");
    CHECK_EQ(go_listener_addr(l, address, sizeof address), 0);
    snprintf(local, sizeof local, "127.0.0.1%s", strrchr(address, ':'));
    go_conn *c = go_dial_timeout("tcp", local, 0, NULL), *s = go_accept(l, NULL);
    CHECK(c && s);
    CHECK_EQ(go_conn_local_addr(s, address, sizeof address), 0);
    CHECK_STR(address, local);
    go_conn_free(c);
    go_conn_free(s);
    go_listener_free(l);
}

TEST(an_abstract_name_may_fill_the_whole_address)
{
    char name[110];
    int err = 0;
    snprintf(name, sizeof name, "@%0106d", (int)getpid());
    check_pair("unix", name);
    strcat(name, "a");
    check_pair("unix", name);
    strcat(name, "a");
    CHECK(!go_listen("unix", name, &err));
    CHECK_EQ(err, -EINVAL);
}

TEST(unix_socket_connects_and_its_file_goes_with_the_listener)
{
    char path[64];
    struct stat st;
    snprintf(path, sizeof path, "/tmp/gofer-net-%d", getpid());
    struct pair p = pair_on("unix", path);
    char text[128];
    send_text(p.client, "hello");
    expect_text(p.server, "hello");
    CHECK_EQ(go_conn_remote_addr(p.client, text, sizeof text), 0);
    CHECK_STR(text, path);
    CHECK_EQ(stat(path, &st), 0);
    pair_free(p);
    CHECK_EQ(stat(path, &st), -1);
    snprintf(path, sizeof path, "@gofer-net-%d", getpid());
    check_pair("unix", path);
}

TEST(both_ends_agree_on_their_addresses)
{
    struct pair p = pair_open();
    char a[64], b[64];
    CHECK_EQ(go_conn_local_addr(p.client, a, sizeof a), 0);
    CHECK_EQ(go_conn_remote_addr(p.server, b, sizeof b), 0);
    CHECK_STR(a, b);
    CHECK_EQ(go_conn_local_addr(p.client, a, 5), -ENOSPC);
    pair_free(p);
}

static int listen_error(const char *network, const char *address)
{
    int err = 0;
    CHECK(!go_listen(network, address, &err));
    return err;
}

static int dial_error(const char *network, const char *address)
{
    int err = 0;
    CHECK(!go_dial_timeout(network, address, GO_SECOND, &err));
    return err;
}

TEST(bad_networks_and_addresses_are_refused)
{
    CHECK_EQ(listen_error("carrier pigeon", ":0"), -EPROTONOSUPPORT);
    CHECK_EQ(dial_error("carrier pigeon", ":0"), -EPROTONOSUPPORT);
    CHECK_EQ(listen_error("tcp", "127.0.0.1"), -EINVAL);
    CHECK_EQ(listen_error("tcp", "127.0.0.1:x"), -EINVAL);
    CHECK_EQ(listen_error("tcp", "127.0.0.1:65536"), -EINVAL);
    CHECK_EQ(listen_error("tcp", "127.0.0.1:-1"), -EINVAL);
    CHECK_EQ(listen_error("tcp", "::1:80"), -EINVAL);
    CHECK_EQ(listen_error("tcp", "[::1:80"), -EINVAL);
    CHECK_EQ(listen_error("tcp", "[]x:80"), -EINVAL);
    CHECK_EQ(listen_error("tcp6", "127.0.0.1:0"), -EAFNOSUPPORT);
    CHECK_EQ(listen_error("tcp4", "[::1]:0"), -EAFNOSUPPORT);
    CHECK_EQ(listen_error("unix", ""), -EINVAL);
}

TEST(ports_may_be_services_or_left_out)
{
    char address[64];
    go_listener *l = listen_on("tcp", "127.0.0.1:");
    CHECK_EQ(go_listener_addr(l, address, sizeof address), 0);
    CHECK(strcmp(address, "127.0.0.1:0") != 0);
    go_listener_free(l);
    // 127.0.0.2 is this machine too, and nobody listens there.
    CHECK_EQ(dial_error("tcp", "127.0.0.2:gopher"), -ECONNREFUSED);
    CHECK_EQ(dial_error("tcp", "127.0.0.2:GOPHER"), -ECONNREFUSED);
    CHECK_EQ(dial_error("tcp", "127.0.0.2:"), -ECONNREFUSED);
    CHECK_EQ(dial_error("tcp", "127.0.0.2:gophers"), -EINVAL);
    go_addr a;
    CHECK_EQ(go_addr_parse("127.0.0.1:http", &a), -EINVAL);
    CHECK_EQ(go_addr_parse("127.0.0.1:", &a), -EINVAL);
}

TEST(services_are_looked_up_in_the_systems_file)
{
    if (access("/etc/services", R_OK) < 0)
        test_skip("no /etc/services here");
    CHECK_EQ(dial_error("tcp", "127.0.0.2:discard"), -ECONNREFUSED);
    CHECK_EQ(dial_error("tcp", "127.0.0.2:sink"), -ECONNREFUSED); // an alias
    CHECK_EQ(dial_error("tcp", "127.0.0.2:tftp"), -EINVAL);       // UDP's only
    go_conn *c = go_dial_timeout("udp", "127.0.0.2:tftp", 0, NULL);
    char address[64];
    CHECK(c != NULL);
    CHECK_EQ(go_conn_remote_addr(c, address, sizeof address), 0);
    CHECK_STR(address, "127.0.0.2:69");
    go_conn_free(c);
}

TEST(dial_to_nobody_is_refused)
{
    char address[64];
    go_listener *l = listen_on("tcp", "127.0.0.1:0");
    CHECK_EQ(go_listener_addr(l, address, sizeof address), 0);
    go_listener_free(l);
    CHECK_EQ(dial_error("tcp", address), -ECONNREFUSED);
    CHECK_EQ(dial_error("unix", "/nonexistent/socket"), -ENOENT);
}

TEST(two_listeners_share_a_port_if_both_say_so)
{
    int err;
    char address[64];
    go_listen_options shared = {.reuse_port = true};
    go_listener *a = go_listen_with("tcp", "127.0.0.1:0", shared, &err);
    CHECK(a);
    CHECK_EQ(go_listener_addr(a, address, sizeof address), 0);
    go_listener *b = go_listen_with("tcp", address, shared, &err);
    CHECK(b);
    CHECK_EQ(listen_error("tcp", address), -EADDRINUSE);
    go_listener_free(a);
    go_listener_free(b);
}

static void accept_into(go_listener *l, chan(int) result)
{
    int err = 1;
    go_conn *c = go_accept(l, &err);
    go_conn_free(c);
    chan_send(result, c ? 0 : err);
}

TEST(close_wakes_all_who_accept)
{
    enum { ACCEPTORS = 3 };
    test_one_processor();
    go_listener *l = listen_on("tcp", "127.0.0.1:0");
    chan(int) result = chan_make(int, ACCEPTORS);
    for (int i = 0; i < ACCEPTORS; i++)
        go(accept_into, l, result);
    test_settle();
    CHECK_EQ(go_listener_close(l), 0);
    for (int i = 0; i < ACCEPTORS; i++)
        CHECK_EQ(chan_recv(result), -ESHUTDOWN);
    CHECK_EQ(go_listener_close(l), -ESHUTDOWN);
    go_listener_free(l);
    chan_free(result);
}

TEST(a_port_can_be_listened_on_again_at_once)
{
    char address[64];
    struct pair p = pair_open();
    CHECK_EQ(go_listener_addr(p.listener, address, sizeof address), 0);
    send_text(p.server, "bye");
    go_conn_close(p.server); // this end is the one that lingers
    expect_text(p.client, "bye");
    expect_end(p.client);
    pair_free(p);
    go_listener_free(listen_on("tcp", address));
}

static void serve_one(go_listener *l, chan(go_conn *) accepted)
{
    chan_send(accepted, go_accept(l, NULL));
}

// Fills the process's table of descriptors; returns the last, which is the one to give back.
static int use_up_descriptors(void)
{
    struct rlimit limit = {64, 64};
    int last = -1;
    CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    for (int fd; (fd = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;)
        last = fd;
    CHECK_EQ(errno, EMFILE);
    return last;
}

TEST(accept_without_descriptors_waits_and_loses_nobody)
{
    test_one_processor();
    go_listener *l = listen_on("tcp", "127.0.0.1:0");
    chan(go_conn *) accepted = chan_make(go_conn *, 1);
    go_conn *c = dial_to("tcp", l);
    send_text(c, "still here");
    int spare = use_up_descriptors();
    go(serve_one, l, accepted);
    test_settle();
    CHECK_EQ(chan_len(accepted), 0);
    close(spare);
    go_conn *s = chan_recv(accepted);
    CHECK(s);
    expect_text(s, "still here");
    go_conn_free(c);
    go_conn_free(s);
    go_listener_free(l);
    chan_free(accepted);
}

TEST(close_ends_an_accept_that_waits_for_descriptors)
{
    test_one_processor();
    go_listener *l = listen_on("tcp", "127.0.0.1:0");
    chan(int) result = chan_make(int, 1);
    go_conn *c = dial_to("tcp", l);
    use_up_descriptors();
    go(accept_into, l, result);
    test_settle();
    CHECK_EQ(go_listener_close(l), 0);
    CHECK_EQ(chan_recv(result), -ESHUTDOWN);
    go_listener_free(l);
    go_conn_free(c);
    chan_free(result);
}

TEST(accept_in_a_program_with_one_goroutine_is_no_deadlock)
{
    go_listener *l = listen_on("tcp", "127.0.0.1:0");
    go_conn *c = go_dial_timeout("tcp", "127.0.0.1:1", 10 * GO_MILLISECOND, NULL);
    CHECK(!c);
    go_conn *here = dial_to("tcp", l), *there = go_accept(l, NULL);
    go_conn_set_read_deadline(there, go_time_add(go_now(), 20 * GO_MILLISECOND));
    char byte;
    CHECK_EQ(go_conn_read(there, &byte, 1), -ETIMEDOUT);
    go_conn_free(here);
    go_conn_free(there);
    go_listener_free(l);
}
