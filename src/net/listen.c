// SPDX-License-Identifier: MIT
// Listening and accepting. What connections want of their sockets (no delay, keep-alive) is set on the listener: accepted
// ones inherit it, so an accept is one system call.
//
// No descriptor left: the connection stays in the kernel's queue. The accept tries again after a pause that grows, until
// somebody has closed something.
#include "net/listen.h"

#include "net/options.h"
#include "os/os.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const go_duration FIRST_PAUSE = 1 * GO_MILLISECOND, LONGEST_PAUSE = 50 * GO_MILLISECOND;

// --- Listening ---

static int set_options(int s, const struct gf_address *a, const struct gf_network *network,
                       go_listen_options options)
{
    int on = 1, only6 = network->family == AF_INET6;
    if (a->sa.ss_family == AF_UNIX)
        return 0;
    if (setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
        (options.reuse_port && setsockopt(s, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) < 0) ||
        (a->sa.ss_family == AF_INET6 &&
         setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, &only6, sizeof only6) < 0))
        return -errno;
    gf_tcp_set_options(s);
    return 0;
}

// A listening socket, or a negative errno.
static int open_at(const struct gf_network *network, const struct gf_address *a,
                   go_listen_options options)
{
    int s = gf_socket(network, a->sa.ss_family);
    if (s < 0)
        return s;
    int error = set_options(s, a, network, options);
    if (!error && (bind(s, (const struct sockaddr *)&a->sa, a->n) < 0 ||
                   listen(s, options.backlog > 0 ? options.backlog : GF_LONGEST_BACKLOG) < 0))
        error = -errno;
    if (error) {
        close(s);
        return error;
    }
    return s;
}

// All interfaces: IPv6 and IPv4 in one socket, or, where there is no IPv6, IPv4.
static int open_any(const struct gf_network *network, int port, go_listen_options options)
{
    struct gf_address a;
    int s = -EAFNOSUPPORT;
    if (network->family != AF_INET) {
        gf_address_any(AF_INET6, port, &a);
        s = open_at(network, &a, options);
    }
    if ((s == -EAFNOSUPPORT || s == -EADDRNOTAVAIL) && network->family != AF_INET6) {
        gf_address_any(AF_INET, port, &a);
        s = open_at(network, &a, options);
    }
    return s;
}

static int open_named(const struct gf_network *network, const char *address,
                      go_listen_options options)
{
    struct gf_address a;
    char host[GF_MOST_HOST];
    int port, error;
    if (network->family == AF_UNIX) {
        error = gf_address_from_path(address, &a);
        return error ? error : open_at(network, &a, options);
    }
    error = gf_address_split(address, host, &port);
    if (error)
        return error;
    if (!*host)
        return open_any(network, port, options);
    if (strcmp(host, "localhost") == 0)
        gf_address_loopback(network->family == AF_INET6 ? AF_INET6 : AF_INET, port, &a);
    else if ((error = gf_address_from_literal(network->family, host, port, &a)))
        return error;
    return open_at(network, &a, options);
}

static void destroy(struct gf_fd *f)
{
    go_listener *l = gf_container_of(f, go_listener, fd);
    if (l->destroy)
        l->destroy(l->state);
    free(l->path);
    free(l);
}

static go_listener *listener_of(int s, const struct gf_network *network, const char *address,
                                int *err)
{
    bool has_path = network->family == AF_UNIX && address[0] != '@';
    go_listener *l = calloc(1, sizeof *l);
    char *path = has_path ? strdup(address) : NULL;
    int error = -ENOMEM;
    if (!l || (has_path && !path))
        close(s);
    else if ((error = gf_fd_init(&l->fd, s, destroy)) == 0) {
        l->network = network;
        l->path = path;
        return l;
    }
    free(path);
    free(l);
    gf_set_error(err, error);
    return NULL;
}

go_listener *go_listen_with(const char *network, const char *address, go_listen_options options,
                            int *err)
{
    const struct gf_network *known = gf_network_named(network);
    int s = !known                       ? -EPROTONOSUPPORT
            : known->type != SOCK_STREAM ? -EPROTONOSUPPORT
                                         : open_named(known, address, options);
    gf_set_error(err, s < 0 ? s : 0);
    return s < 0 ? NULL : listener_of(s, known, address, err);
}

go_listener *go_listen(const char *network, const char *address, int *err)
{
    return go_listen_with(network, address, (go_listen_options){0}, err);
}

int go_listener_addr(go_listener *l, char *text, size_t n)
{
    return gf_socket_address(&l->fd, getsockname, text, n);
}

int go_listener_close(go_listener *l)
{
    int error = gf_fd_close(&l->fd);
    if (!error && l->path)
        unlink(l->path);
    return error;
}

void go_listener_free(go_listener *l)
{
    if (!l)
        return;
    go_listener_close(l);
    gf_fd_free(&l->fd);
}

// --- Accepting ---

// Errors of the connection that was to be taken, not of the listener (accept(2) lists them).
static bool is_passing(int error)
{
    switch (error) {
    case -EINTR:
    case -ECONNABORTED:
    case -EPROTO:
    case -ENETDOWN:
    case -ENOPROTOOPT:
    case -EHOSTDOWN:
    case -ENONET:
    case -EHOSTUNREACH:
    case -ENETUNREACH:
        return true;
    default:
        return false;
    }
}

static bool is_shortage(int error)
{
    return error == -EMFILE || error == -ENFILE || error == -ENOBUFS || error == -ENOMEM;
}

static int accept_once(go_listener *l)
{
    uint32_t news = gf_fd_news(&l->fd, GF_READING);
    int s = accept4(l->fd.number, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (s < 0 && errno == EAGAIN)
        gf_fd_found_dry(&l->fd, GF_READING, news);
    return s < 0 ? -errno : s;
}

// A connected socket, or a negative errno that is the listener's. The turn is the caller's.
static int accept_waiting(go_listener *l)
{
    go_duration pause = FIRST_PAUSE;
    for (;;) {
        int s = gf_fd_may_try(&l->fd, GF_READING) ? accept_once(l) : -EAGAIN;
        if (s >= 0)
            return s;
        int error = is_passing(s) ? 0 : s;
        if (s == -EAGAIN) {
            error = gf_fd_wait(&l->fd, GF_READING);
        } else if (is_shortage(s)) {
            error = gf_fd_pause(&l->fd, GF_READING, pause);
            pause = pause * 2 < LONGEST_PAUSE ? pause * 2 : LONGEST_PAUSE;
        }
        if (error)
            return error;
    }
}

static go_conn *wrapped(go_listener *l, int s, int *err)
{
    go_conn *c = gf_conn_new(s, l->network, err);
    if (!c || !l->wrap)
        return c;
    int error = l->wrap(l->state, c);
    gf_set_error(err, error);
    return error ? NULL : c;
}

go_conn *go_accept(go_listener *l, int *err)
{
    int s = gf_fd_begin(&l->fd, GF_READING);
    if (s < 0) {
        gf_set_error(err, s);
        return NULL;
    }
    s = accept_waiting(l);
    go_conn *c = s < 0 ? NULL : wrapped(l, s, err);
    if (s < 0)
        gf_set_error(err, s);
    gf_fd_end(&l->fd, GF_READING);
    return c;
}
