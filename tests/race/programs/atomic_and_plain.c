// SPDX-License-Identifier: MIT
// A counter is written by atomic additions and read plainly: an atomic orders nothing for who does not use it. Fixed:
// the read is atomic too.
#include "observe.h"

#include <gofer.h>

static long count;

static void add(void)
{
    __atomic_fetch_add(&count, 1, __ATOMIC_SEQ_CST);
}

static long read_count(void)
{
#ifdef FIXED
    return __atomic_load_n(&count, __ATOMIC_SEQ_CST);
#else
    return count;
#endif
}

int main(void)
{
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, add);
    long seen = read_count();
    go_waitgroup_wait(&wg);
    OBSERVE(seen);
    return 0;
}
