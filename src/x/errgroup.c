// SPDX-License-Identifier: MIT
// The group: a wait group for the goroutines, a compare-and-swap for the first error, and a channel as the limit, with
// one element a running goroutine. A goroutine gives its place back before it counts down, so once a wait has returned
// the limit may change; the countdown is its last access to the group.
//
// How a goroutine ends decides what happens, in a deferred call: a return and go_exit give the place back and count
// down; a panic crashes the process first, as everywhere (sync/waitgroup.h).
#include "base/atomic.h"
#include "panic/misuse.h"
#include "sync/waitgroup.h"
#include "x/alloc.h"
#include "x/job.h"

#include <gofer/chan.h>
#include <gofer/panic.h>
#include <gofer/x/errgroup.h>
#include <stdio.h>

struct go_errgroup {
    go_context *ctx; // [const] NULL without a parent
    GO_CHAN(go_unit)
    places; // one element a running goroutine; NULL: no limit. Changes while none runs
    go_waitgroup running;
    _Atomic(int) err; // [atomic] the first one, never changed again
};

struct task {
    go_errgroup *group;
    struct go_kept_call job;
};

go_errgroup *go_errgroup_new(go_context *parent)
{
    go_errgroup *g = gf_x_alloc(sizeof *g);
    if (parent)
        g->ctx = go_context_with_cancel(parent);
    return g;
}

void go_errgroup_free(go_errgroup *g)
{
    if (!g)
        return;
    go_context_free(g->ctx);
    go_chan_free(g->places);
    free(g);
}

go_context *go_errgroup_context(go_errgroup *g)
{
    return g->ctx;
}

// --- The goroutine ---

static void note_error(go_errgroup *g, int err)
{
    int none = 0;
    // Release: pairs with the acquire of the wait, which need not have seen this goroutine's countdown yet.
    if (gf_cas_release(&g->err, &none, err) && g->ctx)
        go_context_cancel_cause(g->ctx, err);
}

static void finish(struct task *t)
{
    go_errgroup *g = t->group;
    free(t->job.large);
    free(t);
    if (g->places)
        go_chan_recv(g->places, NULL);
    gf_waitgroup_finish(&g->running);
}

static void run(struct task *t)
{
    GO_DEFER(finish, t);
    int err = gf_x_run(&t->job);
    if (err)
        note_error(t->group, err);
}

// --- Starting one, which has its place ---

static void start(go_errgroup *g, const struct go_kept_call *job, void *pc)
{
    struct task *t = gf_x_alloc_unset(sizeof *t);
    *t = (struct task){.group = g, .job = *job};
    struct go_call outer = {.fn = (void *)run, .reg = {(uint64_t)t}};
    go_waitgroup_add(&g->running, 1);
    go_spawn_(&outer, NULL, pc);
}

void go_errgroup_go_(go_errgroup *g, struct go_kept_call job)
{
    gf_x_check(&job);
    if (g->places)
        go_chan_send(g->places, GO_UNIT);
    start(g, &job, __builtin_return_address(0));
}

bool go_errgroup_try_go_(go_errgroup *g, struct go_kept_call job)
{
    gf_x_check(&job);
    if (g->places && !go_chan_try_send(g->places, GO_UNIT)) {
        free(job.large);
        return false;
    }
    start(g, &job, __builtin_return_address(0));
    return true;
}

void go_errgroup_set_limit(go_errgroup *g, int n)
{
    size_t active = go_chan_len(g->places);
    if (gf_unlikely(active > 0)) {
        char text[96];
        snprintf(text, sizeof text,
                 "errgroup: modify limit while %zu goroutines in the group are still active",
                 active);
        gf_panic_runtime(text);
    }
    go_chan_free(g->places);
    g->places = n < 0 ? NULL : GO_CHAN_MAKE(go_unit, n);
}

int go_errgroup_wait(go_errgroup *g)
{
    go_waitgroup_wait(&g->running);
    int err = gf_load_acquire(&g->err); // pairs with the release in note_error
    if (g->ctx)
        go_context_cancel_cause(g->ctx, err);
    return err;
}
