// SPDX-License-Identifier: MIT
// Question: how do I stop a server with background workers without losing requests or work?
// Answer:   in the order in which work flows: stop listening and let the requests in progress finish, then let the pool
//           finish what it has accepted, each step under one common deadline. A signal context starts it all.
// Watch:    what is not done when the deadline comes must be counted and reported, not forgotten.
#include <gofer.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

struct app {
    go_workers *pool;
    atomic_int mails;
};

static int send_mail(struct app *a)
{
    go_sleep(GO_MILLISECOND);
    atomic_fetch_add(&a->mails, 1);
    return 0;
}

static void order(go_http_response *w, go_http_request *r, void *arg)
{
    (void)r;
    struct app *a = arg;
    for (int i = 0; i < 5; i++)
        if (go_workers_submit_wait(a->pool, go_http_context(r), send_mail, a)) {
            go_http_error(w, 503, "closing down");
            return;
        }
    go_http_printf(w, "ordered\n");
}

// A client that orders once and returns the first line of the answer.
static void place_order(const char *address, char *line, size_t n)
{
    static const char request[] = "GET /order HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n";
    int err;
    go_conn *c = go_dial(go_context_background(), "tcp", address, &err);
    ssize_t got = c ? go_conn_write(c, request, sizeof request - 1) : err;
    if (got > 0)
        got = go_conn_read(c, line, n - 1);
    line[got > 0 ? got : 0] = '\0';
    line[strcspn(line, "\r\n")] = '\0';
    go_conn_free(c);
}

static void serve(go_http_server *server, go_listener *l, send_chan(int) ended)
{
    chan_send(ended, go_http_serve(server, l));
}

int main(void)
{
    struct app a = {.pool = go_workers_new((go_workers_options){.workers = 2, .queue = 16})};
    go_context *running = go_signal_context(go_context_background(), SIGTERM);
    go_http_mux *mux = go_http_mux_new();
    go_http_handle(mux, "GET /order", order, &a);
    go_http_server *server = go_http_server_new(mux, (go_http_options){0});
    int err;
    char address[64], line[64];
    go_listener *l = go_listen("tcp", "127.0.0.1:0", &err);
    (void)go_listener_addr(l, address, sizeof address);
    chan(int) ended = chan_make(int);
    go(serve, server, l, ended);

    place_order(address, line, sizeof line);
    printf("%s\n", line);
    raise(SIGTERM); // what the system sends to a service that it stops
    chan_recv(go_context_done(running), NULL);

    go_context *limit = go_context_with_timeout(go_context_background(), 30 * GO_SECOND);
    printf("server: %d, workers: %d\n", go_http_shutdown(server, limit),
           go_workers_shutdown(a.pool, limit));
    printf("serving ended by the shutdown: %s\n", chan_recv(ended) == -ESHUTDOWN ? "yes" : "no");
    printf("%d mails sent, %zu abandoned\n", a.mails, go_workers_abandoned(a.pool));

    go_context_free(limit);
    chan_free(ended);
    go_http_server_free(server);
    go_http_mux_free(mux);
    go_listener_free(l);
    go_context_free(running);
    go_workers_free(a.pool);
    return 0;
}
