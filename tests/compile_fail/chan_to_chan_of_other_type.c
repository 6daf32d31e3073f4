// SPDX-License-Identifier: MIT
// A channel of one element type is no channel of another, however alike they are in size:
// passing a chan(int) where a chan(unsigned) or a recv_chan(float) is wanted must be diagnosed.
// expect: incompatible.*pointer
#include <gofer.h>

void g(recv_chan(float) c);
void f(chan(int) c);

void f(chan(int) c)
{
    g(c);
}
