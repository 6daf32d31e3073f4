// SPDX-License-Identifier: MIT
// Dialing within a context: what ends it, and that nothing is left over. A listener whose queue is full stands for a peer
// that does not answer.
#include "net/support.h"

#include "sched/poller.h"

static void dial_into(go_context *ctx, const char *address, chan(int) result)
{
    int err = 0;
    go_conn *c = go_dial(ctx, "tcp", address, &err);
    go_conn_free(c);
    chan_send(result, err);
}

// A listener that takes nobody any more: Linux queues one connection more than the backlog says. They go with the process.
static void listen_full_on(const char *where, char address[64])
{
    go_listener *l = go_listen_with("tcp", where, (go_listen_options){.backlog = 1}, NULL);
    CHECK(l);
    CHECK_EQ(go_listener_addr(l, address, 64), 0);
    for (int i = 0; i < 2; i++)
        CHECK(go_dial_timeout("tcp", address, 20 * GO_SECOND, NULL));
}

static void listen_full(char address[64])
{
    listen_full_on("127.0.0.1:0", address);
}

TEST(dial_ends_when_its_context_is_cancelled)
{
    char address[64];
    listen_full(address);
    go_context *ctx = go_context_with_cancel(go_context_background());
    chan(int) result = chan_make(int, 1);
    go(dial_into, ctx, address, result);
    WAIT_UNTIL(gf_poller_waiters() == 1);
    CHECK_EQ(chan_len(result), 0);
    go_context_cancel(ctx);
    CHECK_EQ(chan_recv(result), -ECANCELED);
    go(dial_into, ctx, address, result);
    CHECK_EQ(chan_recv(result), -ECANCELED);
    go_context_free(ctx);
    chan_free(result);
}

TEST(dial_ends_when_its_time_is_over)
{
    char address[64];
    int err = 0;
    listen_full(address);
    go_time start = go_now();
    CHECK(!go_dial_timeout("tcp", address, 30 * GO_MILLISECOND, &err));
    CHECK_EQ(err, -ETIMEDOUT);
    CHECK(go_since(start) >= 30 * GO_MILLISECOND);
}

TEST(dial_without_time_fails_at_once_and_zero_is_no_limit)
{
    char address[64];
    int err = 0;
    go_listener *l = listen_on("tcp", "127.0.0.1:0");
    CHECK_EQ(go_listener_addr(l, address, sizeof address), 0);
    CHECK(!go_dial_timeout("tcp", address, -1, &err));
    CHECK_EQ(err, -ETIMEDOUT);
    go_conn *c = go_dial_timeout("tcp", address, 0, &err);
    CHECK_EQ(err, 0);
    go_conn_free(c);
    go_listener_free(l);
}

TEST(dial_takes_the_second_family_when_the_first_refuses)
{
    char address[64], name[64];
    // "localhost" has both; nobody listens on 127.0.0.1.
    go_listener *l = go_listen("tcp6", "[::1]:0", NULL);
    if (!l)
        test_skip("no IPv6 here");
    CHECK_EQ(go_listener_addr(l, address, sizeof address), 0);
    snprintf(name, sizeof name, "localhost%s", strrchr(address, ':'));
    for (int i = 0; i < 50; i++) {
        go_conn *c = go_dial_timeout("tcp", name, 10 * GO_SECOND, NULL), *s = go_accept(l, NULL);
        CHECK(c && s);
        go_conn_free(c);
        go_conn_free(s);
    }
    go_listener_free(l);
}

// How long it takes to dial "localhost" on a port where one family's address is silent and the other's answers.
static go_duration dial_beside_silence(const char *silent, const char *alive)
{
    char address[64], other[80], name[80];
    listen_full_on(silent, address);
    const char *port = strrchr(address, ':');
    snprintf(other, sizeof other, "%s%s", alive, port);
    snprintf(name, sizeof name, "localhost%s", port);
    go_listener *l = listen_on("tcp", other);
    go_time start = go_now();
    go_conn *c = go_dial_timeout("tcp", name, 20 * GO_SECOND, NULL);
    go_duration took = go_since(start);
    CHECK(c);
    CHECK_EQ(go_conn_remote_addr(c, address, sizeof address), 0);
    CHECK_STR(address, other);
    go_conn_free(c);
    go_listener_free(l);
    return took;
}

// Which family comes first is the system's choice; whichever it is, its silence costs the head start and no more.
TEST(dial_takes_the_second_family_when_the_first_is_silent)
{
    go_listener *l = go_listen("tcp6", "[::1]:0", NULL);
    if (!l)
        test_skip("no IPv6 here");
    go_listener_free(l);
    go_duration without_ip6 = dial_beside_silence("[::1]:0", "127.0.0.1");
    go_duration without_ip4 = dial_beside_silence("127.0.0.1:0", "[::1]");
    go_duration longer = without_ip6 > without_ip4 ? without_ip6 : without_ip4;
    CHECK(longer >= 300 * GO_MILLISECOND);
    CHECK(longer < 5 * GO_SECOND * test_slowdown());
}

TEST(a_connection_outlives_the_context_that_dialed_it)
{
    char address[64];
    go_listener *l = listen_on("tcp", "127.0.0.1:0");
    CHECK_EQ(go_listener_addr(l, address, sizeof address), 0);
    go_context *ctx = go_context_with_timeout(go_context_background(), GO_HOUR);
    go_conn *c = go_dial(ctx, "tcp", address, NULL), *s = go_accept(l, NULL);
    CHECK(c && s);
    go_context_free(ctx);
    send_text(c, "alive");
    expect_text(s, "alive");
    go_conn_free(c);
    go_conn_free(s);
    go_listener_free(l);
}
