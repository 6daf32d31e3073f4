// SPDX-License-Identifier: MIT
// The function hands the address of its caller's result to a goroutine and returns a value through it at once: a
// named result that is captured, in Uber's study. Fixed: the result is written when the goroutine has ended.
#include "observe.h"

#include <gofer.h>

static void log_result(const int *result, go_waitgroup *wg)
{
    OBSERVE(*result);
    go_waitgroup_done(wg);
}

static void compute(int *result, go_waitgroup *wg)
{
    go_waitgroup_add(wg, 1);
    go(log_result, result, wg);
#ifdef FIXED
    go_waitgroup_wait(wg);
#endif
    *result = 20;
}

int main(void)
{
    int result = 10;
    go_waitgroup wg = {0};
    compute(&result, &wg);
    go_waitgroup_wait(&wg);
    return 0;
}
