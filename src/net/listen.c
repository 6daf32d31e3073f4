// SPDX-License-Identifier: MIT
// Listening and accepting. When no descriptor is left the connection stays in the kernel's queue, and the accept tries again
// after a pause that grows, until somebody has closed something.
#include "net/listen.h"

#include "net/bind.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const go_duration FIRST_PAUSE = 1 * GO_MILLISECOND, LONGEST_PAUSE = 50 * GO_MILLISECOND;

// --- Listening ---

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
                                         : gf_bind(known, address, options);
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
