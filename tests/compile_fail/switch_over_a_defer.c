// SPDX-License-Identifier: MIT
// A case label behind a defer in the same block: the cleanup of the record would run on garbage,
// which clang refuses at compile time (gcc compiles it, and the runtime then recognises that the
// record was never filled in: tests/arch/jump_test.c).
// expect: cannot jump
// only: clang
#include <gofer.h>

void work(void);
void f(int n);

void f(int n)
{
    switch (n) {
    case 0:
        defer(work);
        break;
    case 1:
        break;
    }
}
