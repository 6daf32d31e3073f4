// SPDX-License-Identifier: MIT
// A log function can be replaced at run time; the pointer is plain, and the goroutines that log read it. Fixed: the
// pointer is atomic.
#include <gofer.h>

static void quiet(int n)
{
    (void)n;
}

static void loud(int n)
{
    (void)n;
}

#ifdef FIXED
static void (*_Atomic log_it)(int) = quiet;
#else
static void (*log_it)(int) = quiet;
#endif

static void work(void)
{
    void (*f)(int) = log_it;
    f(1);
}

int main(void)
{
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, work);
    log_it = loud;
    go_waitgroup_wait(&wg);
    return 0;
}
