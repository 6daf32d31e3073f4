// SPDX-License-Identifier: MIT
// A web server on a free port of this machine, and a client that speaks bytes: what the tests of http/ talk with. The
// client knows no HTTP, so that it can say what no client would.
#ifndef GOFER_TESTS_HTTP_H
#define GOFER_TESTS_HTTP_H

#include "support/test.h"

#include <gofer/http.h>

struct test_server {
    go_http_mux *mux;
    go_http_server *server;
    go_listener *listener;
    char address[64];
    char log[65536];  // what the server logged
    chan(int) served; // what go_http_serve returned
};

// Serves the mux, which the server then owns.
struct test_server *test_serve(go_http_mux *mux, go_http_options options);
struct test_server *test_serve_tls(go_http_mux *mux, go_http_options options,
                                   const go_tls_config *config);
// The same on a listener that is there already, and may have clients waiting.
struct test_server *test_serve_on(go_http_mux *mux, go_http_options options, go_listener *l);
// Shuts it down, which must succeed, and frees everything.
void test_server_end(struct test_server *s);

go_conn *test_dial(struct test_server *s);
void test_say(go_conn *c, const char *text);
// Reads until the end, or until the text ends so; at most five seconds. The text is valid until the next call but three.
const char *test_hear(go_conn *c, const char *ending);
// One request on a connection of its own: the whole answer, up to the end of the connection.
const char *test_ask(struct test_server *s, const char *request);
// Connects, says the text and leaves by a reset instead of a goodbye.
void test_reset(struct test_server *s, const char *text);

// The number of this process's open descriptors.
int test_open_descriptors(void);

#endif
