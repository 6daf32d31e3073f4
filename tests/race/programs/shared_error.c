// SPDX-License-Identifier: MIT
// One err variable serves the function and the goroutine that it has started, as captured errors do in Uber's study;
// each overwrites the other's result. Fixed: the goroutine has an error of its own, read after the wait.
#include <gofer.h>

static int step(int n)
{
    return n % 2 ? -n : 0;
}

static void run(int *err)
{
    *err = step(3);
}

int main(void)
{
    int err = 0;
    go_waitgroup wg = {0};
#ifdef FIXED
    int other = 0;
    go_waitgroup_go(&wg, run, &other);
#else
    go_waitgroup_go(&wg, run, &err);
#endif
    err = step(4);
    go_waitgroup_wait(&wg);
    return err > 0;
}
