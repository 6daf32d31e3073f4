// SPDX-License-Identifier: MIT
// A file's bytes on a connection, without a copy through this process where the kernel can do that: a plain socket and a
// file with pages. Everything else is read and written in blocks. The disk may have to be waited for, so it happens in a
// marked region; and sendfile(2) cannot be told to leave SIGPIPE out, so that is done around it.
#include "io/blocking.h"
#include "io/race.h"
#include "net/conn.h"
#include "os/os.h"

#include <errno.h>
#include <gofer/io.h>
#include <stdlib.h>
#include <sys/sendfile.h>

enum { AT_ONCE = 256 << 10, BLOCK = 64 << 10 };

// What to send, as the guard against SIGPIPE hands it through.
struct piece {
    int file;
    off_t offset;
};

static ssize_t send_piece(int socket, const void *piece, size_t n)
{
    struct piece p = *(const struct piece *)piece;
    ssize_t put;
    gf_race_release(&gf_io_past);
    do
        put = sendfile(socket, p.file, &p.offset, n);
    while (put < 0 && errno == EINTR);
    return put < 0 ? -errno : put;
}

static ssize_t try_piece(go_conn *c, struct piece p, size_t n)
{
    uint32_t news = gf_fd_news(&c->fd, GF_WRITING);
    if (!gf_fd_may_try(&c->fd, GF_WRITING))
        return -EAGAIN;
    ssize_t put = gf_blocking_call(gf_os_without_sigpipe(send_piece, c->fd.number, &p, n));
    if (put == -EAGAIN)
        gf_fd_found_dry(&c->fd, GF_WRITING, news);
    return put;
}

// The turn for writing is the caller's. 0 at the end of the file.
static ssize_t send_or_wait(go_conn *c, struct piece p, size_t n)
{
    for (;;) {
        ssize_t put = try_piece(c, p, n < AT_ONCE ? n : AT_ONCE);
        if (put != -EAGAIN)
            return put;
        int error = gf_fd_wait(&c->fd, GF_WRITING);
        if (error)
            return error;
    }
}

static ssize_t send_directly(go_conn *c, struct piece p, size_t n)
{
    size_t done = 0;
    ssize_t put = gf_fd_begin(&c->fd, GF_WRITING);
    if (put < 0)
        return put;
    while (done < n && (put = send_or_wait(c, p, n - done)) > 0) {
        done += (size_t)put;
        p.offset += put;
    }
    gf_fd_end(&c->fd, GF_WRITING);
    return done > 0 ? (ssize_t)done : put;
}

static ssize_t copy_block(go_conn *c, struct piece p, char *block, size_t n)
{
    ssize_t got = go_pread(p.file, block, n < BLOCK ? n : BLOCK, p.offset);
    return got > 0 ? go_conn_write(c, block, (size_t)got) : got;
}

static ssize_t copy(go_conn *c, struct piece p, size_t n)
{
    char *block = malloc(BLOCK);
    size_t done = 0;
    ssize_t put = block ? 0 : -ENOMEM;
    while (block && done < n && (put = copy_block(c, p, block, n - done)) > 0) {
        done += (size_t)put;
        p.offset += put;
    }
    free(block);
    return done > 0 ? (ssize_t)done : put;
}

ssize_t go_conn_send_file(go_conn *c, int fd, off_t offset, size_t n)
{
    struct piece p = {fd, offset};
    if (c->layer)
        return copy(c, p, n);
    ssize_t put = send_directly(c, p, n);
    return put == -EINVAL || put == -ENOSYS ? copy(c, p, n) : put;
}
