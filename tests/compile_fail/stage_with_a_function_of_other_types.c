// SPDX-License-Identifier: MIT
// A stage calls its function with the values of one channel and sends what it returns on another: their types are the
// function's.
// expect: the function does not take and return the element types of this stage
#include <gofer.h>

static long twice(int n)
{
    return 2 * (long)n;
}

void start(recv_chan(int) in, send_chan(double) out)
{
    GO_STAGE(NULL, in, out, twice);
}
