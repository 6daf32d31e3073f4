// SPDX-License-Identifier: MIT
// A volatile flag tells the worker to stop: volatile keeps the compiler honest and orders nothing. Fixed: the flag is
// atomic.
#include <gofer.h>

#ifdef FIXED
static _Atomic(bool) stop;
#else
static volatile bool stop;
#endif

static void work(void)
{
    while (!stop)
        go_yield();
}

int main(void)
{
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, work);
    go_sleep(GO_MILLISECOND);
    stop = true;
    go_waitgroup_wait(&wg);
    return 0;
}
