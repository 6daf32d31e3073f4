// SPDX-License-Identifier: MIT
// A goto into the scope of a defer that it jumps over: the cleanup of the record would run on
// garbage, which clang refuses at compile time (gcc compiles it, and the runtime then recognises
// that the record was never filled in: tests/arch/jump_test.c).
// expect: cannot jump
// only: clang
#include <gofer.h>

void work(void);
void f(int n);

void f(int n)
{
    if (n)
        goto inside;
    defer(work);
inside:
    return;
}
