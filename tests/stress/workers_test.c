// SPDX-License-Identifier: MIT
// Worker pools with jobs that return, fail, panic, exit and submit others, brought by goroutines and foreign threads that
// wait, do not wait, or give up: no more run at once than may, each accepted job runs once or is counted as abandoned, and
// each error is delivered or counted.
#include "support/disturbed.h"
#include "support/test.h"

#include <errno.h>

enum { WORKERS = 3, QUEUE = 4 };

enum how { RETURNS, YIELDS, FAILS, PANICS, EXITS, SUBMITS, HOWS };

// A pool and what has become of its jobs.
struct office {
    go_workers *pool;
    atomic_long accepted, ran, failed, running;
};

static void end(struct office *o)
{
    atomic_fetch_sub(&o->running, 1);
    atomic_fetch_add(&o->ran, 1);
}

static void count_accepted(struct office *o, int err)
{
    CHECK(err == 0 || err == -EAGAIN || err == -ESHUTDOWN || err == -ETIMEDOUT);
    if (err == 0)
        atomic_fetch_add(&o->accepted, 1);
}

static int job(struct office *o, enum how how)
{
    CHECK(atomic_fetch_add(&o->running, 1) < WORKERS);
    defer(end, o);
    switch (how) {
    case YIELDS:
        go_yield();
        return 0;
    case FAILS:
        atomic_fetch_add(&o->failed, 1);
        return -EIO;
    case PANICS:
        atomic_fetch_add(&o->failed, 1);
        go_panic("a job");
    case EXITS:
        go_exit();
    case SUBMITS:
        count_accepted(o, go_workers_submit(o->pool, job, o, RETURNS));
        return 0;
    default:
        return 0;
    }
}

static void submit_somehow(struct office *o, uint32_t *seed)
{
    enum how how = (enum how)test_random(seed, HOWS);
    uint32_t way = test_random(seed, 3);
    if (way == 0) {
        count_accepted(o, go_workers_submit(o->pool, job, o, how));
    } else if (way == 1) {
        count_accepted(o, go_workers_submit_wait(o->pool, NULL, job, o, how));
    } else {
        go_context *ctx = go_context_with_timeout(go_context_background(),
                                                  test_random(seed, 100) * GO_MICROSECOND);
        count_accepted(o, go_workers_submit_wait(o->pool, ctx, job, o, how));
        go_context_free(ctx);
    }
}

static go_workers *new_pool(int errors)
{
    return go_workers_new(
        (go_workers_options){.workers = WORKERS, .queue = QUEUE, .errors = errors});
}

// --- One pool for all ---

static struct office common;
static atomic_long errors_seen;

static void submit_to_common(long me, long rounds)
{
    uint32_t seed = (uint32_t)me;
    for (long i = 0; i < rounds; i++)
        submit_somehow(&common, &seed);
}

static void read_errors(recv_chan(go_job_error) errors)
{
    chan_range(e, errors) {
        CHECK(e.err == -EIO || (e.err == -EFAULT && strcmp(e.message, "a job") == 0));
        atomic_fetch_add(&errors_seen, 1);
    }
    chan_free(errors);
}

TEST_LONG(accepted_jobs_run_once_and_no_error_is_lost, 120)
{
    test_short_slices();
    common.pool = new_pool(8);
    go(read_errors, chan_ref(go_workers_errors(common.pool)));
    test_run_disturbed(submit_to_common, 8, (long)test_rounds(3000));
    CHECK_EQ(go_workers_shutdown(common.pool, NULL), 0);
    CHECK_EQ(go_workers_abandoned(common.pool), 0);
    WAIT_UNTIL(go_num_goroutine() == 1);
    CHECK_EQ(atomic_load(&common.ran), atomic_load(&common.accepted));
    CHECK_EQ(atomic_load(&errors_seen) + (long)go_workers_errors_dropped(common.pool),
             atomic_load(&common.failed));
    go_workers_free(common.pool);
}

// --- Shutdowns at any moment ---

static void submit_until_shutdown(struct office *o, uint32_t seed)
{
    int err;
    do {
        err = go_workers_submit(o->pool, job, o, RETURNS);
        count_accepted(o, err);
        submit_somehow(o, &seed);
        go_yield();
    } while (err != -ESHUTDOWN);
}

static void shut_down(struct office *o, uint32_t *seed)
{
    go_context *ctx = go_context_with_timeout(go_context_background(),
                                              test_random(seed, 200) * GO_MICROSECOND);
    int err = go_workers_shutdown(o->pool, ctx);
    CHECK(err == 0 || err == go_context_err(ctx));
    CHECK_EQ(go_workers_submit(o->pool, job, o, RETURNS), -ESHUTDOWN);
    go_context_free(ctx);
}

static void open_and_shut(long me, long rounds)
{
    uint32_t seed = (uint32_t)me;
    for (long i = 0; i < rounds; i++) {
        struct office o = {.pool = new_pool(0)};
        go_waitgroup wg = {0};
        go_waitgroup_go(&wg, submit_until_shutdown, &o, seed);
        for (uint32_t n = test_random(&seed, 20); n > 0; n--)
            submit_somehow(&o, &seed);
        shut_down(&o, &seed);
        if (test_random(&seed, 2))
            shut_down(&o, &seed);
        go_waitgroup_wait(&wg);
        CHECK_EQ(go_workers_shutdown(o.pool, NULL), 0);
        CHECK_EQ(atomic_load(&o.ran) + (long)go_workers_abandoned(o.pool),
                 atomic_load(&o.accepted));
        CHECK_EQ((long)go_workers_errors_dropped(o.pool), atomic_load(&o.failed));
        go_workers_free(o.pool);
    }
}

TEST_LONG(what_a_shutdown_does_not_run_it_counts, 120)
{
    test_short_slices();
    test_run_disturbed(open_and_shut, 6, (long)test_rounds(300));
    WAIT_UNTIL(go_num_goroutine() == 1);
}
