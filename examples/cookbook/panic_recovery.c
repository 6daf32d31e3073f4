// SPDX-License-Identifier: MIT
// Question: how do I keep one bad request from taking the whole process down?
// Answer:   a panic ends the process unless something in its own goroutine catches it: go_try around the code, go_safe
//           instead of go, a pool (errors with the stack), or go_http_recovery as the outermost middleware (500).
// Watch:    catch where you can say what is lost, and no deeper. A try in main catches nothing of other goroutines.
#include <gofer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int parse(const char *text)
{
    if (!strchr("0123456789", text[0]))
        go_panic("\"%s\" is no number", text);
    return atoi(text);
}

static int parse_job(const char *text)
{
    return parse(text) > 0 ? 0 : -EINVAL;
}

static void parse_and_tell(const char *text, go_waitgroup *wg)
{
    defer(go_waitgroup_done, wg); // runs during the panic too
    parse(text);
}

static void handle(go_http_response *w, go_http_request *r, void *arg)
{
    (void)arg;
    go_http_printf(w, "%d\n", parse(go_http_path_value(r, "text")));
}

static void get(const char *address, const char *path, char *answer, size_t n)
{
    int err;
    char request[128];
    go_conn *c = go_dial(go_context_background(), "tcp", address, &err);
    int length = snprintf(request, sizeof request,
                          "GET %s HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n", path);
    ssize_t got = go_conn_write(c, request, (size_t)length);
    if (got > 0)
        got = go_conn_read(c, answer, n - 1);
    answer[got > 0 ? got : 0] = '\0';
    answer[strcspn(answer, "\r\n")] = '\0';
    go_conn_free(c);
}

static void in_a_server(void)
{
    int err;
    char address[64], answer[256];
    go_http_mux *mux = go_http_mux_new();
    go_http_use(mux, go_http_recovery, NULL);
    go_http_handle(mux, "GET /parse/{text}", handle, NULL);
    go_http_server *server = go_http_server_new(mux, (go_http_options){0});
    go_listener *l = go_listen("tcp", "127.0.0.1:0", &err);
    (void)go_listener_addr(l, address, sizeof address);
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, go_http_serve, server, l);

    get(address, "/parse/seven", answer, sizeof answer);
    printf("server:    %s\n", answer);
    get(address, "/parse/7", answer, sizeof answer);
    printf("server:    %s\n", answer);

    go_http_shutdown(server, NULL);
    go_waitgroup_wait(&wg);
    go_http_server_free(server);
    go_http_mux_free(mux);
    go_listener_free(l);
}

int main(void)
{
    go_try {
        parse("one");
    }
    go_catch(p) {
        printf("try:       %s\n", p->message);
    }

    go_waitgroup wg = {0};
    go_waitgroup_add(&wg, 1);
    go_safe(parse_and_tell, "two", &wg); // logs it to stderr with the stack
    go_waitgroup_wait(&wg);
    printf("goroutine: gone, and we go on\n");

    go_workers *pool = go_workers_new((go_workers_options){.workers = 1, .errors = 1});
    (void)go_workers_submit(pool, parse_job, "three");
    go_job_error e = chan_recv(go_workers_errors(pool));
    printf("pool:      %s, in parse: %s\n", e.message, strstr(e.stack, "parse") ? "yes" : "no");
    go_workers_free(pool);

    in_a_server();
    return 0;
}
