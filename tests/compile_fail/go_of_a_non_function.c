// SPDX-License-Identifier: MIT
// A goroutine must be started with a function, and an integer is none: the compiler must say so
// at the go, for the arguments are bound by a call of the function's own type.
// expect: (not a function|indirection requires pointer|invalid type argument)
#include <gofer.h>

extern int number;
void f(void);

void f(void)
{
    go(number, 1);
}
