// SPDX-License-Identifier: MIT
// A goroutine started with more arguments than its function has: the compiler must say so at the
// go, for the arguments are bound by a call of the function's own type.
// expect: too many arguments
#include <gofer.h>

void work(int a);
void f(void);

void f(void)
{
    go(work, 1, 2);
}
