// SPDX-License-Identifier: MIT
// Goroutines as the race detector sees them: each is a fiber with its own past, which is that of the go statement. What
// the scheduler does on its own account (timers that fire, descriptors that become ready, signals) has no past: such a
// section is muted, and a goroutine that it starts has none either, but for the origin that its timer, say, names. In
// builds that are not for -race all of this is empty. See base/race.h.
#ifndef GF_SCHED_RACE_H
#define GF_SCHED_RACE_H

#include "os/os.h"
#include "sched/m.h"

#if GF_RACE

// From here to gf_race_unmute what this thread does orders nothing. May nest; nothing parks in between.
void gf_race_mute(struct m *m);
void gf_race_unmute(struct m *m);
// The next goroutine that this thread starts is ordered behind the releases at this address.
void gf_race_origin(struct m *m, const void *p);

// For the life of a goroutine: at the go statement, at its first step, and before its stack serves another.
void gf_race_spawned(struct m *m, struct g *g);
void gf_race_begins(struct g *g);
// Thread sanitizer keeps a signal until the program calls something of its own. The handler that has been installed for this
// one is called at once if the program's own code is interrupted, and only otherwise by and by.
void gf_race_signal_at_once(int sig, gf_os_signal_handler *handler);
// When the runtime starts, before the first goroutine.
void gf_race_start(void);
void gf_race_forget(void *stack, size_t bytes);

// `woken`, which waits, is ordered behind what the caller has done. Before gf_ready.
static inline void gf_race_wake(struct g *woken)
{
    gf_race_publish(&woken->woken);
}

static inline void gf_race_wake_all(struct g *chain)
{
    for (; chain; chain = chain->next)
        gf_race_wake(chain);
}

// After the park, if the waker has said gf_race_wake.
static inline void gf_race_woken(void)
{
    gf_race_observe(&gf_self()->g->woken);
}

#else

#define gf_race_mute(m) ((void)(m))
#define gf_race_unmute(m) ((void)(m))
#define gf_race_origin(m, p) ((void)(m), (void)(p))
#define gf_race_spawned(m, g) ((void)(m), (void)(g))
#define gf_race_begins(g) ((void)(g))
#define gf_race_start() ((void)0)
#define gf_race_signal_at_once(sig, handler) ((void)0)
#define gf_race_forget(stack, bytes) ((void)(stack), (void)(bytes))
#define gf_race_wake(woken) ((void)(woken))
#define gf_race_wake_all(chain) ((void)(chain))
#define gf_race_woken() ((void)0)

#endif

#endif
