// SPDX-License-Identifier: MIT
// A pointer to a function that does not return carries that in its type, and gcc drops the code after the
// call through the cast: the go must be refused by the same static assertion as one of the function's name.
// expect: noreturn
// only: gcc
#include <gofer.h>

typedef void (*worker)(int) __attribute__((noreturn));
void f(worker w);

void f(worker w)
{
    go(w, 1);
}
