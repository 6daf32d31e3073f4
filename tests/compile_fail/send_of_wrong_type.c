// SPDX-License-Identifier: MIT
// A value that is not of the channel's element type, here in send of wrong type: must be refused
// by a static assertion, whatever warnings are on, because bytes of one type would be read as
// another.
// expect: element type
// flags: -w
#include <gofer.h>

struct point {
    int x, y;
};

void f(chan(struct point) c);

void f(chan(struct point) c)
{
    chan_send(c, 1);
}
