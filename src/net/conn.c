// SPDX-License-Identifier: MIT
// Connections: reading and writing a stream socket. Each call tries the socket first; only when the kernel has nothing, or
// no room, it waits in the poller. A TCP read that returns less than asked for has emptied the socket, so the next one
// waits without asking again, unless the poller has news: that saves a system call a message. (Not if the peer has shut
// down or urgent data came: these wait behind the data without another event.)
#include "net/conn.h"

#include "io/race.h"
#include "net/options.h"
#include "os/os.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// --- Making and ending ---

static void destroy(struct gf_fd *f)
{
    go_conn *c = gf_container_of(f, go_conn, fd);
    if (c->layer)
        c->layer->destroy(c->state);
    free(c);
}

int gf_socket(const struct gf_network *network, int family)
{
    int s = socket(family, network->type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (s < 0)
        return -errno;
    gf_set_options(s, network);
    return s;
}

go_conn *gf_conn_new(int socket, const struct gf_network *network, int *err)
{
    go_conn *c = malloc(sizeof *c);
    if (!c) {
        close(socket);
        gf_set_error(err, -ENOMEM);
        return NULL;
    }
    int error = gf_fd_init(&c->fd, socket, destroy);
    gf_set_error(err, error);
    if (error) {
        free(c);
        return NULL;
    }
    c->layer = NULL;
    c->state = NULL;
    c->drains = network->type == SOCK_STREAM && network->family != AF_UNIX;
    return c;
}

int go_conn_close(go_conn *c)
{
    if (c->layer)
        c->layer->close(c->state);
    return gf_fd_close(&c->fd);
}

void go_conn_free(go_conn *c)
{
    if (!c)
        return;
    go_conn_close(c);
    gf_fd_free(&c->fd);
}

int go_conn_close_write(go_conn *c)
{
    int error = gf_fd_enter(&c->fd);
    if (error)
        return error;
    gf_race_release(&gf_io_past); // for the peer that reads the end
    error = c->layer ? c->layer->close_write(c->state) : 0;
    if (!error && shutdown(c->fd.number, SHUT_WR) < 0)
        error = -errno;
    gf_fd_leave(&c->fd);
    return error;
}

// --- Reading ---

// Whether a read that returned less than n leaves nothing behind.
static bool has_drained(const go_conn *c, ssize_t got, size_t n)
{
    // Relaxed: published by the release of `news`, which was read before the attempt.
    return c->drains && got > 0 && (size_t)got < n && !gf_load_relaxed(&c->fd.poll->special);
}

ssize_t gf_conn_try_read_socket(go_conn *c, void *buf, size_t n)
{
    if (!gf_fd_may_try(&c->fd, GF_READING))
        return -EAGAIN;
    uint32_t news = gf_fd_news(&c->fd, GF_READING);
    ssize_t got = gf_os_recv(c->fd.number, buf, n);
    gf_race_acquire(&gf_io_past);
    if (got == -EAGAIN || has_drained(c, got, n))
        gf_fd_found_dry(&c->fd, GF_READING, news);
    return got;
}

ssize_t gf_conn_read_socket(go_conn *c, void *buf, size_t n)
{
    ssize_t got = gf_fd_begin(&c->fd, GF_READING);
    if (got < 0)
        return got;
    do
        got = gf_conn_try_read_socket(c, buf, n);
    while (got == -EAGAIN && (got = gf_fd_wait(&c->fd, GF_READING)) == 0);
    gf_fd_end(&c->fd, GF_READING);
    return got;
}

// Reads of nothing neither wait nor fail, but on what is closed.
static ssize_t read_nothing(go_conn *c)
{
    int error = gf_fd_enter(&c->fd);
    if (!error)
        gf_fd_leave(&c->fd);
    return error;
}

ssize_t go_conn_read(go_conn *c, void *buf, size_t n)
{
    if (gf_unlikely(n == 0))
        return read_nothing(c);
    ssize_t got = c->layer ? c->layer->read(c->state, buf, n) : gf_conn_read_socket(c, buf, n);
    if (got > 0)
        gf_race_write(buf, (size_t)got, __builtin_return_address(0));
    return got;
}

// --- Writing ---

ssize_t gf_conn_try_send(go_conn *c, const struct msghdr *message)
{
    if (!gf_fd_may_try(&c->fd, GF_WRITING))
        return -EAGAIN;
    uint32_t news = gf_fd_news(&c->fd, GF_WRITING);
    gf_race_release(&gf_io_past);
    ssize_t put = gf_os_send(c->fd.number, message);
    if (put == -EAGAIN)
        gf_fd_found_dry(&c->fd, GF_WRITING, news);
    return put;
}

ssize_t gf_conn_send_message(go_conn *c, const struct msghdr *message)
{
    ssize_t put;
    do
        put = gf_conn_try_send(c, message);
    while (put == -EAGAIN && (put = gf_fd_wait(&c->fd, GF_WRITING)) == 0);
    return put;
}

// Leaves out what has been written.
static void advance(struct msghdr *message, size_t n)
{
    while (message->msg_iovlen && n >= message->msg_iov->iov_len) {
        n -= message->msg_iov->iov_len;
        message->msg_iov++;
        message->msg_iovlen--;
    }
    if (n) {
        message->msg_iov->iov_base = (char *)message->msg_iov->iov_base + n;
        message->msg_iov->iov_len -= n;
    }
}

// Writes a vector, which is changed, whole: at most IOV_MAX parts.
static ssize_t write_parts(go_conn *c, struct iovec *v, int count)
{
    struct msghdr message = {.msg_iov = v, .msg_iovlen = (size_t)count};
    ssize_t put = gf_fd_begin(&c->fd, GF_WRITING);
    size_t done = 0;
    if (put < 0)
        return put;
    do {
        put = gf_conn_send_message(c, &message);
        if (put > 0) {
            done += (size_t)put;
            advance(&message, (size_t)put);
        }
    } while (put > 0 && message.msg_iovlen);
    gf_fd_end(&c->fd, GF_WRITING);
    return done > 0 ? (ssize_t)done : put;
}

ssize_t gf_conn_write_socket(go_conn *c, const void *buf, size_t n)
{
    struct iovec v = {(void *)buf, n};
    return write_parts(c, &v, 1);
}

ssize_t go_conn_write(go_conn *c, const void *buf, size_t n)
{
    gf_race_read(buf, n, __builtin_return_address(0));
    return c->layer ? c->layer->write(c->state, buf, n) : gf_conn_write_socket(c, buf, n);
}

static size_t total(const struct iovec *v, int count)
{
    size_t n = 0;
    for (int i = 0; i < count; i++)
        n += v[i].iov_len;
    return n;
}

// A layer copies anyhow: one buffer for it.
static ssize_t write_joined(go_conn *c, const struct iovec *v, int count)
{
    size_t n = total(v, count), at = 0;
    char *buf = malloc(n ? n : 1);
    if (!buf)
        return -ENOMEM;
    for (int i = 0; i < count; at += v[i++].iov_len)
        memcpy(buf + at, v[i].iov_base, v[i].iov_len);
    ssize_t put = go_conn_write(c, buf, n);
    free(buf);
    return put;
}

// The caller's vector is not to be changed, so it goes by copies, some parts at a time.
enum { PARTS = 64 };

static ssize_t write_copied(go_conn *c, const struct iovec *v, int count)
{
    struct iovec copy[PARTS];
    for (int i = 0; i < count; i++)
        copy[i] = v[i];
    return write_parts(c, copy, count);
}

ssize_t go_conn_writev(go_conn *c, const struct iovec *v, int count)
{
    ssize_t done = 0, put;
    for (int i = 0; GF_RACE && i < count; i++)
        gf_race_read(v[i].iov_base, v[i].iov_len, __builtin_return_address(0));
    if (count == 1)
        return c->layer ? c->layer->write(c->state, v->iov_base, v->iov_len)
                        : gf_conn_write_socket(c, v->iov_base, v->iov_len);
    if (c->layer)
        return write_joined(c, v, count);
    for (; count > PARTS; v += PARTS, count -= PARTS) {
        put = write_copied(c, v, PARTS);
        if (put > 0)
            done += put;
        if (put < 0 || (size_t)put < total(v, PARTS))
            return done > 0 ? done : put;
    }
    put = write_copied(c, v, count);
    if (put < 0)
        return done > 0 ? done : put;
    return done + put;
}

// --- Deadlines ---

int64_t gf_deadline_of(go_time t)
{
    if (t.wall == 0 && t.monotonic == 0)
        return GF_NEVER;
    if (t.monotonic)
        return t.monotonic;
    int64_t when;
    return __builtin_add_overflow(gf_os_now(), go_until(t), &when) ? GF_NEVER - 1 : when;
}

int go_conn_set_read_deadline(go_conn *c, go_time t)
{
    return gf_fd_set_deadline(&c->fd, GF_READING, gf_deadline_of(t));
}

int go_conn_set_write_deadline(go_conn *c, go_time t)
{
    return gf_fd_set_deadline(&c->fd, GF_WRITING, gf_deadline_of(t));
}

int go_conn_set_deadline(go_conn *c, go_time t)
{
    int error = go_conn_set_read_deadline(c, t);
    return error ? error : go_conn_set_write_deadline(c, t);
}

// --- Addresses ---

int gf_socket_address(struct gf_fd *f, gf_name_call *call, char *text, size_t n)
{
    go_addr a = {.n = sizeof a.sa};
    int error = gf_fd_enter(f);
    if (error)
        return error;
    error = call(f->number, (struct sockaddr *)&a.sa, &a.n) < 0 ? -errno
                                                                : go_addr_text(&a, text, n);
    gf_fd_leave(f);
    return error;
}

int go_conn_local_addr(go_conn *c, char *text, size_t n)
{
    return gf_socket_address(&c->fd, getsockname, text, n);
}

int go_conn_remote_addr(go_conn *c, char *text, size_t n)
{
    return gf_socket_address(&c->fd, getpeername, text, n);
}
