// SPDX-License-Identifier: MIT
// A web server as one would run it: a JSON API over an in-memory list, jobs for a worker pool, a stream of events, static
// files, a rate limit of 1000 requests a second (bursts of 100) that answers 429, and an orderly end on SIGTERM or
// Ctrl-C: what is under way is finished, within 30 seconds.
//
//     gofer run examples/httpd.c [ADDRESS [DIRECTORY [RATE]]]   localhost:8080, the current directory, 1000
//
//     curl localhost:8080/api/items                             the list
//     curl -d 'buy milk' localhost:8080/api/items               adds to it
//     curl localhost:8080/api/items/1                           one of it
//     curl -X DELETE localhost:8080/api/items/1
//     curl 'localhost:8080/api/primes?below=1000000'            work for the pool
//     curl -N 'localhost:8080/api/clock?ticks=3'                server-sent events
//     curl localhost:8080/files/                                the directory
#include <gofer.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ITEM_SIZE = 1000 };

struct item {
    int id;
    char text[ITEM_SIZE];
    struct item *next;
};

static struct {
    go_rwmutex lock;
    struct item *first;
    int last_id;
} list;

static go_workers *pool;

// --- JSON ---

static void write_json_string(go_http_response *w, const char *text)
{
    go_http_write(w, "\"", 1);
    for (const char *c = text; *c; c++) {
        if (*c == '"' || *c == '\\')
            go_http_printf(w, "\\%c", *c);
        else if ((unsigned char)*c < 0x20)
            go_http_printf(w, "\\u%04x", *c);
        else
            go_http_write(w, c, 1);
    }
    go_http_write(w, "\"", 1);
}

static void write_item(go_http_response *w, const struct item *item)
{
    go_http_printf(w, "{\"id\": %d, \"text\": ", item->id);
    write_json_string(w, item->text);
    go_http_printf(w, "}");
}

static void begin_json(go_http_response *w, int status)
{
    go_http_set_header(w, "Content-Type", "application/json");
    go_http_write_header(w, status);
}

// --- The list ---

static void get_items(go_http_response *w, go_http_request *r, void *arg)
{
    (void)r;
    (void)arg;
    begin_json(w, 200);
    go_http_printf(w, "[");
    go_rwmutex_rlock(&list.lock);
    for (struct item *item = list.first; item; item = item->next) {
        write_item(w, item);
        go_http_printf(w, item->next ? ", " : "");
    }
    go_rwmutex_runlock(&list.lock);
    go_http_printf(w, "]\n");
}

// The place of the item with the id of the path: *place is NULL if there is none.
static struct item **find_item(go_http_request *r)
{
    int id = atoi(go_http_path_value(r, "id"));
    struct item **place = &list.first;
    while (*place && (*place)->id != id)
        place = &(*place)->next;
    return place;
}

static void get_item(go_http_response *w, go_http_request *r, void *arg)
{
    (void)arg;
    go_rwmutex_rlock(&list.lock);
    defer(go_rwmutex_runlock, &list.lock);
    struct item *item = *find_item(r);
    if (!item) {
        go_http_error(w, 404, "no such item");
        return;
    }
    begin_json(w, 200);
    write_item(w, item);
    go_http_printf(w, "\n");
}

static void delete_item(go_http_response *w, go_http_request *r, void *arg)
{
    (void)arg;
    go_rwmutex_lock(&list.lock);
    struct item **place = find_item(r), *item = *place;
    if (item)
        *place = item->next;
    go_rwmutex_unlock(&list.lock);
    if (item)
        go_http_write_header(w, 204);
    else
        go_http_error(w, 404, "no such item");
    free(item);
}

static void add_item(go_http_response *w, go_http_request *r, void *arg)
{
    (void)arg;
    struct item *item = calloc(1, sizeof(*item));
    size_t have = 0;
    ssize_t n;
    while ((n = go_http_body_read(r, item->text + have, ITEM_SIZE - 1 - have)) > 0)
        have += (size_t)n;
    if (n < 0 || have == ITEM_SIZE - 1 || have == 0) {
        free(item);
        go_http_error(w, 400, "an item is a text of 1 to 998 bytes");
        return;
    }
    go_rwmutex_lock(&list.lock);
    defer(go_rwmutex_unlock, &list.lock);
    item->id = ++list.last_id;
    item->next = list.first;
    list.first = item;
    begin_json(w, 201);
    write_item(w, item);
    go_http_printf(w, "\n");
}

// --- Work for the pool ---

static int count_primes(long below, chan(long) result)
{
    long count = 0;
    for (long n = 2; n < below; n++) {
        bool prime = true;
        for (long d = 2; prime && d * d <= n; d++)
            prime = n % d != 0;
        count += prime;
    }
    chan_send(result, count);
    chan_free(result);
    return 0;
}

static void get_primes(go_http_response *w, go_http_request *r, void *arg)
{
    (void)arg;
    const char *text = go_http_query(r, "below");
    long below = text ? atol(text) : 0;
    if (below < 1 || below > 10000000) {
        go_http_error(w, 400, "below: 1 to 10000000");
        return;
    }
    chan(long) result = chan_make(long, 1);
    if (go_workers_submit(pool, count_primes, below, chan_ref(result))) {
        chan_free(result);
        go_http_set_header(w, "Retry-After", "1");
        go_http_error(w, 503, "too much to do");
        return;
    }
    long count;
    go_select {
        case_recv(result, &count) {
            begin_json(w, 200);
            go_http_printf(w, "{\"below\": %ld, \"primes\": %ld}\n", below, count);
        }
        case_done(go_http_context(r)) {}
    }
    chan_free(result);
}

// --- Events ---

static void get_clock(go_http_response *w, go_http_request *r, void *arg)
{
    (void)arg;
    const char *text = go_http_query(r, "ticks");
    int left = text ? atoi(text) : 10;
    go_http_set_header(w, "Content-Type", "text/event-stream");
    go_http_set_header(w, "Cache-Control", "no-cache");
    for (int i = 1; i <= left; i++) {
        go_http_printf(w, "data: tick %d\n\n", i);
        if (go_http_flush(w))
            return;
        go_select {
            case_timeout(GO_SECOND / 4) {}
            case_done(go_http_context(r)) {
                return;
            }
        }
    }
}

static void welcome(go_http_response *w, go_http_request *r, void *arg)
{
    (void)r;
    (void)arg;
    go_http_printf(
        w,
        "<!DOCTYPE html>\n<html lang=\"en\"><title>gofer httpd</title>\n<h1>It works</h1>\n"
        "<p><a href=\"/api/items\">the list</a>, <a href=\"/api/primes?below=100000\">primes</a>, "
        "<a href=\"/files/\">files</a></p>\n<pre id=\"clock\"></pre>\n<script>\n"
        "new EventSource('/api/clock?ticks=3').onmessage =\n"
        "    e => document.getElementById('clock').textContent += e.data + "
        "'\\n';\n</script></html>\n");
}

// --- The server ---

static void serve(go_http_server *server, const char *address, chan(int) ended)
{
    chan_send(ended, go_http_listen_and_serve(server, address));
}

// Waits for a signal, then ends the server in order. Returns the program's status.
static int run(go_http_server *server, const char *address)
{
    chan(int) ended = chan_make(int, 1);
    go_context *stop = go_signal_context(go_context_background(), SIGTERM, SIGINT);
    int err = 0;
    go(serve, server, address, ended);
    printf("listening on %s\n", address);
    fflush(stdout);
    go_select {
        case_recv(ended, &err) {
            fprintf(stderr, "httpd: %s: %s\n", address, go_strerror(err));
        }
        case_done(stop) {
            go_context *limit = go_context_with_timeout(go_context_background(), 30 * GO_SECOND);
            err = go_http_shutdown(server, limit);
            go_context_free(limit);
            chan_recv(ended); // serve still has the channel in hand
        }
    }
    go_context_free(stop);
    chan_free(ended);
    return err ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    const char *address = argc > 1 ? argv[1] : "localhost:8080";
    char *directory = argc > 2 ? argv[2] : ".";
    double rate = argc > 3 ? strtod(argv[3], NULL) : 1000;
    if (!(rate > 0)) {
        fprintf(stderr, "httpd: %s is no rate\n", argv[3]);
        return 2;
    }
    pool = go_workers_new((go_workers_options){.workers = go_num_cpu(), .queue = 64});
    go_limiter *limiter = go_limiter_new(rate, 100);

    go_http_mux *mux = go_http_mux_new();
    if (getenv("HTTPD_LOG"))
        go_http_use(mux, go_http_log, NULL);
    go_http_use(mux, go_http_recovery, NULL);
    go_http_use(mux, go_http_rate_limit, limiter);
    go_http_handle(mux, "GET /{$}", welcome, NULL);
    go_http_handle(mux, "GET /api/items", get_items, NULL);
    go_http_handle(mux, "POST /api/items", add_item, NULL);
    go_http_handle(mux, "GET /api/items/{id}", get_item, NULL);
    go_http_handle(mux, "DELETE /api/items/{id}", delete_item, NULL);
    go_http_handle(mux, "GET /api/primes", get_primes, NULL);
    go_http_handle(mux, "GET /api/clock", get_clock, NULL);
    go_http_handle(mux, "GET /files/", go_http_files, directory);

    go_http_server *server =
        go_http_server_new(mux, (go_http_options){.read_header_timeout = 10 * GO_SECOND,
                                                  .read_timeout = 30 * GO_SECOND,
                                                  .write_timeout = GO_MINUTE,
                                                  .idle_timeout = 2 * GO_MINUTE,
                                                  .max_header_bytes = 64 << 10,
                                                  .max_body_bytes = 1 << 20});
    int status = run(server, address);
    go_http_server_free(server);
    go_http_mux_free(mux);
    go_workers_free(pool);
    go_limiter_free(limiter);
    return status;
}
