// SPDX-License-Identifier: MIT
// Child processes by descriptor (pidfd, Linux 5.3): one can be waited for in the poller, and a signal never reaches another
// process that has got the number meanwhile.
#include "os/os.h"

#include <errno.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int reap(idtype_t kind, id_t id)
{
    siginfo_t info;
    int error;
    do
        error = waitid(kind, id, &info, WEXITED);
    while (error < 0 && errno == EINTR);
    if (error < 0)
        return -errno;
    return info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
}

int gf_os_pidfd_open(int pid)
{
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    int error = -errno;
    if (fd >= 0)
        return fd;
    // Nobody could wait for it.
    kill(pid, SIGKILL);
    reap(P_PID, (id_t)pid);
    return error;
}

int gf_os_pidfd_signal(int pidfd, int sig)
{
    return syscall(SYS_pidfd_send_signal, pidfd, sig, NULL, 0) < 0 ? -errno : 0;
}

int gf_os_pidfd_reap(int pidfd)
{
    return reap(P_PIDFD, (id_t)pidfd);
}
