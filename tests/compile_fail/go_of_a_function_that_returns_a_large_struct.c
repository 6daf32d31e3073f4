// SPDX-License-Identifier: MIT
// The hidden result pointer of a large struct would dangle when the call is made later: what the
// stub captures would be lost, so that the go must be refused by a static assertion at compile
// time, with a message that names the reason.
// expect: large struct
#include <gofer.h>

struct large {
    long word[3];
};

struct large work(int n);
void f(void);

void f(void)
{
    go(work, 1);
}
