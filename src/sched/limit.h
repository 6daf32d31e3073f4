// SPDX-License-Identifier: MIT
// Parking with a limit of time, for waits that others end by a claim (sched/g.h): selects and timed waits in the
// parking lot. The timer is one more party that may claim.
#ifndef GF_SCHED_LIMIT_H
#define GF_SCHED_LIMIT_H

#include "sched/sched.h"

// Parks until somebody who has claimed the ticket makes the goroutine ready, or until the deadline. Returns whether
// somebody came, and not the time. The caller may have been claimed and made ready before it calls this, and must
// hold no lock; it stays inside the runtime from where it read the ticket to here.
bool gf_park_until(struct m **m, uint32_t ticket, int64_t deadline, enum gf_wait reason,
                   const void *object);

// The goroutine whose wait the timer limits; NULL if it is another kind of timer.
const struct g *gf_limit_waiter(const struct gf_timer *t);

#endif
