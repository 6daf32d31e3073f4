// SPDX-License-Identifier: MIT
// The fuzzer's seeds against a server, over a socket: each as a whole and in pieces. Among them is what clients in use have
// sent, recorded between them and examples/httpd.c; those files are named after them, and are answered with success.
#include "support/http.h"

#include <dirent.h>
#include <errno.h>

enum { MOST = 4096 };

static const char *const clients[] = {"curl_",    "wget",    "wrk", "h2load",
                                      "chromium", "python_", "go"};

static void echo(go_http_response *w, go_http_request *r, void *arg)
{
    char buf[100];
    (void)arg;
    for (ssize_t n; (n = go_http_body_read(r, buf, sizeof(buf))) > 0;)
        go_http_write(w, buf, (size_t)n);
}

static bool is_of_a_client(const char *name)
{
    for (size_t i = 0; i < sizeof(clients) / sizeof(clients[0]); i++)
        if (strncmp(name, clients[i], strlen(clients[i])) == 0)
            return true;
    return false;
}

// A seed's bytes, but for the first, which tells the fuzzer the size of the pieces.
static size_t read_seed(const char *name, char *bytes)
{
    char path[500];
    snprintf(path, sizeof(path), "%.*s/../fuzz/http_request/%s",
             (int)(strrchr(__FILE__, '/') - __FILE__), __FILE__, name);
    FILE *f = fopen(path, "rb");
    CHECK(f != NULL);
    CHECK(fgetc(f) != EOF);
    size_t n = fread(bytes, 1, MOST, f);
    CHECK(n > 0 && n < MOST);
    fclose(f);
    return n;
}

static const char *send_in_pieces(struct test_server *s, const char *bytes, size_t n, size_t piece)
{
    go_conn *c = test_dial(s);
    for (size_t at = 0; at < n; at += piece) {
        // A server that refuses the beginning does not take the rest.
        if (go_conn_write(c, bytes + at, n - at < piece ? n - at : piece) < 0)
            break;
        go_yield();
    }
    go_conn_close_write(c);
    const char *answer = test_hear(c, NULL);
    go_conn_free(c);
    return answer;
}

// Whether the first answer tells of success, perhaps after one that lets the body come.
static bool is_success(const char *answer)
{
    if (strncmp(answer, "HTTP/1.1 100 ", 13) == 0)
        answer = strstr(answer, "\r\n\r\n") + 4;
    return strncmp(answer, "HTTP/1.1 200 ", 13) == 0;
}

static void play(struct test_server *s, const char *name)
{
    static const size_t pieces[] = {MOST, 1, 7, 64};
    char bytes[MOST];
    size_t n = read_seed(name, bytes);
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        const char *answer = send_in_pieces(s, bytes, n, pieces[i]);
        if (is_of_a_client(name) && !is_success(answer))
            FAIL("%s in pieces of %zu: %s", name, pieces[i], answer);
        else if (*answer && strncmp(answer, "HTTP/1.1 ", 9) != 0)
            FAIL("%s in pieces of %zu: %s", name, pieces[i], answer);
    }
}

TEST(what_clients_in_use_send_is_answered_however_it_comes)
{
    char directory[500];
    go_http_mux *mux = go_http_mux_new();
    go_http_handle(mux, "/", echo, NULL);
    struct test_server *s = test_serve(mux, (go_http_options){0});
    CHECK_CONTAINS(test_ask(s, "GET / HTTP/1.0\r\n\r\n"), "HTTP/1.1 200 ");
    WAIT_UNTIL(go_num_goroutine() == 2);
    int descriptors = test_open_descriptors();
    snprintf(directory, sizeof(directory), "%.*s/../fuzz/http_request",
             (int)(strrchr(__FILE__, '/') - __FILE__), __FILE__);
    DIR *seeds = opendir(directory);
    CHECK(seeds != NULL);
    int of_clients = 0;
    for (struct dirent *e; (e = readdir(seeds)) != NULL;) {
        if (e->d_name[0] == '.')
            continue;
        play(s, e->d_name);
        of_clients += is_of_a_client(e->d_name);
    }
    closedir(seeds);
    CHECK(of_clients >= 20);
    WAIT_UNTIL(go_num_goroutine() == 2);
    WAIT_UNTIL(test_open_descriptors() == descriptors);
    test_server_end(s);
}
