// SPDX-License-Identifier: MIT
// What the files of signal/ share. From a signal to a channel in three steps: the handler (catch.c) marks it as pending
// and writes to an event descriptor, which is all that a handler may do; the thread that polls takes what is pending and
// sends it to the listeners (listen.c); who asks for what is notify.c.
//
// Order of the locks: notify.c's mutex, under which all that changes happens one at a time; then the list's lock.
#ifndef GF_SIGNAL_SIGNAL_H
#define GF_SIGNAL_SIGNAL_H

#include "sched/sched.h"

#include <gofer/signal.h>

// Signals as bits: bit sig - 1.
typedef uint64_t gf_signals;
enum { GF_MOST_SIGNALS = 64 };
static inline gf_signals gf_signal_bit(int sig)
{
    return (gf_signals)1 << (sig - 1);
}

// --- catch.c: dispositions and the handler. All but gf_caught_take are called under notify.c's mutex ---

// Directs these signals to the listeners. Fatal if there is no descriptor left for the event.
void gf_catch(gf_signals set);
// Gives these signals their former effect, or none; returns once no handler is at work any more that might have marked
// one of them as pending.
void gf_catch_no_more(gf_signals set, bool ignore);
// Takes what is pending.
gf_signals gf_caught_take(void);

// --- listen.c: the listeners ---

// Sends all that is pending to those who listen; returns the goroutines that this wakes, a chain for gf_ready_all. Inside
// the runtime, without locks.
struct g *gf_signals_deliver(void);
// Adds to what a channel gets. From outside, as are the others.
void gf_listen(struct go_chan *c, gf_signals set);
// What it gets: nothing if it is no listener.
gf_signals gf_listened_by(const struct go_chan *c);
// What others get.
gf_signals gf_listened_by_others(const struct go_chan *c);
// Takes signals from one channel, or from all (NULL). What is pending is delivered first; nothing of them is sent after
// it has returned.
void gf_listen_no_more(struct go_chan *c, gf_signals set);

#endif
