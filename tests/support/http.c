// SPDX-License-Identifier: MIT
// Servers and byte-wise clients for the tests of http/: see http.h. Whatever is read has a deadline, so that a server
// that says nothing fails the test instead of hanging it. The texts that were heard lie in a few buffers used in turn.
#include "support/http.h"

#include <dirent.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

static void keep_log(const char *line, void *arg)
{
    struct test_server *s = arg;
    size_t n = strlen(s->log);
    snprintf(s->log + n, sizeof(s->log) - n, "%s\n", line);
}

static void serve(struct test_server *s)
{
    chan_send(s->served, go_http_serve(s->server, s->listener));
}

struct test_server *test_serve_on(go_http_mux *mux, go_http_options options, go_listener *l)
{
    struct test_server *s = calloc(1, sizeof(*s));
    test_open_poller(); // for those who count descriptors
    s->mux = mux;
    options.log = keep_log;
    options.log_arg = s;
    s->server = go_http_server_new(mux, options);
    s->listener = l;
    CHECK(l != NULL);
    CHECK_EQ(go_listener_addr(s->listener, s->address, sizeof(s->address)), 0);
    s->served = chan_make(int, 1);
    go(serve, s);
    return s;
}

struct test_server *test_serve(go_http_mux *mux, go_http_options options)
{
    return test_serve_on(mux, options, go_listen("tcp", "127.0.0.1:0", NULL));
}

struct test_server *test_serve_tls(go_http_mux *mux, go_http_options options,
                                   const go_tls_config *config)
{
    return test_serve_on(mux, options, go_tls_listen("tcp", "127.0.0.1:0", config, NULL));
}

void test_server_end(struct test_server *s)
{
    go_context *ctx = go_context_with_timeout(go_context_background(), 20 * GO_SECOND);
    CHECK_EQ(go_http_shutdown(s->server, ctx), 0);
    go_context_free(ctx);
    CHECK_EQ(chan_recv(s->served), -ESHUTDOWN);
    go_listener_free(s->listener);
    go_http_server_free(s->server);
    go_http_mux_free(s->mux);
    chan_free(s->served);
    free(s);
}

go_conn *test_dial(struct test_server *s)
{
    int err;
    go_conn *c = go_dial_timeout("tcp", s->address, 10 * GO_SECOND, &err);
    if (!c)
        FAIL("cannot connect: %s", go_strerror(err));
    return c;
}

void test_say(go_conn *c, const char *text)
{
    CHECK_EQ(go_conn_write(c, text, strlen(text)), strlen(text));
}

static bool ends_with(const char *text, size_t n, const char *ending)
{
    size_t m = strlen(ending);
    return n >= m && memcmp(text + n - m, ending, m) == 0;
}

const char *test_hear(go_conn *c, const char *ending)
{
    static char texts[4][200000];
    static atomic_uint turn;
    char *text = texts[atomic_fetch_add(&turn, 1) % 4];
    size_t n = 0;
    go_conn_set_read_deadline(c, go_time_add(go_now(), 5 * GO_SECOND * test_slowdown()));
    do {
        ssize_t got = go_conn_read(c, text + n, sizeof(texts[0]) - 1 - n);
        if (got == -ETIMEDOUT)
            FAIL("nothing more came after: %.*s", (int)n, text);
        if (got <= 0)
            break;
        n += (size_t)got;
    } while (!ending || !ends_with(text, n, ending));
    text[n] = 0;
    return text;
}

const char *test_ask(struct test_server *s, const char *request)
{
    go_conn *c = test_dial(s);
    test_say(c, request);
    const char *answer = test_hear(c, NULL);
    go_conn_free(c);
    return answer;
}

void test_reset(struct test_server *s, const char *text)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct linger now = {1, 0};
    to.sin_port = htons((uint16_t)atoi(strrchr(s->address, ':') + 1));
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0 && *text)
        CHECK(write(fd, text, strlen(text)) > 0);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    close(fd);
}

int test_open_descriptors(void)
{
    int n = 0;
    DIR *d = opendir("/proc/self/fd");
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}
