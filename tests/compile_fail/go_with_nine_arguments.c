// SPDX-License-Identifier: MIT
// A goroutine started with nine arguments, one more than a bound call can hold, must be refused
// by a name that tells the mistake: the compiler must say so at the go, for the arguments are
// bound by a call of the function's own type.
// expect: GO_TOO_MANY_ARGUMENTS
#include <gofer.h>

void work(int a, int b, int c, int d, int e, int f, int g, int h, int i);
void f(void);

void f(void)
{
    go(work, 1, 2, 3, 4, 5, 6, 7, 8, 9);
}
