// SPDX-License-Identifier: MIT
// A close of a receive-only channel that is deferred by the function's name: the compiler must say that the direction is
// lost, as it does for any argument that loses a qualifier.
// expect: discards
#include <gofer.h>

void f(recv_chan(int) c);

void f(recv_chan(int) c)
{
    defer(chan_close, c);
}
