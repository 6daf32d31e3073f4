// SPDX-License-Identifier: MIT
// The common branch takes the lock, the rare one (an error) changes the same field without. Fixed: both take it.
#include "observe.h"

#include <gofer.h>

static go_mutex mutex;
static int failures, successes;

static void finish(bool failed)
{
#ifndef FIXED
    if (failed) {
        failures++;
        return;
    }
#endif
    go_mutex_lock(&mutex);
    failures += failed;
    successes += !failed;
    OBSERVE(failures);
    go_mutex_unlock(&mutex);
}

int main(void)
{
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, finish, true);
    go_waitgroup_go(&wg, finish, false);
    go_waitgroup_wait(&wg);
    OBSERVE(successes + failures);
    return 0;
}
