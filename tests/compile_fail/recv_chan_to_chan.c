// SPDX-License-Identifier: MIT
// Passing a recv_chan(int) where a chan(int) is wanted must be diagnosed at the assignment or
// call, under the flags that gofer gives to every user: a direction may be added and never
// dropped.
// expect: discards
#include <gofer.h>

void g(chan(int) c);
void f(recv_chan(int) c);

void f(recv_chan(int) c)
{
    g(c);
}
