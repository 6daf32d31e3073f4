// SPDX-License-Identifier: MIT
// gcc keeps the pure attribute in the type of the cast and drops the call whose result is
// unused: what the stub captures would be lost, so that the go must be refused by a static
// assertion at compile time, with a message that names the reason.
// expect: const or pure
// only: gcc
#include <gofer.h>

int work(int n) __attribute__((pure));
void f(void);

void f(void)
{
    defer(work, 1);
}
