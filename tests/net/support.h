// SPDX-License-Identifier: MIT
// What the tests of net/ share: a connected pair over loopback, and reads and writes that must succeed.
#ifndef GOFER_TESTS_NET_SUPPORT_H
#define GOFER_TESTS_NET_SUPPORT_H

#include "support/test.h"

#include <errno.h>

struct pair {
    go_listener *listener;
    go_conn *client, *server;
};

static inline go_listener *listen_on(const char *network, const char *address)
{
    int err = 1;
    go_listener *l = go_listen(network, address, &err);
    if (!l)
        FAIL("cannot listen on %s %s: %s", network, address, strerror(-err));
    CHECK_EQ(err, 0);
    return l;
}

static inline go_conn *dial_to(const char *network, go_listener *l)
{
    char address[128];
    int err = 1;
    CHECK_EQ(go_listener_addr(l, address, sizeof address), 0);
    go_conn *c = go_dial_timeout(network, address, 0, &err);
    if (!c)
        FAIL("cannot dial %s: %s", address, strerror(-err));
    CHECK_EQ(err, 0);
    return c;
}

static inline struct pair pair_on(const char *network, const char *address)
{
    struct pair p = {.listener = listen_on(network, address)};
    p.client = dial_to(network, p.listener);
    p.server = go_accept(p.listener, NULL);
    CHECK(p.server != NULL);
    return p;
}

static inline struct pair pair_open(void)
{
    return pair_on("tcp", "127.0.0.1:0");
}

static inline void pair_free(struct pair p)
{
    go_conn_free(p.client);
    go_conn_free(p.server);
    go_listener_free(p.listener);
}

static inline void send_text(go_conn *c, const char *text)
{
    CHECK_EQ(go_conn_write(c, text, strlen(text)), strlen(text));
}

static inline void expect_text(go_conn *c, const char *text)
{
    char buf[256] = "";
    size_t n = strlen(text), got = 0;
    while (got < n) {
        ssize_t r = go_conn_read(c, buf + got, n - got);
        if (r <= 0)
            FAIL("read %zd after \"%s\" instead of \"%s\"", r, buf, text);
        got += (size_t)r;
    }
    CHECK_STR(buf, text);
}

static inline void expect_end(go_conn *c)
{
    char buf[8];
    CHECK_EQ(go_conn_read(c, buf, sizeof buf), 0);
}

#endif
