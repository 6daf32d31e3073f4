// SPDX-License-Identifier: MIT
// A reverse proxy: passes each request on to one of several servers, in turn, and streams the answer back. A server that
// does not answer is passed over for another, if the request can be repeated; at most 64 requests at a time go to each,
// the others wait up to five seconds. 502 and 504 say that nobody could be reached, or not in time.
//
//     gofer run examples/proxy.c localhost:8000 http://localhost:8080 http://localhost:8081
#include <gofer.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MAX_SERVERS = 16, MAX_HEADERS = 100, PER_SERVER = 64 };

struct server {
    const char *url;
    go_semaphore *room;
};

static struct server servers[MAX_SERVERS];
static int server_count;
static atomic_uint turn;
static go_http_client *client;

// Headers that concern one connection only.
static bool is_for_one_hop(const char *name)
{
    static const char *const names[] = {
        "connection",          "keep-alive",     "te",     "trailer",
        "proxy-authorization", "upgrade",        "expect", "transfer-encoding",
        "proxy-authenticate",  "content-length", "host",   "date"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcasecmp(names[i], name) == 0)
            return true;
    return false;
}

struct outgoing {
    go_http_request *request;
    char url[4096];
    const char *headers[2 * MAX_HEADERS + 5];
    bool body_begun;
};

static ssize_t read_body(void *arg, void *buf, size_t n)
{
    struct outgoing *out = arg;
    out->body_begun = true;
    return go_http_body_read(out->request, buf, n);
}

static void collect_headers(struct outgoing *out)
{
    size_t n = 0;
    const char *name, *value;
    for (size_t i = 0; go_http_header_at(out->request, i, &name, &value) && n < 2 * MAX_HEADERS;
         i++) {
        if (is_for_one_hop(name))
            continue;
        out->headers[n++] = name;
        out->headers[n++] = value;
    }
    out->headers[n++] = "X-Forwarded-For";
    out->headers[n++] = go_http_remote_addr(out->request);
    // What the client did not ask for must not come packed.
    if (!go_http_header(out->request, "Accept-Encoding")) {
        out->headers[n++] = "Accept-Encoding";
        out->headers[n++] = "identity";
    }
    out->headers[n] = NULL;
}

// One attempt at one server.
static int call(struct server *server, struct outgoing *out, go_context *ctx, go_http_reply **reply)
{
    go_http_request *r = out->request;
    const char *query = go_http_raw_query(r);
    int64_t length = go_http_content_length(r);
    int n = snprintf(out->url, sizeof(out->url), "%s%s%s%s", server->url, go_http_raw_path(r),
                     query ? "?" : "", query ? query : "");
    if (n >= (int)sizeof(out->url))
        return -ENAMETOOLONG;
    go_http_call c = {.method = go_http_method(r), .url = out->url, .headers = out->headers};
    if (length != 0) {
        c.read_body = read_body;
        c.body_arg = out;
        c.body_size = length > 0 ? (size_t)length : 0;
    }
    go_context *patience = go_context_with_timeout(ctx, 5 * GO_SECOND);
    int err = go_semaphore_acquire(server->room, patience, 1);
    go_context_free(patience);
    if (err)
        return err;
    err = go_http_do(client, ctx, c, reply);
    if (err)
        go_semaphore_release(server->room, 1);
    return err;
}

// Copies the answer; a server that breaks off in the middle breaks the client's connection off, too.
static void pass_on(go_http_response *w, go_http_reply *reply)
{
    const char *name, *value;
    for (size_t i = 0; go_http_reply_header_at(reply, i, &name, &value); i++)
        if (!is_for_one_hop(name))
            go_http_add_header(w, name, value);
    if (go_http_reply_length(reply) >= 0)
        go_http_set_header(w, "Content-Length", go_http_reply_header(reply, "Content-Length"));
    go_http_write_header(w, go_http_reply_status(reply));
    char buf[16384];
    ssize_t n;
    while ((n = go_http_reply_read(reply, buf, sizeof(buf))) > 0) {
        // What comes slowly is passed on at once.
        if (go_http_write(w, buf, (size_t)n) < 0 || ((size_t)n < sizeof(buf) && go_http_flush(w)))
            break;
    }
    if (n < 0) {
        go_http_flush(w);
        go_panic_value(go_http_abort);
    }
}

static void answer(go_http_response *w, struct server *server, go_http_reply *reply)
{
    // Deferred, for pass_on may panic.
    defer(go_semaphore_release, server->room, 1);
    defer(go_http_reply_free, reply);
    pass_on(w, reply);
}

static void proxy(go_http_response *w, go_http_request *r, void *arg)
{
    (void)arg;
    struct outgoing *out = malloc(sizeof(*out));
    defer(free, out);
    out->request = r;
    out->body_begun = false;
    collect_headers(out);
    int err = -EHOSTUNREACH;
    // Each server once, whatever turns others take meanwhile.
    unsigned first = atomic_fetch_add(&turn, 1);
    for (int tries = 0; tries < server_count && !out->body_begun; tries++) {
        struct server *server = &servers[(first + (unsigned)tries) % (unsigned)server_count];
        go_http_reply *reply;
        err = call(server, out, go_http_context(r), &reply);
        if (!err) {
            answer(w, server, reply);
            return;
        }
        if (go_context_err(go_http_context(r)))
            return; // the client is gone
        fprintf(stderr, "proxy: %s: %s\n", server->url, go_strerror(err));
    }
    go_http_error(w, err == -ETIMEDOUT ? 504 : 502,
                  err == -ETIMEDOUT ? "Gateway Timeout" : "Bad Gateway");
}

static void shut_down(go_http_server *server)
{
    go_context *stop = go_signal_context(go_context_background(), SIGTERM, SIGINT);
    chan_recv(go_context_done(stop));
    go_context_free(stop);
    go_context *limit = go_context_with_timeout(go_context_background(), 30 * GO_SECOND);
    exit(go_http_shutdown(server, limit) ? EXIT_FAILURE : EXIT_SUCCESS);
}

int main(int argc, char **argv)
{
    if (argc < 3 || argc - 2 > MAX_SERVERS) {
        fprintf(
            stderr,
            "usage: proxy ADDRESS SERVER…     as in: proxy localhost:8000 http://localhost:8080\n");
        return 2;
    }
    for (; server_count < argc - 2; server_count++)
        servers[server_count] = (struct server){argv[server_count + 2],
                                                go_semaphore_new(PER_SERVER)};
    client = go_http_client_new((go_http_client_options){.timeout = GO_MINUTE,
                                                         .dial_timeout = 5 * GO_SECOND,
                                                         .max_redirects = -1,
                                                         .no_gzip = true,
                                                         .max_idle = 1000,
                                                         .max_idle_per_host = PER_SERVER});
    go_http_mux *mux = go_http_mux_new();
    go_http_handle(mux, "/", proxy, NULL);
    go_http_server *server = go_http_server_new(
        mux,
        (go_http_options){.read_header_timeout = 10 * GO_SECOND, .idle_timeout = 2 * GO_MINUTE});
    go(shut_down, server);
    printf("listening on %s\n", argv[1]);
    fflush(stdout);
    int err = go_http_listen_and_serve(server, argv[1]);
    if (err != -ESHUTDOWN) {
        fprintf(stderr, "proxy: %s: %s\n", argv[1], go_strerror(err));
        return EXIT_FAILURE;
    }
    go_exit(); // shut_down ends the program
}
