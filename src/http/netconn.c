// SPDX-License-Identifier: MIT
// The server's own ways with a connection, by net/'s parts: see netconn.h. Waiting and reading are apart here, so that
// nothing is held while waiting. A hang-up is what the poller calls special: the peer has shut its side, or is gone.
// Bytes given back are a layer: it hands them out first, and is transparent from then on.
#include "http/netconn.h"

#include "net/conn.h"
#include "sync/mutex.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

bool gf_netconn_is_layered(go_conn *c)
{
    return c->layer != NULL;
}

int gf_netconn_begin_reading(go_conn *c)
{
    int error = gf_fd_begin(&c->fd, GF_READING);
    if (error)
        return error;
    while (!error && !gf_fd_may_try(&c->fd, GF_READING))
        error = gf_fd_wait(&c->fd, GF_READING);
    if (error)
        gf_fd_end(&c->fd, GF_READING);
    return error;
}

void gf_netconn_end_reading(go_conn *c)
{
    gf_fd_end(&c->fd, GF_READING);
}

ssize_t gf_netconn_read_ready(go_conn *c, void *buf, size_t n)
{
    return gf_conn_try_read_socket(c, buf, n);
}

ssize_t gf_netconn_try_read(go_conn *c, void *buf, size_t n)
{
    if (c->layer)
        return -EAGAIN;
    ssize_t got = gf_fd_enter(&c->fd);
    if (got < 0)
        return got;
    gf_mutex_lock_inside(&c->fd.turn[GF_READING]);
    got = gf_conn_try_read_socket(c, buf, n);
    gf_fd_end(&c->fd, GF_READING);
    return got;
}

// Whether the peer has gone, or at least will send nothing any more, and nothing is left to be read.
static bool has_hung_up(go_conn *c)
{
    char byte;
    // Relaxed: published by the release of `news`, which was read before.
    if (!gf_load_relaxed(&c->fd.poll->special))
        return false;
    ssize_t n = recv(c->fd.number, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    // Under a layer the last bytes are its own goodbye.
    return c->layer || n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}

bool gf_netconn_has_event(go_conn *c)
{
    char byte;
    return recv(c->fd.number, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0 ||
           (errno != EAGAIN && errno != EINTR);
}

// Waits until `happened`, which only looks. Whatever else there may be to read is left alone: only another event of the
// poller ends each wait.
static int wait_until(go_conn *c, bool (*happened)(go_conn *c))
{
    int error = gf_fd_begin(&c->fd, GF_READING);
    if (error)
        return error;
    for (;;) {
        uint32_t news = gf_fd_news(&c->fd, GF_READING);
        if (happened(c))
            break;
        gf_fd_found_dry(&c->fd, GF_READING, news);
        error = gf_fd_wait(&c->fd, GF_READING);
        if (error)
            break;
    }
    gf_fd_side(&c->fd, GF_READING)->dry = false;
    gf_fd_end(&c->fd, GF_READING);
    return error;
}

int gf_netconn_wait_hangup(go_conn *c)
{
    return wait_until(c, has_hung_up);
}

int gf_netconn_wait_event(go_conn *c)
{
    return wait_until(c, gf_netconn_has_event);
}

enum { MOST_DROPPED = 256 << 10 };

void gf_netconn_say_plainly(go_conn *c, const char *text)
{
    char scrap[4096];
    if (gf_fd_enter(&c->fd))
        return;
    // So much at most, for a peer may send faster than this reads.
    for (size_t all = 0; all < MOST_DROPPED; all += sizeof scrap)
        if (recv(c->fd.number, scrap, sizeof scrap, MSG_DONTWAIT) <= 0)
            break;
    gf_fd_leave(&c->fd);
    gf_conn_write_socket(c, text, strlen(text));
}

// --- Bytes given back ---

struct unread {
    go_conn *conn;
    const struct gf_layer *below; // NULL: the socket
    void *below_state;
    size_t at, n;
    char bytes[];
};

static ssize_t read_unread(void *state, void *buf, size_t n)
{
    struct unread *u = state;
    if (u->at < u->n) {
        n = n < u->n - u->at ? n : u->n - u->at;
        memcpy(buf, u->bytes + u->at, n);
        u->at += n;
        return (ssize_t)n;
    }
    return u->below ? u->below->read(u->below_state, buf, n) : gf_conn_read_socket(u->conn, buf, n);
}

static ssize_t write_below(void *state, const void *buf, size_t n)
{
    struct unread *u = state;
    return u->below ? u->below->write(u->below_state, buf, n)
                    : gf_conn_write_socket(u->conn, buf, n);
}

static int close_write_below(void *state)
{
    struct unread *u = state;
    return u->below ? u->below->close_write(u->below_state) : 0;
}

static void close_below(void *state)
{
    struct unread *u = state;
    if (u->below)
        u->below->close(u->below_state);
}

static void destroy_unread(void *state)
{
    struct unread *u = state;
    if (u->below)
        u->below->destroy(u->below_state);
    free(u);
}

static const struct gf_layer unread_layer = {
    .read = read_unread,
    .write = write_below,
    .close_write = close_write_below,
    .close = close_below,
    .destroy = destroy_unread,
};

int gf_netconn_unread(go_conn *c, const void *p, size_t n)
{
    if (n == 0)
        return 0;
    struct unread *u = malloc(sizeof(*u) + n);
    if (!u)
        return -ENOMEM;
    *u = (struct unread){.conn = c, .below = c->layer, .below_state = c->state, .n = n};
    memcpy(u->bytes, p, n);
    c->state = u;
    c->layer = &unread_layer;
    return 0;
}
