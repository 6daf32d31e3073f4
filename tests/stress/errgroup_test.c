// SPDX-License-Identifier: MIT
// Groups by the thousand, made by goroutines and foreign threads, with limits, tries, errors, exits and parents that end at
// any moment: no more run at once than may, each that was started has ended when the wait returns, and the error is that of
// one that failed.
#include "support/disturbed.h"
#include "support/test.h"

#include <errno.h>

enum how { SUCCEEDS, YIELDS, EXITS, FAILS, WAITS_FOR_CONTEXT, HOWS };

// What one group's goroutines have done.
struct tally {
    int limit; // below zero: none
    atomic_int running, ended, failed;
};

static void end(struct tally *t)
{
    atomic_fetch_add(&t->ended, 1);
    atomic_fetch_sub(&t->running, 1);
}

static int fail(struct tally *t, int err)
{
    atomic_fetch_add(&t->failed, 1);
    return err;
}

static int work(struct tally *t, go_context *ctx, enum how how)
{
    int running = atomic_fetch_add(&t->running, 1) + 1;
    defer(end, t);
    CHECK(t->limit < 0 || running <= t->limit);
    switch (how) {
    case YIELDS:
        go_yield();
        return 0;
    case EXITS:
        go_exit();
    case FAILS:
        return fail(t, -EIO);
    case WAITS_FOR_CONTEXT:
        chan_recv(go_context_done(ctx));
        return fail(t, go_context_err(ctx));
    default:
        return 0;
    }
}

// Starts up to 11 goroutines; returns how many.
static int start_some(go_errgroup *g, struct tally *t, uint32_t *seed)
{
    int started = 0;
    for (uint32_t n = test_random(seed, 12); n > 0; n--) {
        enum how how = (enum how)test_random(seed, HOWS);
        if (test_random(seed, 3) == 0) {
            started += go_errgroup_try_go(g, work, t, go_errgroup_context(g), how);
        } else {
            go_errgroup_go(g, work, t, go_errgroup_context(g), how);
            started++;
        }
    }
    return started;
}

static void use_a_group(uint32_t *seed)
{
    struct tally t = {.limit = (int)test_random(seed, 5)};
    if (t.limit == 0)
        t.limit = -1;
    go_context *parent = go_context_with_timeout(go_context_background(),
                                                 test_random(seed, 300) * GO_MICROSECOND);
    go_errgroup *g = go_errgroup_new(parent);
    go_errgroup_set_limit(g, t.limit);
    int started = start_some(g, &t, seed);
    int err = go_errgroup_wait(g);
    int failed = atomic_load(&t.failed);
    CHECK_EQ(atomic_load(&t.ended), started);
    CHECK_EQ(atomic_load(&t.running), 0);
    CHECK_EQ(err != 0, failed > 0);
    CHECK(err == 0 || err == -EIO || err == -ETIMEDOUT || err == -ECANCELED);
    // Its context has ended with that error, unless the parent was faster.
    CHECK(go_context_err(go_errgroup_context(g)) != 0);
    CHECK(err == 0 || go_context_cause(go_errgroup_context(g)) == err ||
          go_context_err(parent) != 0);
    go_errgroup_free(g);
    go_context_free(parent);
}

static void use_groups(long me, long rounds)
{
    uint32_t seed = (uint32_t)me;
    for (long i = 0; i < rounds; i++)
        use_a_group(&seed);
}

TEST_LONG(groups_wait_for_all_keep_their_limit_and_report_an_error_that_was, 120)
{
    test_short_slices();
    test_run_disturbed(use_groups, 8, (long)test_rounds(1500));
    WAIT_UNTIL(go_num_goroutine() == 1);
}
