// SPDX-License-Identifier: MIT
// A blocking call with a pointer to another type than its function takes: the compiler must say
// so at the go, for the arguments are bound by a call of the function's own type.
// expect: incompatible.*pointer
#include <gofer.h>

int work(char *text);
void f(void);

void f(void)
{
    static int object;
    go_blocking(work, &object);
}
