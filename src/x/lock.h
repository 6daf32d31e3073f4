// SPDX-License-Identifier: MIT
// The lock of an object whose sections are so short that nobody need sleep for one: some tens of instructions, without
// allocation, without a call of the program's, and without anything that enters the runtime, for a section is inside it.
// Against a go_mutex it saves the locked instruction of the unlock, and while one thread runs alone that of the lock
// too (sched/solo.h); and the entry counts, so that processors that only get in each other's way are found out
// (sched/crowd.c).
#ifndef GF_X_LOCK_H
#define GF_X_LOCK_H

#include "sched/sched.h"
#include "sched/solo.h"

static inline struct m *gf_x_lock(struct gf_lock *l)
{
    struct m *m = gf_enter();
    gf_solo_lock(m, l, GF_RANK_X);
    return m;
}

static inline void gf_x_unlock(struct m *m, struct gf_lock *l)
{
    gf_unlock(l);
    gf_leave(m);
}

#endif
