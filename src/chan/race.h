// SPDX-License-Identifier: MIT
// Channels as the race detector sees them, in Go's memory model and no more: a send happens before its receive
// completes; a receive from a channel with room for C before the (k+C)-th send completes, so an unbuffered receive
// before its send does; a close before a receive that finds it. And a send is a read of the channel, a close a write,
// so that an unordered pair of them is a race itself. Nothing else orders: no length, no attempt that came too early.
//
// Channels of timers take no part: what fires them has no past (sched/race.h), and their receivers are ordered behind
// the setting of the timer, which is a release at the channel's address.
//
// All of these under the channel's lock unless said. In builds that are not for -race all of this is empty.
#ifndef GF_CHAN_RACE_H
#define GF_CHAN_RACE_H

#include "sched/race.h"

struct go_chan;
struct gf_waiter;

#if GF_RACE

// Of a channel. Bytes stand for what is ordered; see race.c.
struct gf_race_of_chan {
    struct gf_race_place *places;  // [lock] as many as the buffer has, up to a limit
    uint64_t sends, receives;      // [lock] so far, handed over or through the buffer
    unsigned char closing, access; // the close, and the channel as a variable
    bool shared;                   // [atomic] there has been a second reference; relaxed: a hint
};

// Of a waiter.
struct gf_race_of_waiter {
    unsigned char *past; // what it did before it waited; whoever serves it takes this over
    uint32_t bytes;      // of an element
};

void gf_chan_race_init(struct go_chan *c); // no lock: it is new
void gf_chan_race_end(struct go_chan *c);  // no lock: it goes
// The caller puts a value into the buffer, or takes one out.
void gf_chan_race_put(struct go_chan *c);
void gf_chan_race_get(struct go_chan *c);
// The caller is about to wait; and has waited, or need not (no lock).
void gf_chan_race_parks(struct go_chan *c, struct gf_waiter *w);
void gf_chan_race_parked(struct gf_waiter *w);
// The caller serves a waiter: hands it a value; takes its value, or moves that into the buffer.
void gf_chan_race_to_receiver(struct go_chan *c, struct gf_waiter *w);
void gf_chan_race_from_sender(struct go_chan *c, struct gf_waiter *w);
// The caller closes it, or finds it closed. The first also wakes the waiters of both kinds, by gf_race_wake.
void gf_chan_race_close(struct go_chan *c);
void gf_chan_race_finds_closed(struct go_chan *c);

#define gf_chan_race_bytes(w) ((w)->race.bytes)
#define gf_chan_race_share(c) __atomic_store_n(&(c)->race.shared, true, __ATOMIC_RELAXED)
// Functions of the program's, with their return address. No lock.
#define gf_chan_race_sends(c, pc) gf_race_read(&(c)->race.access, 1, pc)
#define gf_chan_race_sent(c) gf_race_was_read(&(c)->race.access, 1)
#define gf_chan_race_closes(c, pc) gf_race_write(&(c)->race.access, 1, pc)
#define gf_chan_race_frees(c, pc)                                                                  \
    do {                                                                                           \
        if (!(c)->race.shared && !(c)->class)                                                      \
            gf_race_write(&(c)->race.access, 1, pc);                                               \
    } while (0)

#else

struct gf_race_of_chan {
};
struct gf_race_of_waiter {
};

#define gf_chan_race_init(c) ((void)(c))
#define gf_chan_race_end(c) ((void)(c))
#define gf_chan_race_put(c) ((void)(c))
#define gf_chan_race_get(c) ((void)(c))
#define gf_chan_race_parks(c, w) ((void)(c), (void)(w))
#define gf_chan_race_parked(w) ((void)(w))
#define gf_chan_race_to_receiver(c, w) ((void)(c), (void)(w))
#define gf_chan_race_from_sender(c, w) ((void)(c), (void)(w))
#define gf_chan_race_close(c) ((void)(c))
#define gf_chan_race_finds_closed(c) ((void)(c))
#define gf_chan_race_bytes(w) 0
#define gf_chan_race_share(c) ((void)(c))
#define gf_chan_race_sends(c, pc) ((void)(c))
#define gf_chan_race_sent(c) ((void)(c))
#define gf_chan_race_closes(c, pc) ((void)(c))
#define gf_chan_race_frees(c, pc) ((void)(c))

#endif

#endif
