// SPDX-License-Identifier: MIT
// A try send on a receive-only channel: must be refused by a static assertion, whatever warnings
// the user has switched on or off, because a cast-free program must never use a channel against
// its declared direction.
// expect: receive-only
// flags: -w
#include <gofer.h>

void f(recv_chan(int) c);

void f(recv_chan(int) c)
{
    chan_try_send(c, 1);
}
