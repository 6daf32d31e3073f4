// SPDX-License-Identifier: MIT
// A goroutine started with a pointer to const data where its function may write to it: the
// compiler must say so at the go, for the arguments are bound by a call of the function's own
// type.
// expect: discards
#include <gofer.h>

void work(char *text);
void f(void);

void f(void)
{
    const char *text = "fixed";
    go(work, text);
}
