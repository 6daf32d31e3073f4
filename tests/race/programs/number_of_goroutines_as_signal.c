// SPDX-License-Identifier: MIT
// The main goroutine waits until it is alone again: the end of a goroutine orders nothing for who looks at the count.
// Fixed: a channel.
#include "observe.h"

#include <gofer.h>

static int result;

static void work(chan(go_unit) over)
{
    result = 1;
    chan_send(over, GO_UNIT);
}

int main(void)
{
    chan(go_unit) over = chan_make(go_unit, 1);
    go(work, over);
#ifdef FIXED
    chan_recv(over);
#else
    while (go_num_goroutine() > 1)
        go_yield();
#endif
    OBSERVE(result);
    chan_free(over);
    return 0;
}
