// SPDX-License-Identifier: MIT
// An echo server, a goroutine a connection: straight-line code, thousands of peers. Without an argument it talks to itself
// and ends; with an address it serves until it is killed:
//
//     gofer run examples/echo.c :7000
//     nc localhost 7000
#include <gofer.h>
#include <stdio.h>
#include <string.h>

static void serve(go_conn *c)
{
    char buf[4096];
    for (ssize_t n; (n = go_conn_read(c, buf, sizeof buf)) > 0;)
        if (go_conn_write(c, buf, (size_t)n) != n)
            break;
    go_conn_free(c);
}

static void accept_all(go_listener *l)
{
    for (go_conn *c; (c = go_accept(l, NULL));)
        go(serve, c);
}

static void talk(const char *address, int id, chan(int) echoed)
{
    char line[32], back[32] = "";
    int err;
    go_conn *c = go_dial_timeout("tcp", address, 5 * GO_SECOND, &err);
    if (!c) {
        fprintf(stderr, "echo: %s: %s\n", address, go_strerror(err));
        chan_send(echoed, 0);
        return;
    }
    int n = snprintf(line, sizeof line, "hello from %d", id);
    (void)go_conn_write(c, line, (size_t)n);
    go_conn_close_write(c);
    size_t at = 0;
    for (ssize_t got; (got = go_conn_read(c, back + at, sizeof back - 1 - at)) > 0;)
        at += (size_t)got;
    go_conn_free(c);
    chan_send(echoed, strcmp(line, back) == 0);
}

static void demonstrate(go_listener *l)
{
    enum { CLIENTS = 100 };
    char address[64];
    int right = 0;
    chan(int) echoed = chan_make(int);
    (void)go_listener_addr(l, address, sizeof address);
    go(accept_all, l);
    for (int i = 0; i < CLIENTS; i++)
        go(talk, address, i, echoed);
    for (int i = 0; i < CLIENTS; i++)
        right += chan_recv(echoed);
    printf("%d of %d clients got their words back\n", right, CLIENTS);
    chan_free(echoed);
}

int main(int argc, char **argv)
{
    int err;
    go_listener *l = go_listen("tcp", argc > 1 ? argv[1] : "127.0.0.1:0", &err);
    if (!l) {
        fprintf(stderr, "echo: cannot listen: %s\n", go_strerror(err));
        return 1;
    }
    if (argc > 1)
        accept_all(l);
    else
        demonstrate(l);
    return 0;
}
