// SPDX-License-Identifier: MIT
// Clocks. The monotonic one measures and paces everything; it goes through the vDSO and costs some twenty
// nanoseconds. A thread's CPU clock tells a goroutine that computes from one that is blocked in the kernel;
// its clock id is made from the thread id as pthread_getcpuclockid does, for threads of which only that is known.
#include "os/os.h"

#include <errno.h>
#include <time.h>

static int64_t read_clock(clockid_t id)
{
    struct timespec t;
    if (clock_gettime(id, &t) != 0)
        return -errno;
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t gf_os_now(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t gf_os_wall(void)
{
    return read_clock(CLOCK_REALTIME);
}

int64_t gf_os_thread_cpu(int tid)
{
    // The kernel's MAKE_THREAD_CPUCLOCK(tid, CPUCLOCK_SCHED): the complement of the id, the per-thread bit, and
    // the kind of clock.
    enum { PER_THREAD = 4, SCHED = 2 };
    return read_clock((clockid_t)((~(unsigned)tid << 3) | PER_THREAD | SCHED));
}
