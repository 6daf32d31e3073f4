// SPDX-License-Identifier: MIT
// The server: accepting, keeping track of connections, and ending. A shutdown closes the listeners, lets the hooks run,
// and then goes round: whoever waits for a request is retired, whoever answers one is waited for. It need not look
// again and again, for a connection that leaves says so; only silent new ones are asked after some time.
//
// References: the owner's, one a running serve call, one a connection. Whoever gives up the last frees the server, so an
// owner may free it after a shutdown that gave up.
#include "http/server.h"

#include "base/assert.h"
#include "base/race.h"
#include "panic/misuse.h"

#include <gofer/context.h>
#include <gofer/select.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { DEFAULT_HEADER_BYTES = 1 << 20 };

// A listener that is being served; it lies in the frame of that call.
struct gf_serving {
    struct gf_list link;
    go_listener *listener;
};

struct gf_shutdown_hook {
    void (*f)(void *arg);
    void *arg;
    struct gf_shutdown_hook *next;
};

go_http_server *go_http_server_new(go_http_mux *mux, go_http_options options)
{
    if (!mux)
        gf_panic_runtime("http: nil mux");
    go_http_server *s = calloc(1, sizeof(*s));
    if (!s)
        gf_fatal("http: out of memory");
    s->mux = mux;
    s->options = options;
    if (!s->options.max_header_bytes)
        s->options.max_header_bytes = DEFAULT_HEADER_BYTES;
    gf_list_init(&s->conns);
    gf_list_init(&s->serving);
    s->left = chan_make(go_unit, 1);
    gf_store_relaxed(&s->refs, 1); // relaxed: nobody else knows it yet
    return s;
}

void gf_server_ref(go_http_server *s)
{
    gf_add_relaxed(&s->refs, 1); // relaxed: the caller has a reference, or the owner's call goes on
}

void gf_server_unref(go_http_server *s)
{
    // Release for what this one did, acquire for what the others did: the last one frees it all.
    if (!gf_race_last_of(&s->refs, gf_sub_acqrel(&s->refs, 1) == 1))
        return;
    while (s->hooks) {
        struct gf_shutdown_hook *next = s->hooks->next;
        free(s->hooks);
        s->hooks = next;
    }
    gf_exchange_pool_drain(&s->pool);
    chan_free(s->left);
    free(s);
}

void go_http_server_free(go_http_server *s)
{
    if (s)
        gf_server_unref(s);
}

void gf_server_log(go_http_server *s, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *line = malloc((size_t)n + 1);
    if (line) {
        vsnprintf(line, (size_t)n + 1, fmt, again);
        if (s->options.log)
            s->options.log(line, s->options.log_arg);
        else
            fprintf(stderr, "%s\n", line);
    }
    va_end(again);
    free(line);
}

// --- Connections ---

bool gf_server_add(go_http_server *s, struct gf_http_conn *c)
{
    go_mutex_lock(&s->lock);
    bool open = !gf_server_stopping(s);
    if (open)
        gf_list_push_back(&s->conns, &c->link);
    go_mutex_unlock(&s->lock);
    return open;
}

void gf_server_remove(go_http_server *s, struct gf_http_conn *c)
{
    go_mutex_lock(&s->lock);
    gf_list_remove(&c->link);
    if (gf_server_stopping(s))
        chan_try_send(s->left, GO_UNIT);
    go_mutex_unlock(&s->lock);
}

static struct gf_http_conn *first_conn(go_http_server *s)
{
    return gf_list_empty(&s->conns) ? NULL
                                    : gf_container_of(s->conns.next, struct gf_http_conn, link);
}

// --- Serving ---

static bool begin_serving(go_http_server *s, struct gf_serving *serving)
{
    go_mutex_lock(&s->lock);
    bool open = !gf_server_stopping(s);
    if (open)
        gf_list_push_back(&s->serving, &serving->link);
    go_mutex_unlock(&s->lock);
    return open;
}

static void end_serving(go_http_server *s, struct gf_serving *serving)
{
    go_mutex_lock(&s->lock);
    // A shutdown takes it off the list when it closes the listener: once.
    if (gf_list_linked(&serving->link)) {
        gf_list_remove(&serving->link);
        go_listener_close(serving->listener);
    }
    go_mutex_unlock(&s->lock);
}

// Whether accepting may work again in a while.
static bool is_temporary(int err)
{
    return err == -EMFILE || err == -ENFILE || err == -ENOBUFS || err == -ENOMEM ||
           err == -ECONNABORTED || err == -EPROTO || err == -EPERM;
}

static int accept_loop(go_http_server *s, go_listener *l)
{
    go_duration pause = 0;
    for (;;) {
        int err;
        go_conn *c = go_accept(l, &err);
        if (c) {
            pause = 0;
            gf_http_conn_start(s, c);
        } else if (!gf_server_stopping(s) && is_temporary(err)) {
            pause = pause ? 2 * pause : 5 * GO_MILLISECOND;
            pause = pause < GO_SECOND ? pause : GO_SECOND;
            gf_server_log(s, "http: Accept error: %s; retrying in %d ms", go_strerror(err),
                          (int)(pause / GO_MILLISECOND));
            go_sleep(pause);
        } else {
            return gf_server_stopping(s) ? -ESHUTDOWN : err;
        }
    }
}

int go_http_serve(go_http_server *s, go_listener *l)
{
    struct gf_serving serving = {.listener = l};
    gf_server_ref(s);
    int err = -ESHUTDOWN;
    if (begin_serving(s, &serving)) {
        err = accept_loop(s, l);
        end_serving(s, &serving);
    } else {
        go_listener_close(l);
    }
    gf_server_unref(s);
    return err;
}

int go_http_listen_and_serve(go_http_server *s, const char *address)
{
    int err;
    if (gf_server_stopping(s))
        return -ESHUTDOWN;
    go_listener *l = s->options.tls ? go_tls_listen("tcp", address, s->options.tls, &err)
                                    : go_listen("tcp", address, &err);
    if (!l)
        return err;
    err = go_http_serve(s, l);
    go_listener_free(l);
    return err;
}

// --- Ending ---

// Closes every listener, once. The lock is held.
static void close_listeners(go_http_server *s)
{
    struct gf_list *node;
    while ((node = gf_list_pop_front(&s->serving)) != NULL)
        go_listener_close(gf_container_of(node, struct gf_serving, link)->listener);
}

// Begins to stop; runs the hooks the first time. The lock is held.
static void stop(go_http_server *s)
{
    bool first = !gf_server_stopping(s);
    gf_store_relaxed(&s->stopping, true); // relaxed: as declared
    close_listeners(s);
    for (struct gf_shutdown_hook *h = s->hooks; first && h; h = h->next)
        go(h->f, h->arg);
}

// Retires whoever waits for a request. Whether nobody is left.
static bool retire_all(go_http_server *s)
{
    go_mutex_lock(&s->lock);
    for (struct gf_list *n = s->conns.next; n != &s->conns; n = n->next)
        gf_http_conn_retire(gf_container_of(n, struct gf_http_conn, link));
    bool empty = first_conn(s) == NULL;
    go_mutex_unlock(&s->lock);
    return empty;
}

void go_http_on_shutdown(go_http_server *s, void (*f)(void *arg), void *arg)
{
    struct gf_shutdown_hook *h = malloc(sizeof(*h));
    if (!h)
        gf_fatal("http: out of memory");
    go_mutex_lock(&s->lock);
    *h = (struct gf_shutdown_hook){f, arg, s->hooks};
    s->hooks = h;
    go_mutex_unlock(&s->lock);
}

int go_http_shutdown(go_http_server *s, go_context *ctx)
{
    if (!ctx)
        ctx = go_context_background();
    gf_server_ref(s);
    go_mutex_lock(&s->lock);
    stop(s);
    go_mutex_unlock(&s->lock);
    int err = 0;
    // A connection that has just answered may not have said yet that it waits; so look again soon, and then less often.
    for (go_duration pause = GO_MILLISECOND; !err && !retire_all(s);) {
        go_select {
            case_recv(s->left) {}
            case_timeout(pause) {
                pause = 2 * pause < 500 * GO_MILLISECOND ? 2 * pause : 500 * GO_MILLISECOND;
            }
            case_done(ctx) {
                err = go_context_err(ctx);
            }
        }
    }
    gf_server_unref(s);
    return err;
}

int go_http_close(go_http_server *s)
{
    go_mutex_lock(&s->lock);
    stop(s);
    for (struct gf_list *n = s->conns.next; n != &s->conns; n = n->next)
        go_conn_close(gf_container_of(n, struct gf_http_conn, link)->net);
    go_mutex_unlock(&s->lock);
    return 0;
}
