// SPDX-License-Identifier: MIT
// The mutex as the rest of the room sees it: a condition gives it up on the way to its park, without leaving the
// runtime in between, for from the moment it is queued somebody may wake it.
#ifndef GF_SYNC_MUTEX_H
#define GF_SYNC_MUTEX_H

#include "sched/sched.h"

#include <gofer/sync.h>

// Unlocks from inside the runtime. Parks never.
void gf_mutex_unlock(struct m *m, go_mutex *mu);

#endif
