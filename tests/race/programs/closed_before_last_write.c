// SPDX-License-Identifier: MIT
// The worker closes the channel that says "over" and then writes its last figures. Fixed: the close comes last.
#include "observe.h"

#include <gofer.h>

static int figures;

static void work(chan(go_unit) over)
{
#ifdef FIXED
    figures = 3;
    chan_close(over);
#else
    chan_close(over);
    figures = 3;
#endif
}

int main(void)
{
    chan(go_unit) over = chan_make(go_unit);
    go(work, over);
    chan_recv(over);
    OBSERVE(figures);
    go_sleep(5 * GO_MILLISECOND);
    return 0;
}
