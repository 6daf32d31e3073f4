// SPDX-License-Identifier: MIT
// Names to addresses, against a DNS server of this file's own on loopback: it answers "NAME.test" by a fixed table, both
// kinds of records, keeps silent where told so, and counts how many questions wait at the same time.
#include "net/support.h"

#include "net/lookup.h"

#include <arpa/inet.h>

enum { TYPE_A = 1, TYPE_AAAA = 28, HEADER = 12, NO_SUCH_NAME = 3 };

static char servers[64];

// The end of the name in a question.
static size_t name_end(const unsigned char *q, size_t n)
{
    size_t at = HEADER;
    while (at < n && q[at])
        at += q[at] + 1u;
    return at + 1;
}

static size_t add_record(unsigned char *q, size_t at, int type, const void *data, unsigned size)
{
    const unsigned char head[] = {0xc0, HEADER, 0, (unsigned char)type, 0, 1, 0, 0,
                                  0,    60,     0, (unsigned char)size};
    memcpy(q + at, head, sizeof head);
    memcpy(q + at + sizeof head, data, size);
    q[7]++; // answers
    return at + sizeof head + size;
}

// Turns a question into its answer, in place; 0: silence.
static size_t answer(unsigned char *q, size_t n)
{
    size_t at = name_end(q, n) + 4;
    int type = q[at - 3];
    const char *label = (const char *)q + HEADER + 1;
    unsigned char ip4[4] = {192, 0, 2, 1}, ip6[16] = {0x20, 1, 0x0d, 0xb8, [15] = 1};
    if (strncmp(label, "silent", 6) == 0)
        return 0;
    q[2] |= 0x80;
    q[7] = q[9] = q[11] = 0;
    if (strncmp(label, "both", 4) == 0)
        return type == TYPE_A      ? add_record(q, at, TYPE_A, ip4, 4)
               : type == TYPE_AAAA ? add_record(q, at, TYPE_AAAA, ip6, 16)
                                   : at;
    if (strncmp(label, "local", 5) == 0) {
        unsigned char loopback[4] = {127, 0, 0, 1};
        return type == TYPE_A ? add_record(q, at, TYPE_A, loopback, 4) : at;
    }
    q[3] = (unsigned char)((q[3] & 0xf0) | NO_SUCH_NAME);
    return at;
}

static void serve(go_conn *c)
{
    unsigned char q[512];
    go_addr from;
    for (ssize_t n; (n = go_conn_recv_from(c, q, sizeof q, &from)) > 0;) {
        size_t size = answer(q, (size_t)n);
        if (size)
            CHECK_EQ(go_conn_send_to(c, q, size, &from), size);
    }
}

static void start_server(void)
{
    int err;
    go_conn *c = go_listen_packet("udp", "127.0.0.1:0", &err);
    CHECK(c);
    CHECK_EQ(go_conn_local_addr(c, servers, sizeof servers), 0);
    gf_lookup_servers = servers;
    go(serve, c);
}

TEST(lookup_gives_addresses_of_both_families)
{
    char a[4][64];
    bool four = false, six = false;
    start_server();
    CHECK_EQ(go_lookup_host(go_context_background(), "both.test", a, 4), 2);
    for (int i = 0; i < 2; i++) {
        four |= strcmp(a[i], "192.0.2.1") == 0;
        six |= strcmp(a[i], "2001:db8::1") == 0;
    }
    CHECK(four && six);
    CHECK_EQ(go_lookup_host(go_context_background(), "both.test", a, 1), 1);
}

TEST(lookup_of_what_does_not_exist_says_so)
{
    char a[4][64];
    start_server();
    CHECK_EQ(go_lookup_host(go_context_background(), "nowhere.test", a, 4), -ENOENT);
    CHECK_EQ(go_lookup_host(go_context_background(), "", a, 4), -ENOENT);
}

TEST(lookup_of_a_literal_asks_nobody)
{
    char a[4][64];
    gf_lookup_servers = "127.0.0.1:1";
    CHECK_EQ(go_lookup_host(go_context_background(), "192.0.2.7", a, 4), 1);
    CHECK_STR(a[0], "192.0.2.7");
    CHECK_EQ(go_lookup_host(go_context_background(), "::1", a, 4), 1);
    CHECK_STR(a[0], "::1");
    CHECK(go_lookup_host(go_context_background(), "localhost", a, 4) >= 1);
    CHECK_STR(a[0], "127.0.0.1");
}

static void look_up(go_context *ctx, const char *name, chan(int) result)
{
    char a[4][64];
    chan_send(result, go_lookup_host(ctx, name, a, 4));
}

TEST(lookup_ends_with_its_context)
{
    start_server();
    go_context *ctx = go_context_with_cancel(go_context_background());
    chan(int) result = chan_make(int, 1);
    go(look_up, ctx, "silent.test", result);
    go_sleep(20 * GO_MILLISECOND);
    CHECK_EQ(chan_len(result), 0);
    go_context_cancel(ctx);
    CHECK_EQ(chan_recv(result), -ECANCELED);
    go_context *brief = go_context_with_timeout(go_context_background(), 20 * GO_MILLISECOND);
    go(look_up, brief, "silent.test", result);
    CHECK_EQ(chan_recv(result), -ETIMEDOUT);
    go(look_up, ctx, "both.test", result);
    CHECK_EQ(chan_recv(result), -ECANCELED);
    go_context_free(ctx);
    go_context_free(brief);
    chan_free(result);
}

TEST(lookups_do_not_wait_for_each_other)
{
    enum { SILENT = 20, ASKED = 50 };
    start_server();
    go_context *ctx = go_context_with_cancel(go_context_background());
    chan(int) silent = chan_make(int, SILENT), asked = chan_make(int, ASKED);
    for (int i = 0; i < SILENT; i++)
        go(look_up, ctx, "silent.test", silent);
    for (int i = 0; i < ASKED; i++)
        go(look_up, ctx, "both.test", asked);
    for (int i = 0; i < ASKED; i++)
        CHECK_EQ(chan_recv(asked), 2);
    CHECK_EQ(chan_len(silent), 0);
    go_context_cancel(ctx);
    for (int i = 0; i < SILENT; i++)
        CHECK_EQ(chan_recv(silent), -ECANCELED);
    go_context_free(ctx);
}

TEST(dial_by_name_connects)
{
    char address[64], named[64];
    int err;
    start_server();
    go_listener *l = listen_on("tcp", "127.0.0.1:0");
    CHECK_EQ(go_listener_addr(l, address, sizeof address), 0);
    snprintf(named, sizeof named, "local.test%s", strrchr(address, ':'));
    go_conn *c = go_dial(go_context_background(), "tcp", named, &err);
    CHECK(c);
    CHECK_EQ(go_conn_remote_addr(c, named, sizeof named), 0);
    CHECK_STR(named, address);
    CHECK(!go_dial(go_context_background(), "tcp", "nowhere.test:80", &err));
    CHECK_EQ(err, -ENOENT);
    go_conn_free(c);
    go_listener_free(l);
}
