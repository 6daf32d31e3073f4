// SPDX-License-Identifier: MIT
// A complex long double comes back in two registers of the x87 stack, which the runtime's replay
// does not clear: what the stub captures would be lost, so that the go must be refused by a
// static assertion at compile time, with a message that names the reason.
// expect: cannot be bound
#include <gofer.h>

_Complex long double work(int n);
void f(void);

void f(void)
{
    go(work, 1);
}
