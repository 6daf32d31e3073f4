// SPDX-License-Identifier: MIT
// The pool of the client's connections. Each idle connection has a goroutine that waits for anything to happen to it: a
// server that closes it, or sends what nobody asked for, or the end of its time, all mean that it goes. Whoever takes a
// connection off the list under the lock owns it: a call, which then ends the watcher by a deadline and waits for it,
// or the watcher itself.
#include "http/transport.h"

#include "base/assert.h"
#include "base/race.h"
#include "http/netconn.h"
#include "net/conn.h"

#include <gofer/go.h>
#include <gofer/net.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_IDLE = 100, DEFAULT_IDLE_PER_HOST = 16 };

struct gf_transport *gf_transport_new(go_http_client_options options)
{
    struct gf_transport *t = calloc(1, sizeof(*t));
    if (!t)
        gf_fatal("http: out of memory");
    if (!options.max_idle)
        options.max_idle = DEFAULT_IDLE;
    if (!options.max_idle_per_host)
        options.max_idle_per_host = DEFAULT_IDLE_PER_HOST;
    if (!options.idle_timeout)
        options.idle_timeout = 90 * GO_SECOND;
    if (!options.dial_timeout)
        options.dial_timeout = 30 * GO_SECOND;
    t->options = options;
    gf_proxies_init(&t->proxies, options.proxy);
    gf_list_init(&t->idle);
    gf_store_relaxed(&t->users, 1); // relaxed: nobody else knows it yet
    return t;
}

static void leave(struct gf_transport *t)
{
    // Release for what this one did, acquire for what the others did: the last one frees it.
    if (!gf_race_last_of(&t->users, gf_sub_acqrel(&t->users, 1) == 1))
        return;
    gf_proxies_free(&t->proxies);
    free(t);
}

// --- Connections ---

static struct gf_client_conn *of_stream(struct gf_stream *s)
{
    return gf_container_of(s, struct gf_client_conn, stream);
}

static ssize_t read_net(struct gf_stream *s, void *buf, size_t n)
{
    return go_conn_read(of_stream(s)->net, buf, n);
}

static ssize_t writev_net(struct gf_stream *s, struct iovec *parts, int count)
{
    return go_conn_writev(of_stream(s)->net, parts, count);
}

void gf_client_conn_free(struct gf_client_conn *c)
{
    go_conn_free(c->net);
    free(c);
}

// Where a call's connection leads: the pool's key in two parts, and the proxy between.
struct place {
    const char *scheme, *address;
    const struct gf_url *url;
    const struct gf_url *proxy; // NULL: none
    bool shared;                // the proxy reads the requests, and takes them for any host
};

static int find_place(const struct gf_transport *t, const struct gf_url *url, struct place *p)
{
    int err = gf_proxies_find(&t->proxies, url, &p->proxy);
    p->url = url;
    p->shared = p->proxy && !url->tls;
    p->scheme = p->shared ? "proxy" : url->tls ? "https" : "http";
    p->address = p->shared ? p->proxy->address : url->address;
    return err;
}

static go_conn *dial_through(struct gf_transport *t, go_context *ctx, const struct place *p,
                             int *err)
{
    go_conn *net = go_dial(ctx, "tcp", p->proxy->address, err);
    if (!net)
        return NULL;
    *err = gf_proxy_connect(ctx, net, p->proxy, p->url);
    if (!*err)
        *err = gf_conn_secure(ctx, net, p->url->address, t->options.tls);
    if (!*err)
        return net;
    go_conn_free(net);
    return NULL;
}

static go_conn *dial(struct gf_transport *t, go_context *ctx, const struct place *p, int *err)
{
    if (!p->url->tls)
        return go_dial(ctx, "tcp", p->address, err);
    return p->proxy ? dial_through(t, ctx, p, err)
                    : go_tls_dial(ctx, "tcp", p->address, t->options.tls, err);
}

static struct gf_client_conn *connect_to(struct gf_transport *t, go_context *ctx,
                                         const struct place *p, int *err)
{
    size_t n = strlen(p->scheme) + strlen(p->address) + 4;
    struct gf_client_conn *c = calloc(1, sizeof(*c) + n);
    if (!c) {
        *err = -ENOMEM;
        return NULL;
    }
    go_context *limited = go_context_with_timeout(ctx, t->options.dial_timeout);
    c->net = dial(t, limited, p, err);
    go_context_free(limited);
    if (!c->net) {
        free(c);
        return NULL;
    }
    c->stream = (struct gf_stream){.read = read_net, .writev = writev_net};
    c->proxy = p->shared ? p->proxy : NULL;
    snprintf(c->key, n, "%s://%s", p->scheme, p->address);
    return c;
}

// --- The pool ---

// Takes it off the list; false if somebody else has.
static bool claim(struct gf_transport *t, struct gf_client_conn *c)
{
    go_mutex_lock(&t->lock);
    bool mine = gf_list_linked(&c->link);
    if (mine) {
        gf_list_remove(&c->link);
        t->count--;
    }
    go_mutex_unlock(&t->lock);
    return mine;
}

// Ends the connection when something happens to it, unless a call has taken it: then the call waits for this.
static void watch(struct gf_transport *t, struct gf_client_conn *c)
{
    gf_netconn_wait_event(c->net);
    bool mine = claim(t, c);
    go_waitgroup_done(&c->watcher);
    if (mine)
        gf_client_conn_free(c);
    leave(t);
}

static bool is_for(const struct gf_client_conn *c, const struct place *p)
{
    size_t n = strlen(p->scheme);
    return strncmp(c->key, p->scheme, n) == 0 && c->key[n] == ':' &&
           strcmp(c->key + n + 3, p->address) == 0;
}

static struct gf_client_conn *take_idle(struct gf_transport *t, const struct place *p)
{
    struct gf_client_conn *found = NULL;
    go_mutex_lock(&t->lock);
    for (struct gf_list *n = t->idle.next; n != &t->idle && !found; n = n->next) {
        struct gf_client_conn *c = gf_container_of(n, struct gf_client_conn, link);
        if (is_for(c, p))
            found = c;
    }
    if (found) {
        gf_list_remove(&found->link);
        t->count--;
    }
    go_mutex_unlock(&t->lock);
    return found;
}

// Ends the watcher, whose wait a deadline in the past cuts short.
static void stop_watching(struct gf_client_conn *c)
{
    go_conn_set_read_deadline(c->net, (go_time){.wall = 1, .monotonic = 1});
    go_waitgroup_wait(&c->watcher);
    go_conn_set_read_deadline(c->net, (go_time){0});
}

struct gf_client_conn *gf_transport_get(struct gf_transport *t, go_context *ctx,
                                        const struct gf_url *url, bool fresh, int *err)
{
    struct gf_client_conn *c;
    struct place p;
    *err = find_place(t, url, &p);
    if (*err)
        return NULL;
    while (!fresh && (c = take_idle(t, &p))) {
        stop_watching(c);
        c->reused = true;
        // The watcher may have been stopped just before it heard of an end: a call that may not be repeated would fail.
        if (!gf_netconn_has_event(c->net))
            return c;
        gf_client_conn_free(c);
    }
    return connect_to(t, ctx, &p, err);
}

// Whether there is room for one more idle connection to that place. The lock is held.
static bool has_room(struct gf_transport *t, const char *key)
{
    int same = 0;
    for (struct gf_list *n = t->idle.next; n != &t->idle; n = n->next)
        same += strcmp(gf_container_of(n, struct gf_client_conn, link)->key, key) == 0;
    return !t->closed && t->count < t->options.max_idle && same < t->options.max_idle_per_host;
}

void gf_transport_keep(struct gf_transport *t, struct gf_client_conn *c)
{
    go_conn_set_deadline(c->net, (go_time){0});
    go_conn_set_read_deadline(c->net, go_time_add(go_now(), t->options.idle_timeout));
    go_mutex_lock(&t->lock);
    bool keep = has_room(t, c->key);
    if (keep) {
        gf_add_relaxed(&t->users, 1); // relaxed: the call's client is one
        go_waitgroup_add(&c->watcher, 1);
        gf_list_push_front(&t->idle, &c->link);
        t->count++;
        go(watch, t, c);
    }
    go_mutex_unlock(&t->lock);
    if (!keep)
        gf_client_conn_free(c);
}

void gf_transport_close(struct gf_transport *t)
{
    go_mutex_lock(&t->lock);
    t->closed = true;
    // The watchers find them on the list and end them.
    for (struct gf_list *n = t->idle.next; n != &t->idle; n = n->next)
        go_conn_set_read_deadline(gf_container_of(n, struct gf_client_conn, link)->net,
                                  (go_time){.wall = 1, .monotonic = 1});
    go_mutex_unlock(&t->lock);
    leave(t);
}
