// SPDX-License-Identifier: MIT
// The mutex as the rest of the room sees it: a condition gives it up on the way to its park, without leaving the
// runtime in between, for from the moment it is queued somebody may wake it.
#ifndef GF_SYNC_MUTEX_H
#define GF_SYNC_MUTEX_H

#include "sched/sched.h"

#include <gofer/sync.h>

// Unlocks from inside the runtime. Parks never.
void gf_mutex_unlock(struct m *m, go_mutex *mu);

// For locks of the library's own, which are none of the program's business: the race detector does not hear of them.
static inline void gf_mutex_lock_inside(go_mutex *mu)
{
    gf_race_quiet();
    go_mutex_lock(mu);
    gf_race_speak();
}

static inline void gf_mutex_unlock_inside(go_mutex *mu)
{
    gf_race_quiet();
    go_mutex_unlock(mu);
    gf_race_speak();
}

#endif
