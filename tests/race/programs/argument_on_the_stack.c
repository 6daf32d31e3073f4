// SPDX-License-Identifier: MIT
// The address of a local variable is passed to a goroutine, and the function goes on changing the variable. Fixed:
// the value is passed.
#include "observe.h"

#include <gofer.h>

#ifdef FIXED
static void show(int n)
{
    OBSERVE(n);
}
#define ARGUMENT(n) (n)
#else
static void show(const int *n)
{
    OBSERVE(*n);
}
#define ARGUMENT(n) (&(n))
#endif

int main(void)
{
    go_waitgroup wg = {0};
    int n = 1;
    go_waitgroup_go(&wg, show, ARGUMENT(n));
    n = 2;
    go_waitgroup_wait(&wg);
    OBSERVE(n);
    return 0;
}
