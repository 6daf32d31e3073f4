// SPDX-License-Identifier: MIT
// A destination that does not point to the channel's element type, in recv into wrong type: must
// be refused by a static assertion, whatever warnings are on, because bytes of one type would be
// read as another.
// expect: element type
// flags: -w
#include <gofer.h>

void f(chan(int) c);

void f(chan(int) c)
{
    long v;
    chan_recv(c, &v);
}
