// SPDX-License-Identifier: MIT
// A goroutine started with a pointer where its function takes an integer: the compiler must say
// so at the go, for the arguments are bound by a call of the function's own type.
// expect-gcc: makes integer from pointer
// expect-clang: incompatible pointer to integer
#include <gofer.h>

void work(int n);
void f(void);

void f(void)
{
    static int object;
    go(work, &object);
}
