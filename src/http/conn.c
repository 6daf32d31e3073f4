// SPDX-License-Identifier: MIT
// The life of a server's connection. While it waits for a request it holds no buffer: the wait is for readability, and
// only then an exchange is taken from the pool. Requests that came together are answered in turn, out of one buffer.
//
// A panic of a handler unwinds to gf_http_conn_start's frame, which logs it and ends this connection only. Responses to
// what could not be understood, or came too slowly, are written here; after them the connection is closed gently, for
// closing with unread data would send a reset, which may overtake the answer.
#include "http/server.h"

#include "base/assert.h"
#include "http/netconn.h"

#include <gofer/context.h>
#include <gofer/go.h>
#include <gofer/panic.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_DISCARDED = 256 << 10 };
static const go_duration linger_time = 500 * GO_MILLISECOND;

// --- The connection as a stream ---

static struct gf_http_conn *of_stream(struct gf_stream *s)
{
    return gf_container_of(s, struct gf_http_conn, stream);
}

static ssize_t read_net(struct gf_stream *s, void *buf, size_t n)
{
    return go_conn_read(of_stream(s)->net, buf, n);
}

static ssize_t writev_net(struct gf_stream *s, struct iovec *parts, int count)
{
    size_t all = 0;
    for (int i = 0; i < count; i++)
        all += parts[i].iov_len;
    go_conn *net = of_stream(s)->net;
    ssize_t n = go_conn_writev(net, parts, count);
    if (n < 0 || (size_t)n == all)
        return n;
    // Less than everything: the next write tells why.
    n = go_conn_write(net, "", 0);
    return n < 0 ? n : -EPIPE;
}

static ssize_t send_file_net(struct gf_stream *s, int file, off_t at, size_t n)
{
    return go_conn_send_file(of_stream(s)->net, file, at, n);
}

// --- Deadlines ---

static void set_read_deadline(struct gf_http_conn *c, go_duration d)
{
    go_conn_set_read_deadline(c->net, d ? go_time_add(go_now(), d) : (go_time){0});
}

// The time to answer begins now.
static void set_write_deadline(struct gf_http_conn *c)
{
    go_duration d = c->server->options.write_timeout;
    if (d)
        go_conn_set_write_deadline(c->net, go_time_add(go_now(), d));
}

static bool has_read_deadlines(const go_http_options *o)
{
    return o->idle_timeout || o->read_header_timeout || o->read_timeout;
}

// --- The peer, while a handler runs ---

static const char *peer_address(struct gf_peer *p, struct gf_arena *a)
{
    struct gf_http_conn *c = gf_container_of(p, struct gf_http_conn, peer);
    char text[128];
    if (!c->net || go_conn_remote_addr(c->net, text, sizeof(text)))
        return "";
    return gf_arena_text(a, text, strlen(text));
}

static void watch_peer(struct gf_http_conn *c, go_context *ctx)
{
    if (gf_netconn_wait_hangup(c->net) == 0)
        go_context_cancel(ctx);
    go_context_free(ctx);
}

// Starts to watch, once there is a context to cancel and nothing of the request left to read. Who reads the body may be
// another goroutine than the one that asks for the context.
static void watch_if_wanted(struct gf_http_conn *c, uint32_t now)
{
    // Acquire and release: with the other's, as declared.
    uint32_t before = gf_or_acqrel(&c->watch, now);
    if (before == GF_WATCHING || (before | now) != GF_WATCHING)
        return;
    if (has_read_deadlines(&c->server->options))
        set_read_deadline(c, 0); // that was for the request, which has been read
    go_waitgroup_go(&c->watcher, watch_peer, c, go_context_ref(c->x->request.context));
}

static void stop_watching(struct gf_http_conn *c)
{
    // Relaxed: who reads the body has ended, and the context is ours.
    if (gf_load_relaxed(&c->watch) != GF_WATCHING)
        return;
    // A deadline in the past ends the wait; afterwards there is none.
    go_conn_set_read_deadline(c->net, (go_time){.wall = 1, .monotonic = 1});
    go_waitgroup_wait(&c->watcher);
    set_read_deadline(c, 0);
    gf_store_relaxed(&c->watch, GF_WATCH_BODY);
}

static go_context *make_context(struct gf_peer *p)
{
    struct gf_http_conn *c = gf_container_of(p, struct gf_http_conn, peer);
    c->x->request.context = go_context_with_cancel(go_context_background());
    if (c->net)
        watch_if_wanted(c, GF_WATCH_CONTEXT);
    return c->x->request.context;
}

static void body_complete(struct gf_peer *p)
{
    watch_if_wanted(gf_container_of(p, struct gf_http_conn, peer), GF_WATCH_BODY);
}

// A use of the exchange, and of the server whose pool it goes back to.
struct kept_exchange {
    struct gf_exchange *x;
    go_http_server *server;
};

static void *keep_exchange(struct gf_peer *p)
{
    struct gf_http_conn *c = gf_container_of(p, struct gf_http_conn, peer);
    struct kept_exchange *kept = malloc(sizeof(*kept));
    if (!kept)
        gf_fatal("http: out of memory");
    *kept = (struct kept_exchange){c->x, c->server};
    gf_add_relaxed(&c->x->users, 1); // relaxed: the connection has a use
    gf_server_ref(c->server);
    return kept;
}

static void release_exchange(void *arg)
{
    struct kept_exchange *kept = arg;
    gf_exchange_put(&kept->server->pool, kept->x);
    gf_server_unref(kept->server);
    free(kept);
}

static void interrupt(struct gf_peer *p)
{
    struct gf_http_conn *c = gf_container_of(p, struct gf_http_conn, peer);
    go_conn_set_read_deadline(c->net, (go_time){.wall = 1, .monotonic = 1});
    c->x->response.close = true;
}

static void log_text(struct gf_peer *p, const char *text)
{
    gf_server_log(gf_container_of(p, struct gf_http_conn, peer)->server, "%s", text);
}

static const struct gf_peer_type peer_type = {
    .address = peer_address,
    .context = make_context,
    .body_complete = body_complete,
    .keep = keep_exchange,
    .release = release_exchange,
    .interrupt = interrupt,
    .log = log_text,
};

static void end_context(struct gf_http_conn *c)
{
    go_context *ctx = c->x->request.context;
    if (!ctx)
        return;
    stop_watching(c);
    go_context_cancel(ctx);
    go_context_free(ctx);
    c->x->request.context = NULL;
}

// --- What the response asks ---

static bool must_close(struct gf_closer *closer)
{
    struct gf_http_conn *c = gf_container_of(closer, struct gf_http_conn, closer);
    struct gf_body *b = &c->x->body;
    bool not_sent = gf_body_give_up(b);
    if (gf_server_stopping(c->server))
        return true;
    // A body that nobody wants is read and dropped after the answer, unless it is long, or not sent yet.
    // Relaxed: as declared.
    bool long_rest = b->length - gf_load_relaxed(&b->taken) > MOST_DISCARDED;
    uint32_t ending = gf_load_relaxed(&b->ending);
    return ending & GF_BODY_FAILED || (!(ending & GF_BODY_COMPLETE) && (not_sent || long_rest));
}

static go_conn *take_over(struct gf_hijacker *h)
{
    struct gf_http_conn *c = gf_container_of(h, struct gf_http_conn, hijacker);
    struct gf_input *in = &c->x->input;
    stop_watching(c);
    go_conn *net = c->net;
    if (gf_netconn_unread(net, in->buf + in->at, in->n - in->at))
        return NULL;
    go_conn_set_deadline(net, (go_time){0});
    gf_server_remove(c->server, c);
    c->net = NULL;
    return net;
}

// --- Answers of the connection's own ---

static void refuse(struct gf_http_conn *c, int status, const char *reason)
{
    char text[512];
    const char *words = go_http_status_text(status);
    int body = snprintf(NULL, 0, "%d %s%s%s\n", status, words, reason ? ": " : "",
                        reason ? reason : "");
    int n = snprintf(
        text, sizeof(text),
        "HTTP/1.1 %d %s\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n"
        "Content-Length: %d\r\n\r\n%d %s%s%s\n",
        status, words, body, status, words, reason ? ": " : "", reason ? reason : "");
    struct iovec part = {text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1};
    set_write_deadline(c);
    c->stream.writev(&c->stream, &part, 1);
    c->linger = true;
}

// Whatever the peer still sends is dropped for a moment, so that it sees the answer before the end.
static void linger(struct gf_http_conn *c)
{
    char scrap[4096];
    if (go_conn_close_write(c->net))
        return;
    set_read_deadline(c, linger_time);
    for (size_t all = 0; all < MOST_DISCARDED;) {
        ssize_t n = go_conn_read(c->net, scrap, sizeof(scrap));
        if (n <= 0)
            return;
        all += (size_t)n;
    }
}

// --- One request ---

static bool change_state(struct gf_http_conn *c, uint32_t from, uint32_t to)
{
    return gf_cas_relaxed(&c->state, &from, to); // relaxed: as declared
}

// Takes what comes into a new exchange: 1, 0 if there was nothing, or an error.
static int take_first_bytes(struct gf_http_conn *c, ssize_t (*read)(go_conn *, void *, size_t))
{
    c->x = gf_exchange_get(&c->server->pool, &c->stream, c->server->options.max_header_bytes);
    struct gf_input *in = &c->x->input;
    ssize_t n = read(c->net, in->buf, gf_input_limit(in));
    if (n > 0) {
        in->n = (size_t)n;
        return 1;
    }
    gf_exchange_put(&c->server->pool, c->x);
    c->x = NULL;
    return n == -EAGAIN ? 0 : n == 0 ? -ECONNRESET : (int)n;
}

// A shutdown has woken the connection: it leaves, unless something has arrived by now; that is served.
static int take_last_bytes(struct gf_http_conn *c)
{
    gf_store_relaxed(&c->state, GF_CONN_ACTIVE); // relaxed: as declared
    set_read_deadline(c, 0);
    if (!c->x && take_first_bytes(c, gf_netconn_try_read) <= 0)
        return -ESHUTDOWN;
    return 0;
}

// A connection under a layer cannot wait for readability: it has to read, and holds a buffer meanwhile.
static int wait_for_layer(struct gf_http_conn *c, uint32_t state)
{
    int got = take_first_bytes(c, go_conn_read);
    if (!change_state(c, state, GF_CONN_ACTIVE))
        return got <= 0 ? -ESHUTDOWN : take_last_bytes(c);
    return got < 0 ? got : 0;
}

// Waits until there is something to read, and reads it. 0, or an error. While it waits it holds no buffer.
static int wait_for_request(struct gf_http_conn *c, uint32_t state)
{
    if (gf_netconn_is_layered(c->net))
        return wait_for_layer(c, state);
    for (;;) {
        int got = gf_netconn_begin_reading(c->net);
        bool mine = got == 0; // the turn to read
        bool leaving = !change_state(c, state, GF_CONN_ACTIVE);
        if (mine && !leaving)
            got = take_first_bytes(c, gf_netconn_read_ready);
        if (mine)
            gf_netconn_end_reading(c->net);
        if (leaving)
            return take_last_bytes(c);
        if (got)
            return got < 0 ? got : 0;
        gf_store_relaxed(&c->state, state); // relaxed: as declared
    }
}

// Reads on until the head is complete. Returns 0, or the status of the refusal; -1: the peer is gone.
static int read_head(struct gf_http_conn *c)
{
    struct gf_exchange *x = c->x;
    size_t max = c->server->options.max_header_bytes, used;
    for (;;) {
        struct gf_input *in = &x->input;
        enum gf_parse result = gf_parser_head(&x->parser, in->buf, in->n, &used);
        if (result == GF_PARSE_HEAD) {
            in->at = used;
            return 0;
        }
        if (result == GF_PARSE_BAD)
            return x->parser.status;
        if (!gf_exchange_grow(x, max))
            return 431;
        ssize_t n = gf_input_fill(in);
        if (n == -ETIMEDOUT)
            return 408;
        if (n <= 0)
            return -1;
    }
}

// The head is there: what must be known before the handler runs. Returns 0 or the status of a refusal.
static int prepare(struct gf_http_conn *c)
{
    struct gf_exchange *x = c->x;
    const go_http_options *o = &c->server->options;
    x->keep_alive = gf_parser_keep_alive(&x->parser);
    gf_body_init(&x->body, &x->parser, &x->input, o->max_body_bytes);
    int status = gf_request_init(&x->request, &x->parser, &x->arena, &x->body);
    if (status)
        return status;
    x->request.peer = &c->peer;
    gf_store_relaxed(&c->watch, x->body.complete ? GF_WATCH_BODY : 0); // relaxed: nobody else yet
    struct gf_span expect = gf_fields_get(&x->parser.at, "expect");
    if (expect.p) {
        if (!gf_text_is(expect, "100-continue"))
            return 417;
        if (!x->request.http10)
            gf_body_expect(&x->body);
    }
    if (o->max_body_bytes && x->body.length > o->max_body_bytes)
        return 413;
    struct go_http_response *w = &x->response;
    gf_response_init(w, &c->stream, &x->arena, x->out, sizeof(x->out));
    w->hijacker = &c->hijacker;
    w->closer = &c->closer;
    w->http10 = x->request.http10;
    w->head_request = x->parser.ll.method == HTTP_HEAD;
    w->close = !x->keep_alive;
    return 0;
}

static void run_handler(struct gf_http_conn *c)
{
    struct gf_exchange *x = c->x;
    if (x->request.target.path.n == 1 && x->request.target.path.p[0] == '*')
        return; // OPTIONS *: the answer is that the server is there
    gf_mux_route(c->server->mux, &x->arena, &x->request.target, &x->request.route);
    gf_mux_run(c->server->mux, &x->response, &x->request, &x->request.route);
}

// The body came to grief in a way that the answer should tell, unless the handler has begun one.
static void answer_for_body(struct gf_exchange *x)
{
    struct go_http_response *w = &x->response;
    int err = x->body.err;
    if (err == -EMSGSIZE && gf_response_restart(w))
        go_http_error(w, 413, go_http_status_text(413));
    else if (err == -ETIMEDOUT && !w->status && gf_response_restart(w))
        go_http_error(w, 408, go_http_status_text(408));
    else if (err == -EBADMSG && !w->status && gf_response_restart(w))
        go_http_error(w, 400, go_http_status_text(400));
}

// Whether the connection serves another request.
static bool finish(struct gf_http_conn *c)
{
    struct gf_exchange *x = c->x;
    end_context(c);
    if (x->response.hijacked)
        return false;
    if (x->body.err)
        answer_for_body(x);
    gf_response_finish(&x->response);
    c->linger = !x->body.complete || x->input.at < x->input.n;
    if (x->response.close)
        return false;
    return x->body.complete || gf_body_discard(&x->body, MOST_DISCARDED);
}

// Answers one request, whose first bytes are in the exchange. Whether the connection goes on.
static bool serve_one(struct gf_http_conn *c)
{
    const go_http_options *o = &c->server->options;
    if (has_read_deadlines(o))
        set_read_deadline(c, o->read_header_timeout ? o->read_header_timeout : o->read_timeout);
    int status = read_head(c);
    if (status == 0) {
        if (has_read_deadlines(o))
            set_read_deadline(c, o->read_timeout);
        set_write_deadline(c);
        status = prepare(c);
    }
    if (status) {
        if (status > 0)
            refuse(c, status, c->x->parser.reason);
        return false;
    }
    run_handler(c);
    return finish(c);
}

// --- The goroutine ---

static void give_back_exchange(struct gf_http_conn *c)
{
    if (c->x)
        gf_exchange_put(&c->server->pool, c->x);
    c->x = NULL;
}

// Waits for the next request, unless it has been read already. False: the connection ends.
static bool next_request(struct gf_http_conn *c)
{
    const go_http_options *o = &c->server->options;
    uint32_t state = GF_CONN_NEW;
    if (c->x) {
        if (gf_server_stopping(c->server))
            return false;
        if (c->x->input.at < c->x->input.n) {
            gf_exchange_next(c->x, o->max_header_bytes);
            return true;
        }
        give_back_exchange(c);
        state = GF_CONN_IDLE;
        gf_store_relaxed(&c->state, GF_CONN_IDLE); // relaxed: as declared
    }
    if (has_read_deadlines(o)) {
        go_duration first = state == GF_CONN_NEW ? o->read_header_timeout : o->idle_timeout;
        set_read_deadline(c, first ? first : o->read_timeout);
    }
    int err = wait_for_request(c, state);
    if (err == -ETIMEDOUT)
        refuse(c, 408, NULL);
    else if (err == -EPROTOTYPE)
        gf_netconn_say_plainly(c->net, "HTTP/1.0 400 Bad Request\r\n\r\n"
                                       "Client sent an HTTP request to an HTTPS server.\n");
    return err == 0;
}

// The least of the times that are set, as in Go; 0: none is.
static go_duration time_to_shake_hands(const go_http_options *o)
{
    go_duration least = 0, all[] = {o->read_header_timeout, o->read_timeout, o->write_timeout};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (all[i] > 0 && (least == 0 || all[i] < least))
            least = all[i];
    return least;
}

// Shakes hands over TLS within a time of its own. False: it was too short. Where there is no such time, or no TLS, or the
// handshake has failed, the first read does, or says so.
static bool shake_hands(struct gf_http_conn *c)
{
    go_duration d = time_to_shake_hands(&c->server->options);
    char protocol[16];
    if (d == 0 || !gf_netconn_is_layered(c->net))
        return true;
    go_conn_set_deadline(c->net, go_time_add(go_now(), d));
    int err = go_tls_alpn(c->net, protocol, sizeof(protocol));
    go_conn_set_deadline(c->net, (go_time){0});
    return err != -ETIMEDOUT;
}

static void serve_requests(struct gf_http_conn *c)
{
    if (!shake_hands(c))
        return;
    while (next_request(c) && serve_one(c))
        ;
}

void *const go_http_abort = (void *)&go_http_abort;

static void report_panic(struct gf_http_conn *c, const go_panic_info *p)
{
    char address[128] = "?";
    if (c->net)
        go_conn_remote_addr(c->net, address, sizeof(address));
    if (p->value != go_http_abort)
        gf_server_log(c->server, "http: panic serving %s: %s\n%s", address, p->message,
                      p->stack ? p->stack : "");
}

static void end(struct gf_http_conn *c)
{
    go_http_server *server = c->server;
    if (c->x)
        end_context(c);
    give_back_exchange(c);
    if (c->net) {
        if (c->linger)
            linger(c);
        gf_server_remove(server, c);
        go_conn_free(c->net);
    }
    free(c);
    gf_server_unref(server);
}

static void run(struct gf_http_conn *c)
{
    go_panic_info *p = go_protect(serve_requests, c);
    if (p)
        report_panic(c, p);
    go_panic_free(p);
}

static void run_and_end(struct gf_http_conn *c)
{
    // Deferred, for a handler may also leave by go_exit.
    defer(end, c);
    run(c);
}

void gf_http_conn_start(go_http_server *server, go_conn *net)
{
    struct gf_http_conn *c = calloc(1, sizeof(*c));
    if (!c) {
        go_conn_free(net);
        return;
    }
    c->server = server;
    c->net = net;
    c->accepted = go_now().monotonic;
    c->stream =
        (struct gf_stream){.read = read_net, .writev = writev_net, .send_file = send_file_net};
    c->peer.type = &peer_type;
    c->hijacker.take = take_over;
    c->closer.must_close = must_close;
    gf_server_ref(server);
    if (gf_server_add(server, c)) {
        go(run_and_end, c);
    } else {
        go_conn_free(net);
        free(c);
        gf_server_unref(server);
    }
}

void gf_http_conn_retire(struct gf_http_conn *c)
{
    // A connection that has never sent anything gets five seconds, as in Go.
    bool silent = go_now().monotonic - c->accepted > 5 * GO_SECOND &&
                  change_state(c, GF_CONN_NEW, GF_CONN_LEAVING);
    if (silent || change_state(c, GF_CONN_IDLE, GF_CONN_LEAVING))
        go_conn_set_read_deadline(c->net, (go_time){.wall = 1, .monotonic = 1});
}
