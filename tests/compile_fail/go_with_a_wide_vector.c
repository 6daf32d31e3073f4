// SPDX-License-Identifier: MIT
// A vector of 32 bytes travels in a register whose upper half the stub does not save: what the
// stub captures would be lost, so that the go must be refused by a static assertion at compile
// time, with a message that names the reason.
// expect: (aligned to more than 16|vector)
// flags: -mavx
#include <gofer.h>

typedef float wide __attribute__((vector_size(32)));

void work(wide v);
void f(void);

void f(void)
{
    wide v = {0};
    go(work, v);
}
