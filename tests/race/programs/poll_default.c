// SPDX-License-Identifier: MIT
// A select with a default polls for the end, and breaks off after some attempts to read the result anyway. Fixed: it
// waits.
#include "observe.h"

#include <gofer.h>

static int result;

static void work(chan(go_unit) over)
{
    go_sleep(5 * GO_MILLISECOND);
    result = 1;
    chan_close(over);
}

int main(void)
{
    chan(go_unit) over = chan_make(go_unit);
    bool ended = false;
    go(work, over);
#ifdef FIXED
    chan_recv(over);
#else
    for (int i = 0; i < 3 && !ended; i++)
        go_select {
            case_recv(over) {
                ended = true;
            }
            case_default {}
        }
#endif
    OBSERVE(result);
    if (!ended)
        chan_recv(over);
    go_sleep(5 * GO_MILLISECOND);
    return 0;
}
