// SPDX-License-Identifier: MIT
// A web server in twenty lines: try curl http://localhost:8080/hello/you
#include <gofer.h>
#include <stdio.h>
#include <stdlib.h>

static void hello(go_http_response *w, go_http_request *r, void *arg)
{
    (void)arg;
    go_http_printf(w, "hello, %s\n", go_http_path_value(r, "name"));
}

int main(int argc, char **argv)
{
    go_http_mux *mux = go_http_mux_new();
    go_http_handle(mux, "GET /hello/{name}", hello, NULL);
    go_http_server *server = go_http_server_new(mux, (go_http_options){.idle_timeout = GO_MINUTE});
    int err = go_http_listen_and_serve(server, argc > 1 ? argv[1] : "localhost:8080");
    fprintf(stderr, "%s\n", go_strerror(err));
    return EXIT_FAILURE;
}
