// SPDX-License-Identifier: MIT
// What the files of time/ share: deadlines that do not overflow, and channels that a timer delivers moments on.
#ifndef GF_TIME_MOMENT_H
#define GF_TIME_MOMENT_H

#include "os/os.h"
#include "sched/sched.h"
#include "sched/timerheap.h"

#include <gofer/time.h>

// The monotonic moment d from now: now if d is negative, INT64_MAX, which never comes, if it does not fit.
static inline int64_t gf_deadline(go_duration d)
{
    int64_t now = gf_os_now(), when;
    if (d <= 0)
        return now;
    return __builtin_add_overflow(now, d, &when) ? INT64_MAX : when;
}

// --- timechan.c ---

// A timer and the channel of one element on which it delivers the moment of each expiry. The channel looks as if it had
// no buffer: its length and capacity are 0, and what is in it goes when the timer is stopped.
struct gf_timechan {
    struct gf_timer timer;
    struct go_chan *chan;
};

// Makes the channel, not yet armed. If `owned`, the channel's end stops the timer and frees t, which is malloc'ed.
void gf_timechan_init(struct gf_timechan *t, bool owned);
// Arms it for the first time, to deliver in d, and then every `period` if that is positive. From inside the runtime, as
// are the next. A timer without a channel (NULL) will do for all three.
void gf_timechan_start(struct m *m, struct gf_timechan *t, go_duration d, go_duration period);
// Disarms it and takes back what nobody has received. Returns whether either kept a moment from being received.
bool gf_timechan_stop(struct m *m, struct gf_timechan *t);
// The same, and arms it anew; for any number of threads at the same time, that stop and set it, it is one step.
bool gf_timechan_reset(struct m *m, struct gf_timechan *t, go_duration d, go_duration period);

// malloc, or the end of the program.
void *gf_time_alloc(size_t bytes);

#endif
