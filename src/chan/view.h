// SPDX-License-Identifier: MIT
// A channel as debug/ may see it: where it lies in memory, and what a report says about it. Read without its lock,
// while all threads are stopped or while its waiters can never wake.
#ifndef GF_CHAN_VIEW_H
#define GF_CHAN_VIEW_H

#include "chan/chan.h"

// The bytes of the channel with its buffer.
static inline size_t gf_view_chan_bytes(const struct go_chan *c)
{
    return sizeof *c + c->elem_size * (size_t)c->cap;
}

static inline uint64_t gf_view_chan_cap(const struct go_chan *c)
{
    return c->cap;
}

static inline uint64_t gf_view_chan_len(const struct go_chan *c)
{
    return c->count;
}

#endif
