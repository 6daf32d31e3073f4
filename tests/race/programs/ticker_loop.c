// SPDX-License-Identifier: MIT
// A goroutine collects figures at each tick, and main prints the last ones after it has stopped the ticker, which
// tells the goroutine nothing. Fixed: it is told to end, and awaited.
#include "observe.h"

#include <gofer.h>

static int samples;

static void sample(go_ticker *t, chan(go_unit) quit)
{
    for (bool on = true; on;)
        go_select {
            case_recv(go_ticker_chan(t)) {
                samples++;
            }
            case_recv(quit) {
                on = false;
            }
        }
}

int main(void)
{
    go_waitgroup wg = {0};
    chan(go_unit) quit = chan_make(go_unit);
    go_ticker *t = go_ticker_new(GO_MILLISECOND);
    go_waitgroup_go(&wg, sample, t, quit);
    go_sleep(10 * GO_MILLISECOND);
    go_ticker_stop(t);
#ifdef FIXED
    chan_close(quit);
    go_waitgroup_wait(&wg);
    OBSERVE(samples);
#else
    OBSERVE(samples);
    chan_close(quit);
    go_waitgroup_wait(&wg);
#endif
    go_ticker_free(t);
    chan_free(quit);
    return 0;
}
