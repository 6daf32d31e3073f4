// SPDX-License-Identifier: MIT
// A pointer to a const function carries that in its type, and gcc drops a call through the cast whose result is
// unused: the go must be refused by the same static assertion as one of the function's name.
// expect: const or pure
// only: gcc
#include <gofer.h>

typedef int (*square)(int) __attribute__((const));
void f(square s);

void f(square s)
{
    go(s, 1);
}
