// SPDX-License-Identifier: MIT
// Standard error for reports: all bytes, whatever the interruptions, without stdio, whose locks a crashing
// program may hold. A descriptor that somebody made non-blocking is waited for.
#include "os/os.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

void gf_os_write_error(const void *p, size_t n)
{
    const char *text = p;
    int saved = errno;
    while (n > 0) {
        ssize_t written = write(STDERR_FILENO, text, n);
        if (written > 0) {
            text += written;
            n -= (size_t)written;
        } else if (written < 0 && errno == EAGAIN) {
            poll(&(struct pollfd){.fd = STDERR_FILENO, .events = POLLOUT}, 1, -1);
        } else if (written < 0 && errno != EINTR) {
            break;
        }
    }
    errno = saved;
}
