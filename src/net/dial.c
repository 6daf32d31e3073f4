// SPDX-License-Identifier: MIT
// Dialing: a non-blocking connect, and a wait for the socket to become writable. The wait may end for no reason, so the
// outcome is asked of the socket: its error, or, without one, whether it has a peer.
#include "net/conn.h"
#include "net/options.h"
#include "time/moment.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { MOST_ADDRESSES = 16 };
static const go_duration QUEUE_PAUSE = 1 * GO_MILLISECOND;

static int outcome(int s)
{
    int error = 0;
    struct gf_address peer = {.n = sizeof peer.sa};
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

static int connect_in_turn(go_conn *c, const struct gf_address *a)
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
    struct gf_address here = {.n = sizeof here.sa}, there = {.n = sizeof there.sa};
    return getsockname(c->fd.number, (struct sockaddr *)&here.sa, &here.n) == 0 &&
           getpeername(c->fd.number, (struct sockaddr *)&there.sa, &there.n) == 0 &&
           here.sa.ss_family != AF_UNIX && here.n == there.n &&
           memcmp(&here.sa, &there.sa, here.n) == 0;
}

static int connect_conn(go_conn *c, const struct gf_address *a)
{
    int error = gf_fd_begin(&c->fd, GF_WRITING);
    if (error)
        return error;
    error = connect_in_turn(c, a);
    gf_fd_end(&c->fd, GF_WRITING);
    return !error && is_itself(c) ? -ECONNREFUSED : error;
}

static go_conn *dial_one(const struct gf_network *network, const struct gf_address *a,
                         int64_t deadline, int *err)
{
    int s = gf_socket(network, a->sa.ss_family);
    gf_set_error(err, s);
    if (s < 0)
        return NULL;
    if (network->family != AF_UNIX)
        gf_tcp_set_options(s);
    go_conn *c = gf_conn_new(s, network, err);
    if (!c)
        return NULL;
    gf_fd_set_deadline(&c->fd, GF_WRITING, deadline);
    int error = connect_conn(c, a);
    gf_set_error(err, error);
    if (error) {
        go_conn_free(c);
        return NULL;
    }
    gf_fd_set_deadline(&c->fd, GF_WRITING, GF_NEVER);
    return c;
}

// --- From a name to addresses ---

static int resolve_this_machine(int family, int port, struct gf_address *a)
{
    int n = 0;
    if (family != AF_INET6)
        gf_address_loopback(AF_INET, port, &a[n++]);
    if (family != AF_INET)
        gf_address_loopback(AF_INET6, port, &a[n++]);
    return n;
}

// How many addresses, at most MOST_ADDRESSES, or a negative errno.
static int resolve(const struct gf_network *network, const char *address, struct gf_address *a)
{
    char host[GF_MOST_HOST];
    int port, error;
    if (network->family == AF_UNIX)
        return (error = gf_address_from_path(address, a)) ? error : 1;
    if ((error = gf_address_split(address, host, &port)))
        return error;
    if (!*host || strcmp(host, "localhost") == 0)
        return resolve_this_machine(network->family, port, a);
    error = gf_address_from_literal(network->family, host, port, a);
    return error ? error : 1;
}

static go_conn *dial(const char *network, const char *address, int64_t deadline, int *err)
{
    struct gf_address a[MOST_ADDRESSES];
    const struct gf_network *known = gf_network_named(network);
    int n = known ? resolve(known, address, a) : -EPROTONOSUPPORT, error = n;
    go_conn *c = NULL;
    // The first error says most: later addresses are the less likely ones.
    for (int i = 0; i < n && !c; i++)
        c = dial_one(known, &a[i], deadline, i == 0 ? &error : NULL);
    gf_set_error(err, c ? 0 : error);
    return c;
}

go_conn *go_dial_timeout(const char *network, const char *address, go_duration d, int *err)
{
    return dial(network, address, d < 0 ? GF_NEVER : gf_deadline(d), err);
}
