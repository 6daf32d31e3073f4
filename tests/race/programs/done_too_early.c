// SPDX-License-Identifier: MIT
// Done is called before the last write, so the wait lets the reader go while the goroutine still works. Fixed: done
// by defer, after everything.
#include "observe.h"

#include <gofer.h>

static int result;

static void work(go_waitgroup *wg)
{
#ifdef FIXED
    defer(go_waitgroup_done, wg);
    result = 1;
#else
    go_waitgroup_done(wg);
    result = 1;
#endif
}

int main(void)
{
    static go_waitgroup wg;
    go_waitgroup_add(&wg, 1);
    go(work, &wg);
    go_waitgroup_wait(&wg);
    int seen = result;
    go_sleep(10 * GO_MILLISECOND);
    OBSERVE(seen);
    return 0;
}
