// SPDX-License-Identifier: MIT
// Bound calls whose result counts. The replay leaves the result registers of the function as they are, so that
// declaring it by another name with another type is all it takes.
#ifndef GF_X_JOB_H
#define GF_X_JOB_H

#include "base/assert.h"
#include "sched/sched.h"

#include <stdlib.h>

// Replays a call of a function that returns int.
int gf_x_replay_int(const struct go_call *call) __asm__("gf_arch_replay");

// Runs a kept call that returns int. The record may be freed from then on, but for its large part.
static inline int gf_x_run(const struct go_kept_call *job)
{
    return gf_x_replay_int(gf_kept(job));
}

// A NULL function is found where it is bound, as go does.
static inline void gf_x_check(const struct go_kept_call *job)
{
    if (gf_unlikely(!job->call.fn))
        gf_fatal("go of nil func value");
}

#endif
