// SPDX-License-Identifier: MIT
// First wins. The race lives in the caller's frame, for the caller waits for all runners; each of them has a copy of
// the bound call, in which it puts its own place for the result, its index and the common context: the first three
// integer arguments, whatever follows them. A compare-and-swap on `winner` decides.
#include "base/atomic.h"
#include "base/race.h"
#include "sync/waitgroup.h"
#include "x/alloc.h"
#include "x/job.h"

#include <errno.h>
#include <gofer/panic.h>
#include <gofer/x/first.h>

enum { NOBODY = -1 };

struct race {
    go_context *ctx; // [const] the runners'
    void **result;   // [const] for the winner; NULL: not wanted
    go_waitgroup runners;
    _Atomic(int) winner;     // [atomic] NOBODY, until the first success
    _Atomic(int) last_error; // [atomic] of who failed last
};

struct runner {
    struct race *race;
    int index;
    void *result;
    struct go_kept_call job;
};

static void finish(struct race *race, struct runner *r, int err)
{
    int nobody = NOBODY;
    if (err) {
        gf_store_relaxed(&race->last_error, err); // relaxed: read after the wait, which orders it
    } else if (gf_cas_relaxed(&race->winner, &nobody, r->index)) { // relaxed: only who wins counts
        if (race->result)
            *race->result = r->result;
        go_context_cancel(race->ctx);
    }
}

static void end_runner(struct runner *r)
{
    struct race *race = r->race;
    free(r->job.large);
    free(r);
    gf_waitgroup_finish(&race->runners);
}

static void run(struct runner *r)
{
    struct race *race = r->race;
    GO_DEFER(end_runner, r);
    struct go_call *call = r->job.large ? r->job.large : &r->job.call;
    call->reg[0] = (uint64_t)&r->result;
    call->reg[1] = (uint64_t)(uint32_t)r->index;
    call->reg[2] = (uint64_t)race->ctx;
    finish(race, r, gf_x_replay_int(call));
}

static void start(struct race *race, int index, const struct go_kept_call *job, void *pc)
{
    struct runner *r = gf_x_alloc_unset(sizeof *r);
    *r = (struct runner){.race = race, .index = index, .job = *job};
    if (job->large)
        r->job.large = gf_call_copy(job->large);
    struct go_call outer = {.fn = (void *)run, .reg = {(uint64_t)r}};
    go_spawn_(&outer, NULL, pc);
}

// Starts n runners, waits for all, and returns the winner's 0 or the last one's error.
static int run_race(struct race *race, int n, const struct go_kept_call *job, void *pc)
{
    go_waitgroup_add(&race->runners, n);
    for (int i = 0; i < n; i++)
        start(race, i, job, pc);
    go_waitgroup_wait(&race->runners);
    // Relaxed: the wait has ordered both.
    return gf_load_relaxed(&race->winner) == NOBODY ? gf_load_relaxed(&race->last_error) : 0;
}

int go_first_(go_context *ctx, void **result, int n, struct go_kept_call job)
{
    int err = -EINVAL;
    gf_x_check(&job);
    if (n > 0) {
        struct race race = {.result = result, .winner = NOBODY, .last_error = -ECANCELED};
        race.ctx = go_context_with_cancel(ctx ? ctx : go_context_background());
        err = run_race(&race, n, &job, __builtin_return_address(0));
        go_context_free(race.ctx);
        if (result && err == 0)
            gf_race_write(result, sizeof *result, __builtin_return_address(0));
    }
    free(job.large);
    return err;
}
