// SPDX-License-Identifier: MIT
// Datagrams: to anybody and to one peer, their boundaries, addresses and deadlines.
#include "net/support.h"

static go_conn *open_packet(const char *address, go_addr *at)
{
    char text[64];
    int err;
    go_conn *c = go_listen_packet("udp", address, &err);
    if (!c)
        FAIL("cannot open %s: %s", address, strerror(-err));
    CHECK_EQ(go_conn_local_addr(c, text, sizeof text), 0);
    CHECK_EQ(go_addr_parse(text, at), 0);
    return c;
}

TEST(datagrams_keep_their_boundaries_and_tell_where_they_come_from)
{
    go_addr to, mine, from;
    char buf[64], a[64], b[64];
    go_conn *there = open_packet("127.0.0.1:0", &to), *here = open_packet("127.0.0.1:0", &mine);
    CHECK_EQ(go_conn_send_to(here, "first", 5, &to), 5);
    CHECK_EQ(go_conn_send_to(here, "", 0, &to), 0);
    CHECK_EQ(go_conn_send_to(here, "third", 5, &to), 5);
    CHECK_EQ(go_conn_recv_from(there, buf, sizeof buf, &from), 5);
    CHECK_EQ(go_conn_recv_from(there, buf, sizeof buf, NULL), 0);
    CHECK_EQ(go_conn_recv_from(there, buf, 3, NULL), 3);
    CHECK(memcmp(buf, "thi", 3) == 0);
    CHECK_EQ(go_addr_text(&from, a, sizeof a), 0);
    CHECK_EQ(go_addr_text(&mine, b, sizeof b), 0);
    CHECK_STR(a, b);
    go_conn_free(here);
    go_conn_free(there);
}

static void echo(go_conn *c, int times)
{
    char buf[64];
    go_addr from;
    while (times-- > 0) {
        ssize_t n = go_conn_recv_from(c, buf, sizeof buf, &from);
        CHECK_EQ(go_conn_send_to(c, buf, (size_t)n, &from), n);
    }
}

TEST(dialed_datagrams_go_to_one_peer)
{
    enum { TIMES = 100 };
    go_addr at;
    char text[64], buf[64];
    int err;
    go_conn *there = open_packet("127.0.0.1:0", &at);
    CHECK_EQ(go_addr_text(&at, text, sizeof text), 0);
    go_conn *c = go_dial(go_context_background(), "udp", text, &err);
    CHECK(c);
    go(echo, there, TIMES);
    for (int i = 0; i < TIMES; i++) {
        send_text(c, "ping");
        CHECK_EQ(go_conn_read(c, buf, sizeof buf), 4);
    }
    go_conn_free(c);
    go_conn_free(there);
}

TEST(datagrams_may_be_sent_to_a_broadcast_address)
{
    go_addr at, everybody;
    int err;
    go_conn *c = open_packet("127.0.0.1:0", &at);
    CHECK_EQ(go_addr_parse("127.255.255.255:9", &everybody), 0);
    CHECK_EQ(go_conn_send_to(c, "x", 1, &everybody), 1);
    go_conn_free(c);
    c = go_dial_timeout("udp", "127.255.255.255:9", 0, &err);
    CHECK_EQ(err, 0);
    go_conn_free(c);
}

TEST(receive_ends_with_its_deadline_and_with_a_close)
{
    go_addr at;
    char buf[8];
    go_conn *c = open_packet("127.0.0.1:0", &at);
    go_conn_set_read_deadline(c, go_time_add(go_now(), 10 * GO_MILLISECOND));
    CHECK_EQ(go_conn_recv_from(c, buf, sizeof buf, NULL), -ETIMEDOUT);
    CHECK_EQ(go_conn_close(c), 0);
    CHECK_EQ(go_conn_recv_from(c, buf, sizeof buf, NULL), -ESHUTDOWN);
    CHECK_EQ(go_conn_send_to(c, buf, 1, &at), -ESHUTDOWN);
    go_conn_free(c);
}

TEST(networks_that_know_no_datagrams_are_refused)
{
    int err;
    CHECK(!go_listen_packet("tcp", ":0", &err));
    CHECK_EQ(err, -EPROTONOSUPPORT);
    CHECK(!go_listen("udp", ":0", &err));
    CHECK_EQ(err, -EPROTONOSUPPORT);
}

static void check_text(const char *text, const char *shown)
{
    go_addr a;
    char out[128];
    CHECK_EQ(go_addr_parse(text, &a), 0);
    CHECK_EQ(go_addr_text(&a, out, sizeof out), 0);
    CHECK_STR(out, shown);
}

TEST(addresses_are_read_and_written)
{
    go_addr a;
    check_text("127.0.0.1:80", "127.0.0.1:80");
    check_text("[2001:db8:0::1]:443", "[2001:db8::1]:443");
    check_text("[::ffff:192.0.2.1]:443", "192.0.2.1:443");
    check_text("/run/x.sock", "/run/x.sock");
    check_text("@abstract", "@abstract");
    CHECK_EQ(go_addr_parse("example.com:80", &a), -ENOENT);
    CHECK_EQ(go_addr_parse("127.0.0.1", &a), -EINVAL);
}
