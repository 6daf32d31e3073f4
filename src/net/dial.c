// SPDX-License-Identifier: MIT
// Dialing: a non-blocking connect, and a wait for the socket to become writable. The wait may end for no reason, so the
// outcome is asked of the socket: its error, or, without one, whether it has a peer. The end of the context is a deadline
// that is over.
#include "net/conn.h"
#include "net/lookup.h"
#include "os/os.h"

#include <errno.h>
#include <gofer/select.h>
#include <gofer/sync.h>
#include <string.h>
#include <unistd.h>

static const go_duration QUEUE_PAUSE = 1 * GO_MILLISECOND, HEAD_START = 300 * GO_MILLISECOND,
                         SHORTEST_TRY = 2 * GO_SECOND;

static int outcome(int s)
{
    int error = 0;
    go_addr peer = {.n = sizeof peer.sa};
    socklen_t n = sizeof error;
    if (getsockopt(s, SOL_SOCKET, SO_ERROR, &error, &n) < 0)
        return -errno;
    if (error)
        return -error;
    if (getpeername(s, (struct sockaddr *)&peer.sa, &peer.n) == 0)
        return 0;
    return errno == ENOTCONN ? -EAGAIN : -errno;
}

// The caller has the turn for writing.
static int await_connection(go_conn *c)
{
    for (;;) {
        uint32_t news = gf_fd_news(&c->fd, GF_WRITING);
        int error = outcome(c->fd.number);
        if (error != -EAGAIN)
            return error;
        gf_fd_found_dry(&c->fd, GF_WRITING, news);
        if ((error = gf_fd_wait(&c->fd, GF_WRITING)))
            return error;
    }
}

static int connect_in_turn(go_conn *c, const go_addr *a)
{
    while (connect(c->fd.number, (const struct sockaddr *)&a->sa, a->n) < 0) {
        if (errno == EINPROGRESS || errno == EINTR)
            return await_connection(c);
        // The queue of a unix listener is full; no event tells when it is not.
        if (errno != EAGAIN || a->sa.ss_family != AF_UNIX)
            return -errno;
        int error = gf_fd_pause(&c->fd, GF_WRITING, QUEUE_PAUSE);
        if (error)
            return error;
    }
    return 0;
}

// A socket that was given the very port that it dials has found itself (simultaneous open): nobody listens there.
static bool is_itself(go_conn *c)
{
    go_addr here = {.n = sizeof here.sa}, there = {.n = sizeof there.sa};
    return getsockname(c->fd.number, (struct sockaddr *)&here.sa, &here.n) == 0 &&
           getpeername(c->fd.number, (struct sockaddr *)&there.sa, &there.n) == 0 &&
           here.sa.ss_family != AF_UNIX && here.n == there.n &&
           memcmp(&here.sa, &there.sa, here.n) == 0;
}

static int connect_conn(go_conn *c, const go_addr *a)
{
    int error = gf_fd_begin(&c->fd, GF_WRITING);
    if (error)
        return error;
    error = connect_in_turn(c, a);
    gf_fd_end(&c->fd, GF_WRITING);
    return !error && is_itself(c) ? -ECONNREFUSED : error;
}

// --- One address, within a context and a time ---

static const go_time EXPIRED = {.wall = 1, .monotonic = 1};

static void interrupt(go_conn *c, go_waitgroup *running)
{
    go_conn_set_write_deadline(c, EXPIRED);
    go_waitgroup_done(running);
}

static int connect_guarded(go_context *ctx, go_conn *c, const go_addr *a)
{
    go_waitgroup running = {0};
    go_waitgroup_add(&running, 1);
    go_after_stop *guard = go_context_after_func(ctx, interrupt, c, &running);
    int error = connect_conn(c, a);
    if (!go_after_stop_call(guard))
        go_waitgroup_wait(&running);
    go_after_stop_free(guard);
    int ended = go_context_err(ctx);
    return ended ? ended : error;
}

static go_conn *dial_one(go_context *ctx, const struct gf_network *network, const go_addr *a,
                         int64_t deadline, int *err)
{
    int s = gf_socket(network, a->sa.ss_family);
    if (s < 0) {
        *err = s;
        return NULL;
    }
    go_conn *c = gf_conn_new(s, network, err);
    if (!c)
        return NULL;
    gf_fd_set_deadline(&c->fd, GF_WRITING, deadline);
    *err = connect_guarded(ctx, c, a);
    if (*err) {
        go_conn_free(c);
        return NULL;
    }
    gf_fd_set_deadline(&c->fd, GF_WRITING, GF_NEVER);
    return c;
}

// --- Several addresses ---

struct attempt {
    go_context *ctx;
    const struct gf_network *network;
    const go_addr *addresses;
    int count;
    int64_t deadline;
};

struct result {
    go_conn *conn;
    int err;
};

// Until when one address may be tried so that those behind it have their share of what is left, but no less than a while.
static int64_t share(int64_t deadline, int left)
{
    int64_t now = gf_os_now();
    if (deadline == GF_NEVER || deadline <= now)
        return deadline;
    int64_t part = (deadline - now) / left;
    if (part < SHORTEST_TRY)
        part = SHORTEST_TRY;
    return now + part < deadline ? now + part : deadline;
}

// One after another. The first error says most: later addresses are the less likely ones.
static struct result try_in_order(struct attempt t)
{
    struct result first = {NULL, -ENOENT};
    for (int i = 0; i < t.count; i++) {
        struct result r = {0};
        r.conn = dial_one(t.ctx, t.network, &t.addresses[i], share(t.deadline, t.count - i),
                          &r.err);
        if (r.conn)
            return r;
        if (i == 0)
            first = r;
    }
    return first;
}

static void try_apart(struct attempt t, GO_SEND_CHAN(struct result) results)
{
    go_chan_send(results, try_in_order(t));
}

// Two families: the second starts when the first has failed, or has not succeeded within a while (RFC 8305). Whoever comes
// second is cancelled and waited for.
static struct result race(struct attempt first, struct attempt second)
{
    GO_CHAN(struct result) results = GO_CHAN_MAKE(struct result, 2);
    go_context *ctx = go_context_with_cancel(first.ctx);
    struct result r = {0}, other;
    int running = 1;
    first.ctx = second.ctx = ctx;
    GO_SPAWN(try_apart, first, results);
    GO_SELECT
    {
        GO_CASE_RECV(results, &r)
        {
            running--;
        }
        GO_CASE_TIMEOUT(HEAD_START)
        {
        }
    }
    if (!r.conn) {
        GO_SPAWN(try_apart, second, results);
        running++;
    }
    // The first success, or else the first error.
    while (!r.conn && running-- > 0) {
        other = go_chan_recv(results);
        if (other.conn || !r.err)
            r = other;
    }
    go_context_cancel(ctx);
    while (running-- > 0) {
        other = go_chan_recv(results);
        go_conn_free(other.conn);
    }
    go_context_free(ctx);
    go_chan_free(results);
    return r;
}

// Puts those of the first one's family in front, in order; returns how many these are.
static int partition(go_addr *a, int n)
{
    go_addr others[GF_MOST_ADDRESSES];
    int same = 0, rest = 0;
    for (int i = 0; i < n; i++) {
        if (a[i].sa.ss_family == a[0].sa.ss_family)
            a[same++] = a[i];
        else
            others[rest++] = a[i];
    }
    memcpy(a + same, others, (size_t)rest * sizeof *a);
    return same;
}

static int resolve(go_context *ctx, const struct gf_network *network, const char *address,
                   go_addr *a)
{
    char host[GF_MOST_HOST];
    int port, error;
    if (network->family == AF_UNIX)
        return (error = gf_address_from_path(address, a)) ? error : 1;
    if ((error = gf_address_split(network->type, address, host, &port)))
        return error;
    return gf_lookup(ctx, network->family, host, port, a);
}

static struct result dial(go_context *ctx, const char *name, const char *address, int64_t deadline)
{
    go_addr a[GF_MOST_ADDRESSES];
    const struct gf_network *network = gf_network_named(name);
    int n = network ? resolve(ctx, network, address, a) : -EPROTONOSUPPORT;
    if (n < 0)
        return (struct result){NULL, n};
    int same = partition(a, n);
    struct attempt first = {ctx, network, a, same, deadline}, second = first;
    if (same == n)
        return try_in_order(first);
    second.addresses += same;
    second.count = n - same;
    return race(first, second);
}

go_conn *go_dial(go_context *ctx, const char *network, const char *address, int *err)
{
    go_time t;
    int64_t deadline = go_context_deadline(ctx, &t) ? gf_deadline_of(t) : GF_NEVER;
    struct result r = dial(ctx, network, address, deadline);
    gf_set_error(err, r.conn ? 0 : r.err);
    return r.conn;
}

go_conn *go_dial_timeout(const char *network, const char *address, go_duration d, int *err)
{
    if (d == 0)
        return go_dial(go_context_background(), network, address, err);
    go_context *ctx = go_context_with_timeout(go_context_background(), d);
    go_conn *c = go_dial(ctx, network, address, err);
    go_context_free(ctx);
    return c;
}
