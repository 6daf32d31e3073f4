// SPDX-License-Identifier: MIT
// The ring is a buffered channel that nobody can close, since its type is another one: the same buffer, the same fair
// queues on both sides, the same hand-off into the waiting goroutine's frame. So there is nothing here but its making.
#include <gofer/x/ring.h>

void *go_ring_new_(size_t elem_size, int64_t n)
{
    return n < 1 ? NULL : go_chan_make_(elem_size, n);
}
