// SPDX-License-Identifier: MIT
// Deadlines: never early, the earliest one wins, the past one is over at once, a cancel stops the timer, the cause of a
// deadline counts only if the deadline fired, and moments from the wall clock or at the end of time.
#include "support/test.h"

TEST(timeout_ends_the_context_not_early_with_deadline_exceeded)
{
    go_time start = go_now(), deadline;
    go_context *ctx = go_context_with_timeout(go_context_background(), 3 * GO_MILLISECOND);
    CHECK(go_context_deadline(ctx, &deadline));
    chan_recv(go_context_done(ctx));
    CHECK(go_since(start) >= 3 * GO_MILLISECOND);
    CHECK(go_until(deadline) <= 0);
    CHECK_EQ(go_context_err(ctx), -ETIMEDOUT);
    CHECK_EQ(go_context_cause(ctx), -ETIMEDOUT);
    go_context_free(ctx);
}

TEST(cause_of_a_deadline_counts_if_the_deadline_fired)
{
    go_context *ctx = go_context_with_timeout_cause(go_context_background(), GO_MILLISECOND,
                                                    -EBUSY);
    go_context *child = go_context_with_cancel(ctx);
    chan_recv(go_context_done(child));
    CHECK_EQ(go_context_err(ctx), -ETIMEDOUT);
    CHECK_EQ(go_context_cause(ctx), -EBUSY);
    CHECK_EQ(go_context_err(child), -ETIMEDOUT);
    CHECK_EQ(go_context_cause(child), -EBUSY);
    go_context_free(child);
    go_context_free(ctx);
}

TEST(cause_of_a_deadline_does_not_count_after_a_cancel)
{
    go_context *ctx = go_context_with_timeout_cause(go_context_background(), GO_HOUR, -EBUSY);
    go_context_cancel(ctx);
    CHECK_EQ(go_context_err(ctx), -ECANCELED);
    CHECK_EQ(go_context_cause(ctx), -ECANCELED);
    go_context_free(ctx);
}

TEST(earlier_deadline_of_the_parent_wins)
{
    go_time at, t;
    go_context *parent = go_context_with_timeout(go_context_background(), GO_MILLISECOND);
    go_context *child = go_context_with_timeout_cause(parent, GO_HOUR, -EBUSY);
    CHECK(go_context_deadline(parent, &at));
    CHECK(go_context_deadline(child, &t));
    CHECK_EQ(go_time_sub(at, t), 0);
    chan_recv(go_context_done(child));
    CHECK_EQ(go_context_cause(child), -ETIMEDOUT);
    go_context_free(child);
    go_context_free(parent);
}

TEST(earlier_deadline_of_the_child_wins_and_leaves_the_parent_alone)
{
    go_context *parent = go_context_with_timeout(go_context_background(), GO_HOUR);
    go_context *child = go_context_with_timeout(parent, GO_MILLISECOND);
    chan_recv(go_context_done(child));
    CHECK_EQ(go_context_err(child), -ETIMEDOUT);
    CHECK_EQ(go_context_err(parent), 0);
    go_context_free(child);
    go_context_free(parent);
}

TEST(value_context_shows_the_deadline_above_it)
{
    go_time t = go_time_add(go_now(), GO_HOUR), shown;
    go_context *parent = go_context_with_deadline(go_context_background(), t);
    go_context *child = go_context_with_value(parent, &t, &t);
    CHECK(go_context_deadline(child, &shown));
    CHECK_EQ(go_time_sub(t, shown), 0);
    go_context_free(child);
    go_context_free(parent);
}

TEST(past_deadline_gives_an_ended_context)
{
    go_context *ctx = go_context_with_deadline_cause(go_context_background(),
                                                     go_time_add(go_now(), -GO_SECOND), -EBUSY);
    CHECK_EQ(go_context_err(ctx), -ETIMEDOUT);
    CHECK_EQ(go_context_cause(ctx), -EBUSY);
    CHECK(!chan_recv(go_context_done(ctx), NULL));
    go_context_free(ctx);
    ctx = go_context_with_timeout(go_context_background(), 0);
    CHECK_EQ(go_context_err(ctx), -ETIMEDOUT);
    go_context_free(ctx);
}

TEST(deadline_by_the_wall_clock_alone_counts)
{
    go_time t = go_time_add(go_now(), 2 * GO_MILLISECOND);
    t.monotonic = 0;
    go_context *ctx = go_context_with_deadline(go_context_background(), t);
    chan_recv(go_context_done(ctx));
    CHECK_EQ(go_context_err(ctx), -ETIMEDOUT);
    go_context_free(ctx);
}

TEST(largest_timeout_never_ends)
{
    go_context *ctx = go_context_with_timeout(go_context_background(), INT64_MAX);
    CHECK_EQ(go_context_err(ctx), 0);
    CHECK(go_context_deadline(ctx, NULL));
    go_context_free(ctx);
}

// A pending timer would keep the deadlock from being seen.
static void cancel_and_block(void)
{
    // vet: allow lostcancel: it is never woken
    go_context *ctx = go_context_with_timeout(go_context_background(), GO_HOUR);
    go_context_cancel(ctx);
    chan_recv((chan(int))NULL);
}

TEST(cancelled_timeout_leaves_no_timer_behind)
{
    EXPECT_FATAL(cancel_and_block, "fatal error: all goroutines are asleep - deadlock!");
}

// Whatever comes first, the timer or the free, the other finds it done.
TEST(deadline_that_races_with_the_free_does_no_harm)
{
    go_maxprocs(2);
    for (size_t i = 0; i < test_rounds(2000); i++) {
        go_context *ctx = go_context_with_timeout(go_context_background(),
                                                  (int64_t)(i % 40) * GO_MICROSECOND);
        go_context *child = go_context_with_timeout(ctx, (int64_t)(i % 30) * GO_MICROSECOND);
        go_yield();
        go_context_free(ctx);
        CHECK(go_context_err(child) != 0);
        go_context_free(child);
    }
}

static void wait_and_free(go_context *ctx, go_waitgroup *wg)
{
    chan_recv(go_context_done(ctx));
    CHECK_EQ(go_context_err(ctx), -ETIMEDOUT);
    go_context_free(ctx);
    go_waitgroup_done(wg);
}

TEST(many_timeouts_each_end_their_own)
{
    enum { MANY = 2000 };
    go_waitgroup wg = {0};
    go_waitgroup_add(&wg, MANY);
    for (int i = 0; i < MANY; i++)
        go(wait_and_free, go_context_with_timeout(go_context_background(), i % 20 * GO_MILLISECOND),
           &wg);
    go_waitgroup_wait(&wg);
}
