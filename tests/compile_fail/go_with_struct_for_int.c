// SPDX-License-Identifier: MIT
// A goroutine started with a struct where its function takes an integer: the compiler must say
// so at the go, for the arguments are bound by a call of the function's own type.
// expect: incompatible type
#include <gofer.h>

struct point {
    int x, y;
};

void work(int n);
void f(void);

void f(void)
{
    struct point p = {1, 2};
    go(work, p);
}
