// SPDX-License-Identifier: MIT
// A recv on a send-only channel: must be refused by a static assertion, whatever warnings the
// user has switched on or off, because a cast-free program must never use a channel against its
// declared direction.
// expect: send-only
// flags: -w
#include <gofer.h>

void f(send_chan(int) c);

void f(send_chan(int) c)
{
    chan_recv(c);
}
