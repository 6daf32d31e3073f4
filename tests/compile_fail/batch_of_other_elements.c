// SPDX-License-Identifier: MIT
// Batches hold what came in.
// expect: the output does not carry batches of what the input carries
#include <gofer.h>

typedef go_batch(long) batch;

void start(recv_chan(int) in, send_chan(batch) out)
{
    GO_BATCH(NULL, in, out, 10, GO_SECOND);
}
