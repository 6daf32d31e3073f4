// SPDX-License-Identifier: MIT
// Two workers report on two channels, and main waits for the one and reads the result of the other. Fixed: it waits
// for both.
#include "observe.h"

#include <gofer.h>

static int results[2];

static void work(int i, chan(go_unit) over)
{
    results[i] = i + 1;
    chan_send(over, GO_UNIT);
}

int main(void)
{
    chan(go_unit) over[2] = {chan_make(go_unit, 1), chan_make(go_unit, 1)};
    for (int i = 0; i < 2; i++)
        go(work, i, over[i]);
    chan_recv(over[0]);
#ifdef FIXED
    chan_recv(over[1]);
#endif
    OBSERVE(results[1]);
    go_sleep(5 * GO_MILLISECOND);
    return 0;
}
