// SPDX-License-Identifier: MIT
// The empty program, which does no more than have a runtime: how long it takes from its start to its end,
// and how large its file is as the build leaves it, debug information included, as with Go's. The gofer
// program needs libc.so beside it, the Go program nothing.
#include <gofer.h>

int main(void)
{
    go_yield();
    return 0;
}
