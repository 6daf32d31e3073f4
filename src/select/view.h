// SPDX-License-Identifier: MIT
// A parked select as debug/ may see it: which channels it waits at. The goroutine's wait object, with the reason
// GF_WAIT_SELECT, is the select in its frame; NULL if no case can ever be ready. Valid while the goroutine stays
// parked, that is, while all threads are stopped.
#ifndef GF_SELECT_VIEW_H
#define GF_SELECT_VIEW_H

#include "select/select.h"

// The i-th channel of a parked select; NULL if there are no more. One may come twice.
static inline const struct go_chan *gf_view_select_channel(const void *object, uint32_t i)
{
    const struct gf_select *s = object;
    return s && i < s->queued ? s->waiters[i].waiter.chan : NULL;
}

#endif
