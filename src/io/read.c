// SPDX-License-Identifier: MIT
// go_read, go_write and their like for any descriptor, without changing it: an attempt that does not wait, then a wait in
// the poller, in turn. What cannot be waited for (a plain file that is not in memory) blocks the thread in a marked
// region, so that others get the processor.
#include "io/blocking.h"
#include "io/race.h"
#include "io/raw.h"
#include "os/os.h"
#include "time/moment.h"

#include <errno.h>
#include <fcntl.h>
#include <gofer/io.h>
#include <unistd.h>

char gf_io_past;

static ssize_t plain_read(int fd, void *buf, size_t n)
{
    ssize_t got = read(fd, buf, n);
    return got < 0 ? -errno : got;
}

static ssize_t plain_write(int fd, const void *buf, size_t n)
{
    ssize_t put = write(fd, buf, n);
    return put < 0 ? -errno : put;
}

static ssize_t read_waiting(struct gf_raw *raw, int fd, void *buf, size_t n)
{
    for (;;) {
        ssize_t got = gf_os_try_read(fd, buf, n);
        if (got == -EINTR)
            continue;
        if (got != -EAGAIN)
            return got;
        int error = gf_raw_wait(raw, POLLIN, INT64_MAX);
        if (error == -EPERM)
            return gf_blocking_call(plain_read(fd, buf, n));
        if (error)
            return error;
    }
}

ssize_t go_read(int fd, void *buf, size_t n)
{
    struct gf_raw *raw;
    ssize_t got = gf_raw_enter(fd, &raw);
    if (got < 0)
        return got;
    got = read_waiting(raw, fd, buf, n);
    gf_raw_leave(raw);
    gf_io_race_has_read(buf, got, __builtin_return_address(0));
    return got;
}

// A broken pipe on standard output or error ends the program, as it ends others.
static ssize_t write_quietly(ssize_t (*f)(int fd, const void *buf, size_t n), int fd,
                             const void *buf, size_t n)
{
    if (fd == STDOUT_FILENO || fd == STDERR_FILENO)
        return f(fd, buf, n);
    return gf_os_without_sigpipe(f, fd, buf, n);
}

static ssize_t write_once(struct gf_raw *raw, int fd, const void *buf, size_t n)
{
    for (;;) {
        ssize_t put = write_quietly(gf_os_try_write, fd, buf, n);
        if (put == -EINTR)
            continue;
        if (put != -EAGAIN)
            return put;
        int error = gf_raw_wait(raw, POLLOUT, INT64_MAX);
        if (error == -EPERM)
            return gf_blocking_call(write_quietly(plain_write, fd, buf, n));
        if (error)
            return error;
    }
}

ssize_t go_write(int fd, const void *buf, size_t n)
{
    struct gf_raw *raw;
    ssize_t put = gf_raw_enter(fd, &raw);
    if (put < 0)
        return put;
    size_t done = 0;
    gf_io_race_writes(buf, n, __builtin_return_address(0));
    gf_raw_lock_writer(raw);
    do {
        put = write_once(raw, fd, (const char *)buf + done, n - done);
        if (put > 0)
            done += (size_t)put;
    } while (put > 0 && done < n);
    gf_raw_unlock_writer(raw);
    gf_raw_leave(raw);
    return done > 0 ? (ssize_t)done : put;
}

static int wait_for(struct gf_raw *raw, int fd, int events, int64_t deadline)
{
    for (;;) {
        int ready = gf_os_poll_now(fd, events);
        if (ready != 0)
            return ready;
        int error = gf_raw_wait(raw, events, deadline);
        if (error)
            return error;
    }
}

int go_fd_wait(int fd, int events, go_duration d)
{
    struct gf_raw *raw;
    int64_t deadline = d < 0 ? INT64_MAX : gf_deadline(d);
    int result = gf_raw_enter(fd, &raw);
    if (result < 0)
        return result;
    result = wait_for(raw, fd, events, deadline);
    gf_raw_leave(raw);
    return result;
}

int go_pipe(int fds[2])
{
    return pipe2(fds, O_CLOEXEC) == 0 ? 0 : -errno;
}

int go_close(int fd)
{
    gf_race_release(&gf_io_past); // for who reads the end
    return gf_raw_close(fd);
}
