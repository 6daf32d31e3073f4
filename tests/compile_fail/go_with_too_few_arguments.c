// SPDX-License-Identifier: MIT
// A goroutine started with fewer arguments than its function has: the compiler must say so at
// the go, for the arguments are bound by a call of the function's own type.
// expect: too few arguments
#include <gofer.h>

void work(int a, int b);
void f(void);

void f(void)
{
    go(work, 1);
}
