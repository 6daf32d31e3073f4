// SPDX-License-Identifier: MIT
// Futexes: the way threads sleep. Deadlines are absolute on the monotonic clock (FUTEX_WAIT_BITSET), so that
// a wait that is taken up again after a spurious wake-up does not grow longer.
#include "base/sanitize.h"
#include "os/os.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int gf_os_futex_wait(const _Atomic(uint32_t) *word, uint32_t value, int64_t deadline)
{
    for (;;) {
        int64_t until = deadline;
        if (GF_FIBERS) {
            int64_t soon = gf_os_now() + GF_LONGEST_SLEEP;
            until = deadline < soon ? deadline : soon;
            gf_take_signals();
        }
        struct timespec limit = {until / 1000000000, until % 1000000000};
        long result = syscall(SYS_futex, word, FUTEX_WAIT_BITSET_PRIVATE, value,
                              until == INT64_MAX ? NULL : &limit, NULL, FUTEX_BITSET_MATCH_ANY);
        if (result == 0 || errno != ETIMEDOUT)
            return 0;
        if (until == deadline)
            return -ETIMEDOUT;
    }
}

void gf_os_futex_wake(const _Atomic(uint32_t) *word, int n)
{
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, n, NULL, NULL, 0);
}
