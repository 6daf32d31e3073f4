// SPDX-License-Identifier: MIT
// The results are collected in a goroutine that waits for the workers, and main reads them when it likes. Fixed: main
// waits for the collector.
#include "observe.h"

#include <gofer.h>

static int total;

static void work(chan(int) out, go_waitgroup *wg)
{
    chan_send(out, 1);
    go_waitgroup_done(wg);
}

static void collect(chan(int) out, chan(go_unit) over)
{
    for (int i = 0; i < 2; i++)
        total += chan_recv(out);
    chan_close(over);
}

int main(void)
{
    static go_waitgroup wg;
    chan(int) out = chan_make(int);
    chan(go_unit) over = chan_make(go_unit);
    go_waitgroup_add(&wg, 2);
    go(work, out, &wg);
    go(work, out, &wg);
    go(collect, out, over);
    go_waitgroup_wait(&wg); // the workers are over, not the collector
#ifdef FIXED
    chan_recv(over);
#endif
    OBSERVE(total);
    go_sleep(5 * GO_MILLISECOND);
    return 0;
}
