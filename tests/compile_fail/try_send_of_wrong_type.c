// SPDX-License-Identifier: MIT
// A value that is not of the channel's element type, here in try send of wrong type: must be
// refused by a static assertion, whatever warnings are on, because bytes of one type would be
// read as another.
// expect: element type
// flags: -w
#include <gofer.h>

struct point {
    int x, y;
};

void f(chan(int) c);

void f(chan(int) c)
{
    struct point p = {1, 2};
    chan_try_send(c, p);
}
