// SPDX-License-Identifier: MIT
// The network poller as the scheduler sees it: sources of readiness, edge-triggered. A source is embedded in a
// descriptor's record (io/), which is never freed, only reused with a new generation in the tag. Nothing is ever taken
// off: the kernel does that when the descriptor is closed, and an event that comes late finds another generation.
#ifndef GF_SCHED_POLLER_H
#define GF_SCHED_POLLER_H

#include "sched/sched.h"

struct gf_poll_source {
    // Called inside the runtime, by the thread that polls: takes the goroutines that these events (POLLIN…) wake and
    // returns them, linked by g->next, or NULL. `generation` is the one given at the registration.
    struct g *(*wake)(struct gf_poll_source *s, uint32_t generation, uint32_t events);
};

enum { GF_POLL_GENERATIONS = 1 << 16 };

// Watches a descriptor for both directions, edge-triggered; what is ready already counts as an event. The first call
// opens the poller. `generation` is below GF_POLL_GENERATIONS. Returns 0 or a negative errno; -EPERM for what cannot be
// polled.
int gf_poller_add(int fd, struct gf_poll_source *s, uint32_t generation);
// The same, with generation 0, for one that may be watched already, or was under the same number: it is from now on, and
// what is ready now counts as an event.
int gf_poller_renew(int fd, struct gf_poll_source *s);

// Whether the poller is open: then an idle thread sleeps in it.
bool gf_poller_in_use(void);
// Goroutines that wait for a descriptor, counted by the descriptor records, and one while anybody listens to signals. A deadlock needs this to be 0.
void gf_poller_count_waiter(int change);
int gf_poller_waiters(void);

// Makes ready what can be, without waiting. Called by busy threads between goroutines, and by sysmon.
void gf_poller_look(struct m *m);
// Waits until `deadline`; returns what has become ready.
struct g *gf_poller_wait(struct m *m, int64_t deadline);
// Ends the wait of another thread.
void gf_poller_break(void);
// When the poller was looked at last, monotonic.
int64_t gf_poller_looked_at(void);
// How many goroutines it has made ready so far.
uint64_t gf_poller_wakeups(void);

#endif
