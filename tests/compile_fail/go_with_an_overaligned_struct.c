// SPDX-License-Identifier: MIT
// A struct aligned to 32 bytes lies in the stack arguments where only an ordinary call can place
// it: what the stub captures would be lost, so that the go must be refused by a static assertion
// at compile time, with a message that names the reason.
// expect: aligned to more than 16
#include <gofer.h>

struct aligned {
    _Alignas(32) int n;
};

void work(struct aligned a);
void f(void);

void f(void)
{
    struct aligned a = {0};
    go(work, a);
}
