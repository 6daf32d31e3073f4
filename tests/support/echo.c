// SPDX-License-Identifier: MIT
// The server that most tests of connections talk to: it sends back what comes, each connection in a goroutine of its own,
// until the listener is closed. A connection that breaks ends its goroutine and nothing else.
#include "support/test.h"

void test_echo(go_conn *c)
{
    char buf[4096];
    for (ssize_t n; (n = go_conn_read(c, buf, sizeof buf)) > 0;)
        if (go_conn_write(c, buf, (size_t)n) != n)
            break;
    go_conn_free(c);
}

void test_echo_all(go_listener *l)
{
    for (go_conn *c; (c = go_accept(l, NULL));)
        go(test_echo, c);
}
