// SPDX-License-Identifier: MIT
// gcc keeps the noreturn attribute in the type of the cast and drops the code after the stub:
// what the stub captures would be lost, so that the go must be refused by a static assertion at
// compile time, with a message that names the reason.
// expect: noreturn
// only: gcc
#include <gofer.h>

void work(int n) __attribute__((noreturn));
void f(void);

void f(void)
{
    go(work, 1);
}
