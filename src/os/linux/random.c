// SPDX-License-Identifier: MIT
// Random numbers fit for secrets, from the kernel's generator. Before it has been seeded, early at boot, the call waits.
#include "os/os.h"

#include <errno.h>
#include <sys/random.h>

int gf_os_random(void *p, size_t n)
{
    for (char *at = p; n > 0;) {
        ssize_t got = getrandom(at, n, 0);
        if (got < 0 && errno != EINTR)
            return -errno;
        if (got > 0) {
            at += got;
            n -= (size_t)got;
        }
    }
    return 0;
}
