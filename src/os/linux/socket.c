// SPDX-License-Identifier: MIT
// One attempt to receive or send. Not by recv(2) and send(2), which are points of cancellation: in a program with threads
// each of them says to the C library, by two locked instructions, that it may be cancelled now, which a thread that runs
// goroutines must not be anyway. The sanitizers see a program's buffers by these functions only, so there they are called.
#include "base/sanitize.h"
#include "os/os.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { BY_LIBRARY = GF_ASAN || GF_FIBERS };

ssize_t gf_os_recv(int socket, void *buf, size_t n)
{
    ssize_t got;
    do
        got = BY_LIBRARY ? recv(socket, buf, n, 0)
                         : syscall(SYS_recvfrom, socket, buf, n, 0, NULL, NULL);
    while (got < 0 && errno == EINTR);
    return got < 0 ? -errno : got;
}

// One part goes by the shorter system call.
ssize_t gf_os_send(int socket, const struct msghdr *message)
{
    const struct iovec *part = message->msg_iov;
    ssize_t put;
    do {
        if (message->msg_iovlen != 1 || message->msg_name)
            put = sendmsg(socket, message, MSG_NOSIGNAL);
        else if (BY_LIBRARY)
            put = send(socket, part->iov_base, part->iov_len, MSG_NOSIGNAL);
        else
            put = syscall(SYS_sendto, socket, part->iov_base, part->iov_len, MSG_NOSIGNAL, NULL, 0);
    } while (put < 0 && errno == EINTR);
    return put < 0 ? -errno : put;
}
