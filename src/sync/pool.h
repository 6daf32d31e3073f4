// SPDX-License-Identifier: MIT
// What pools are to other rooms: the short roads of go_pool_get and go_pool_put for who is inside the runtime already, so
// that they cost no entries of their own.
#ifndef GF_SYNC_POOL_H
#define GF_SYNC_POOL_H

#include "sched/epoch.h"

#include <gofer/pool.h>

// Takes an object that lies ready for this processor; NULL: none does, or it is time for a look around, and go_pool_get is
// to be called, from outside of the runtime. In a section of sched/epoch.h, without locks. The race detector is told nothing.
void *gf_pool_take(struct m *m, go_pool *p);

// Puts an object there; false: it does not fit, and is for go_pool_put. As gf_pool_take.
bool gf_pool_give(struct m *m, go_pool *p, void *x);

#endif
