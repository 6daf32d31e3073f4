// SPDX-License-Identifier: MIT
// A destination that does not point to the channel's element type, in try recv into wrong type:
// must be refused by a static assertion, whatever warnings are on, because bytes of one type
// would be read as another.
// expect: element type
// flags: -w
#include <gofer.h>

void f(chan(int) c);

void f(chan(int) c)
{
    char v;
    chan_try_recv(c, &v);
}
