// SPDX-License-Identifier: MIT
// A channel's representation, shared by chan/ and the rooms that wait on channels in their own way (select,
// timers). A waiter lives in the frame of the goroutine that waits and is linked into one of two FIFO queues;
// a hand-off copies straight between the two goroutines' memory, under the channel's lock.
//
// Invariants, under the lock: receivers wait only while the buffer is empty, senders only while it is full, so
// at most one of the queues holds waiters that could be served (a select may stand in both, and never pairs
// with itself); nobody waits on a closed channel.
//
// Free means free: the unlock is an operation's last access to the channel.
#ifndef GF_CHAN_CHAN_H
#define GF_CHAN_CHAN_H

#include "base/list.h"
#include "chan/race.h"
#include "sched/sched.h"
#include "sched/solo.h"

#include <gofer/chan.h>
#include <string.h>

// What makes a channel more than a queue: the timer behind a time channel.
struct gf_chan_class {
    bool hides_buffer;                   // len and cap say 0 (timer channels)
    void (*finalize)(struct go_chan *c); // the last reference goes; NULL: nothing to do
};

struct go_chan {
    struct gf_lock lock; // protects all below that has no other tag
    _Atomic(uint32_t)
        refs; // [atomic] references; acq_rel, so that the last one sees all others' uses
    bool closed;
    uint32_t elem_size;   // [const]
    uint64_t cap;         // [const] elements
    uint64_t count, head; // buffered elements, and the index of the oldest
    struct gf_list receivers, senders;
    const struct gf_chan_class *class; // [const] NULL for ordinary channels
    void *owner;                       // [const] for the class
    char *buffer;                      // [const] cap elements, behind the struct if they take room
    struct gf_race_of_chan race;       // see chan/race.h
};

struct gf_waiter {
    struct gf_list link; // [lock] the channel's
    struct g *g;
    void *slot; // where the value is (sender) or goes (receiver; NULL: dropped)
    struct go_chan *chan;
    uint32_t ticket; // of the select; see gf_claim
    uint32_t value;  // g->wake_value when this waiter is served with a value; see GF_WOKEN_*
    bool in_select;
    struct gf_race_of_waiter race; // see chan/race.h
};

// g->wake_value after a wake-up: which waiter (a select's case index) and whether with a value or by a close.
enum { GF_WOKEN_OK = 1, GF_WOKEN_SHIFT = 1 };

// The first waiter that is still there to be served: unlinked, and claimed if it belongs to a select. Waiters
// of selects that another party has claimed are dropped on the way. Sets its goroutine's wake_value.
struct gf_waiter *gf_waitq_take(struct gf_list *queue, bool ok);
// One waiter, which is being unlinked: the same. False if it was dropped.
bool gf_waiter_serve(struct gf_waiter *w, bool ok);

// The three things an operation can do without waiting, tried under the lock (which they leave held). Each
// returns false if it would have to wait. *wake is the goroutine to ready after the unlock, or NULL.
// gf_chan_put panics on a closed channel only through its caller: it returns true with *closed set.
bool gf_chan_put(struct go_chan *c, const void *v, struct g **wake, bool *closed);
bool gf_chan_get(struct go_chan *c, void *v, struct g **wake, bool *ok);

// Closes a channel that is open, under the lock of whoever alone may close it: takes the channel's lock, and appends all
// that wait to the chain behind *last, to be made ready (gf_ready_all) when no lock is held. Returns the chain's new end.
struct g **gf_chan_close(struct go_chan *c, struct g **last);

// For rooms above: a channel with a class. Inside or outside of the runtime; fatal when out of memory.
struct go_chan *gf_chan_new(size_t elem_size, int64_t cap, const struct gf_chan_class *class,
                            void *owner);

#endif
