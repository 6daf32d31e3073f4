// SPDX-License-Identifier: MIT
// The flag that a condition stands for is set without its mutex, "for the signal comes after it". Fixed: it is set
// under the mutex.
#include "observe.h"

#include <gofer.h>

static go_mutex mutex;
static go_cond ready;
static bool is_ready;

static void prepare(void)
{
#ifdef FIXED
    go_mutex_lock(&mutex);
    is_ready = true;
    go_mutex_unlock(&mutex);
#else
    is_ready = true;
#endif
    go_cond_signal(&ready);
}

int main(void)
{
    go_waitgroup wg = {0};
    go_cond_init(&ready, &mutex);
    go_mutex_lock(&mutex);
    go_waitgroup_go(&wg, prepare);
    while (!is_ready)
        if (!go_cond_wait_timeout(&ready, 10 * GO_MILLISECOND))
            break;
    OBSERVE(is_ready);
    go_mutex_unlock(&mutex);
    go_waitgroup_wait(&wg);
    return 0;
}
