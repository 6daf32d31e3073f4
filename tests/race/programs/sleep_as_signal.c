// SPDX-License-Identifier: MIT
// "It takes a millisecond, so I sleep for twenty": sleeping orders nothing, however long. Fixed: a wait group.
#include "observe.h"

#include <gofer.h>

static int result;

static void work(void)
{
    result = 1;
}

int main(void)
{
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, work);
#ifdef FIXED
    go_waitgroup_wait(&wg);
#else
    go_sleep(20 * GO_MILLISECOND);
#endif
    OBSERVE(result);
    return 0;
}
