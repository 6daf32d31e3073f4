// SPDX-License-Identifier: MIT
// CONNECT: asks a proxy for a connection to a server, over which the client then speaks TLS. The proxy's answer is a head
// and nothing else, for the server says nothing before it has heard something.
#include "http/proxy.h"
#include "http/reply.h"

#include <gofer/http.h>

#include <errno.h>

enum { ANSWER = 4096 };

struct tunnel {
    struct gf_arena arena;
    struct gf_parser parser;
    size_t n; // bytes of the answer
    char answer[ANSWER];
    _Alignas(16) char room[2048];
};

static int ask(struct tunnel *t, go_conn *net, const struct gf_url *proxy, const struct gf_url *url)
{
    const char *field = "";
    if (proxy->user)
        field = gf_arena_printf(&t->arena, "Proxy-Authorization: %s\r\n",
                                gf_text_basic_auth(&t->arena, proxy->user));
    const char *text =
        gf_arena_printf(&t->arena, "CONNECT %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: %s\r\n%s\r\n",
                        url->address, url->address, GF_USER_AGENT, field);
    ssize_t put = go_conn_write(net, text, strlen(text));
    return put < 0 ? (int)put : (size_t)put < strlen(text) ? -EPIPE : 0;
}

static int status_error(int status)
{
    return status == 200 ? 0 : status == 407 ? -EACCES : -ECONNREFUSED;
}

static int hear(struct tunnel *t, go_conn *net)
{
    size_t used;
    gf_parser_init(&t->parser, HTTP_RESPONSE, &t->arena, ANSWER);
    for (;;) {
        ssize_t n = go_conn_read(net, t->answer + t->n, ANSWER - t->n);
        if (n <= 0)
            return n ? (int)n : -ECONNRESET;
        t->n += (size_t)n;
        enum gf_parse result = gf_parser_head(&t->parser, t->answer, t->n, &used);
        if (result == GF_PARSE_HEAD) {
            int error = status_error(t->parser.ll.status_code);
            return !error && used < t->n ? -EBADMSG : error;
        }
        if (result == GF_PARSE_BAD || t->n == ANSWER)
            return -EBADMSG;
    }
}

int gf_proxy_connect(go_context *ctx, go_conn *net, const struct gf_url *proxy,
                     const struct gf_url *url)
{
    struct tunnel t;
    t.n = 0;
    gf_arena_init(&t.arena, t.room, sizeof(t.room));
    struct gf_guard *guard = gf_guard_new(ctx, net);
    int error = ask(&t, net, proxy, url);
    error = error ? error : hear(&t, net);
    gf_guard_end(guard);
    gf_arena_reset(&t.arena);
    int ended = go_context_err(ctx);
    return ended ? ended : error;
}
