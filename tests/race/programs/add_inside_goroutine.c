// SPDX-License-Identifier: MIT
// The goroutine counts itself up, so the wait may come first and return at once; the result is read too early. Fixed:
// the count goes up before the go.
#include "observe.h"

#include <gofer.h>

static int result;

static void work(go_waitgroup *wg)
{
#ifndef FIXED
    go_waitgroup_add(wg, 1);
#endif
    result = 42;
    go_waitgroup_done(wg);
}

int main(void)
{
    static go_waitgroup wg;
#ifdef FIXED
    go_waitgroup_add(&wg, 1);
#endif
    go(work, &wg);
    go_waitgroup_wait(&wg);
    int seen = result;
    go_sleep(10 * GO_MILLISECOND);
    OBSERVE(seen);
    return 0;
}
