// SPDX-License-Identifier: MIT
// Datagrams from and to anybody: the socket of a connection without a peer. A receive takes one whole datagram or waits; a
// send waits for room and never sends half of one.
#include "io/race.h"
#include "net/bind.h"
#include "net/conn.h"

#include <errno.h>

go_conn *go_listen_packet(const char *network, const char *address, int *err)
{
    const struct gf_network *known = gf_network_named(network);
    if (!known || known->type != SOCK_DGRAM) {
        gf_set_error(err, -EPROTONOSUPPORT);
        return NULL;
    }
    int s = gf_bind(known, address, (go_listen_options){0});
    gf_set_error(err, s);
    return s < 0 ? NULL : gf_conn_new(s, known, err);
}

static ssize_t recv_once(go_conn *c, struct msghdr *message)
{
    uint32_t news = gf_fd_news(&c->fd, GF_READING);
    ssize_t got;
    do
        got = recvmsg(c->fd.number, message, 0);
    while (got < 0 && errno == EINTR);
    gf_race_acquire(&gf_io_past);
    if (got < 0 && errno == EAGAIN)
        gf_fd_found_dry(&c->fd, GF_READING, news);
    return got < 0 ? -errno : got;
}

ssize_t go_conn_recv_from(go_conn *c, void *buf, size_t n, go_addr *addr)
{
    struct iovec v = {buf, n};
    struct msghdr message = {.msg_iov = &v, .msg_iovlen = 1};
    ssize_t got = gf_fd_begin(&c->fd, GF_READING);
    if (got < 0)
        return got;
    do {
        message.msg_name = addr ? &addr->sa : NULL;
        message.msg_namelen = addr ? sizeof addr->sa : 0;
        got = gf_fd_may_try(&c->fd, GF_READING) ? recv_once(c, &message) : -EAGAIN;
    } while (got == -EAGAIN && (got = gf_fd_wait(&c->fd, GF_READING)) == 0);
    gf_fd_end(&c->fd, GF_READING);
    if (got > 0)
        gf_race_write(buf, (size_t)got, __builtin_return_address(0));
    if (got >= 0 && addr)
        addr->n = message.msg_namelen;
    return got;
}

ssize_t go_conn_send_to(go_conn *c, const void *buf, size_t n, const go_addr *addr)
{
    struct iovec v = {(void *)buf, n};
    struct msghdr message = {
        .msg_iov = &v, .msg_iovlen = 1, .msg_name = (void *)&addr->sa, .msg_namelen = addr->n};
    ssize_t put = gf_fd_begin(&c->fd, GF_WRITING);
    if (put < 0)
        return put;
    gf_race_read(buf, n, __builtin_return_address(0));
    put = gf_conn_send_message(c, &message);
    gf_fd_end(&c->fd, GF_WRITING);
    return put;
}
