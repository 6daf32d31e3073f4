// SPDX-License-Identifier: MIT
// A goroutine started with an integer where its function takes a pointer: the compiler must say
// so at the go, for the arguments are bound by a call of the function's own type.
// expect-gcc: makes pointer from integer
// expect-clang: incompatible integer to pointer
#include <gofer.h>

void work(char *text);
void f(void);

void f(void)
{
    int n = 1;
    go(work, n);
}
