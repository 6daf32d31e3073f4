// SPDX-License-Identifier: MIT
// Reading and writing once without waiting, whatever the descriptor's own mode is, which belongs to whoever shares it.
// RWF_NOWAIT does that for what knows it (Linux 4.14 for files, 6.5 for pipes and sockets); for the rest poll(2) tells
// whether the plain call would wait. A writer's SIGPIPE is blocked around the call and taken back, since write(2), other
// than send(2), cannot be told to do without.
#include "os/os.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

int gf_os_poll_now(int fd, int events)
{
    struct pollfd p = {.fd = fd, .events = (short)events};
    int n;
    do
        n = poll(&p, 1, 0);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return -errno;
    return p.revents & POLLNVAL ? -EBADF : p.revents;
}

static bool is_plain_file(int fd)
{
    struct stat s;
    return fstat(fd, &s) == 0 && (S_ISREG(s.st_mode) || S_ISBLK(s.st_mode));
}

static bool knows_no_nowait(ssize_t n)
{
    return n < 0 && (errno == EOPNOTSUPP || errno == ENOSYS || errno == EINVAL);
}

ssize_t gf_os_try_read(int fd, void *buf, size_t n)
{
    struct iovec v = {buf, n};
    ssize_t got = preadv2(fd, &v, 1, -1, RWF_NOWAIT);
    if (knows_no_nowait(got)) {
        int ready = is_plain_file(fd) ? 0 : gf_os_poll_now(fd, POLLIN);
        if (ready <= 0)
            return ready < 0 ? ready : -EAGAIN;
        got = read(fd, buf, n);
    }
    return got < 0 ? -errno : got;
}

ssize_t gf_os_try_pread(int fd, void *buf, size_t n, off_t offset)
{
    struct iovec v = {buf, n};
    // To preadv2 -1 is the file's own position, which would move.
    if (offset < 0)
        return -EINVAL;
    ssize_t got = preadv2(fd, &v, 1, offset, RWF_NOWAIT);
    return knows_no_nowait(got) ? -EAGAIN : got < 0 ? -errno : got;
}

// Of what poll(2) calls writable a pipe takes this much without waiting.
static ssize_t write_if_ready(int fd, const void *buf, size_t n)
{
    int ready = is_plain_file(fd) ? 0 : gf_os_poll_now(fd, POLLOUT);
    if (ready <= 0) {
        errno = ready < 0 ? -ready : EAGAIN;
        return -1;
    }
    return write(fd, buf, n < PIPE_BUF ? n : PIPE_BUF);
}

ssize_t gf_os_try_write(int fd, const void *buf, size_t n)
{
    struct iovec v = {(void *)buf, n};
    ssize_t put = pwritev2(fd, &v, 1, -1, RWF_NOWAIT);
    if (knows_no_nowait(put))
        put = write_if_ready(fd, buf, n);
    return put < 0 ? -errno : put;
}

ssize_t gf_os_without_sigpipe(ssize_t (*f)(int fd, const void *buf, size_t n), int fd,
                              const void *buf, size_t n)
{
    sigset_t pipe_only, old;
    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_only, &old);
    ssize_t put = f(fd, buf, n);
    // What came short may have met the signal after its beginning.
    if (put < 0 || (size_t)put < n)
        sigtimedwait(&pipe_only, NULL, &(struct timespec){0});
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return put;
}
