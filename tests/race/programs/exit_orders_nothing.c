// SPDX-License-Identifier: MIT
// A goroutine ends by go_exit; the main one sleeps until it must be over, and reads what its deferred call has
// written. Fixed: the deferred call also says so.
#include "observe.h"

#include <gofer.h>

static int cleaned;

static void clean(chan(go_unit) over)
{
    cleaned = 1;
    chan_send(over, GO_UNIT);
}

static void work(chan(go_unit) over)
{
    defer(clean, over);
    go_exit();
}

int main(void)
{
    chan(go_unit) over = chan_make(go_unit, 1);
    go(work, over);
#ifdef FIXED
    chan_recv(over);
#else
    go_sleep(10 * GO_MILLISECOND);
#endif
    OBSERVE(cleaned);
    chan_free(over);
    return 0;
}
