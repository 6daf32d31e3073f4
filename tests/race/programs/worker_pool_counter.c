// SPDX-License-Identifier: MIT
// Jobs of a worker pool count what they have done in a plain variable; the pool runs several at once. Fixed: an
// atomic.
#include "observe.h"

#include <gofer.h>

#ifdef FIXED
static _Atomic(int) processed;
#else
static int processed;
#endif

static int job(void)
{
    go_sleep(GO_MILLISECOND);
    processed++;
    return 0;
}

int main(void)
{
    go_workers *p = go_workers_new((go_workers_options){.workers = 2, .queue = 8});
    for (int i = 0; i < 6; i++)
        go_workers_submit_wait(p, NULL, job);
    go_workers_shutdown(p, NULL);
    OBSERVE((int)processed);
    go_workers_free(p);
    return 0;
}
