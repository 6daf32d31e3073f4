// SPDX-License-Identifier: MIT
// Timers: a 4-ary heap a processor, ordered by the moment of firing, each timer knowing its index so that
// stopping one takes O(log n) wherever it stands. A timer lives where its user likes (a parked frame, a
// channel); it is linked by pointer and never copied.
//
// Firing: the scheduler calls fire() inside the runtime with the heap's lock held. So once gf_timer_stop has
// returned, fire is not running and will not run, and the timer's memory may go. fire must be short: it neither blocks,
// nor starts or stops timers, nor calls the program. The goroutine that it returns, or NULL, is made ready after the
// unlock; several that are due at once become so in the order of their deadlines.
#ifndef GF_SCHED_TIMERHEAP_H
#define GF_SCHED_TIMERHEAP_H

#include "base/lock.h"

#include <stdbool.h>
#include <stdint.h>

struct g;
struct m;
struct gf_timers;

struct gf_timer {
    int64_t when;   // monotonic; [const] while armed
    int64_t period; // > 0: armed again by so much, on its grid; [const] while armed
    struct g *(*fire)(struct m *m, struct gf_timer *t, int64_t now);
    // The heap that it was armed in last, also after it has fired; NULL: never armed. [lock] that heap's; acquire
    // reads find out which lock.
    _Atomic(struct gf_timers *) heap;
    uint32_t index; // [lock] the heap's: its slot, or that it has none
};

struct gf_timer_slot {
    int64_t when;
    struct gf_timer *timer;
};

struct gf_timers {
    struct gf_lock lock; // protects all below
    uint32_t count, room;
    struct gf_timer_slot *slots; // 4-ary heap by `when`
    // The earliest deadline, INT64_MAX if none: [atomic] written under the lock, read by schedulers as a hint
    // (relaxed: who misses a change is woken by who made it, or is its own thread).
    _Atomic(int64_t) first;
    // No later than `first`: the thread that watches the clock knows it, or is told (sched/watch.c). A timer that is stopped or
    // fires leaves it as it is, so one that is set for later than another before it is no news. [atomic] as `first`.
    _Atomic(int64_t) watched;
};

// Arms a timer that is not armed, and that nobody else arms or stops at the same time; t->when, period and fire are
// set, and heap was NULL before its first use. INT64_MAX never fires and keeps nothing waiting. From inside the
// runtime, without the locks of objects.
void gf_timer_start(struct m *m, struct gf_timer *t);
// Disarms it; returns whether it was armed, that is, whether this call kept it from firing (once more). From inside
// the runtime, without the locks of objects.
bool gf_timer_stop(struct gf_timer *t);

// For who sets a timer that others may set or stop at the same time, or has to do something before it can fire again:
// gf_timer_take disarms it and keeps its heap locked until gf_timer_leave, or gf_timer_put, which arms it with the `when` and
// period that it has now. In between all others wait who stop it or take it. NULL: it was never armed; nothing is locked.
struct gf_timers *gf_timer_take(struct gf_timer *t, bool *was_armed);
void gf_timer_leave(struct gf_timers *h);
void gf_timer_put(struct m *m, struct gf_timers *h, struct gf_timer *t);

// Watches for the first timer that there is, if what is watched for is over by now. From inside the runtime, without locks.
void gf_timers_settle(struct m *m, struct gf_timers *h);

// Fires what is due in one heap; returns how many. For the scheduler.
int gf_timers_run(struct m *m, struct gf_timers *h, int64_t now);
// Moves all timers of a processor that goes away to another's heap; the world is stopped.
void gf_timers_move(struct gf_timers *from, struct gf_timers *to);

#endif
