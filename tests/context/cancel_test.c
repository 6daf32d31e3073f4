// SPDX-License-Identifier: MIT
// How contexts end: cancel is idempotent and the first one counts, it reaches the whole subtree before it returns and
// never a parent or a sibling, and whoever sees an error finds the done channel closed. Causes, detached contexts, trees
// of great width and depth, and many parties that end overlapping subtrees at once.
#include "support/test.h"

#include <limits.h>

static bool is_done(go_context *ctx)
{
    return chan_try_recv(go_context_done(ctx), NULL) == GO_CLOSED;
}

static bool is_live(go_context *ctx)
{
    return go_context_err(ctx) == 0 && go_context_cause(ctx) == 0 &&
           chan_try_recv(go_context_done(ctx), NULL) == GO_WOULD_BLOCK;
}

TEST(background_and_todo_never_end_and_have_no_deadline_and_no_value)
{
    go_context *roots[] = {go_context_background(), go_context_todo()};
    for (int i = 0; i < 2; i++) {
        go_context_cancel(roots[i]);
        go_context_free(go_context_ref(roots[i]));
        go_context_free(roots[i]);
        CHECK(go_context_done(roots[i]) == NULL);
        CHECK_EQ(go_context_err(roots[i]), 0);
        CHECK_EQ(go_context_cause(roots[i]), 0);
        CHECK(!go_context_deadline(roots[i], NULL));
        CHECK(go_context_value(roots[i], &roots) == NULL);
    }
    CHECK(roots[0] != roots[1]);
}

TEST(cancel_closes_done_and_sets_the_error_and_the_plain_cause)
{
    go_context *ctx = go_context_with_cancel(go_context_background());
    CHECK(is_live(ctx));
    go_context_cancel(ctx);
    CHECK_EQ(go_context_err(ctx), -ECANCELED);
    CHECK_EQ(go_context_cause(ctx), -ECANCELED);
    CHECK(is_done(ctx));
    go_context_free(ctx);
}

TEST(cancel_is_idempotent_and_the_first_cause_stays)
{
    go_context *ctx = go_context_with_cancel_cause(go_context_background());
    go_context_cancel_cause(ctx, -EIO);
    go_context_cancel_cause(ctx, -ENOENT);
    go_context_cancel(ctx);
    CHECK_EQ(go_context_err(ctx), -ECANCELED);
    CHECK_EQ(go_context_cause(ctx), -EIO);
    go_context_free(ctx);
}

TEST(cause_of_zero_is_the_plain_error)
{
    go_context *ctx = go_context_with_cancel(go_context_background());
    go_context_cancel_cause(ctx, 0);
    CHECK_EQ(go_context_cause(ctx), -ECANCELED);
    go_context_free(ctx);
}

TEST(done_channel_that_is_asked_for_after_the_end_is_closed)
{
    go_context *ctx = go_context_with_cancel(go_context_background());
    go_context_cancel(ctx);
    CHECK(!chan_recv(go_context_done(ctx), NULL));
    CHECK(go_context_done(ctx) == go_context_done(ctx));
    go_context_free(ctx);
}

TEST(done_channel_outlives_its_context_by_a_reference)
{
    go_context *ctx = go_context_with_cancel(go_context_background());
    recv_chan(go_unit) done = chan_ref(go_context_done(ctx));
    go_context_free(ctx);
    CHECK(!chan_recv(done, NULL));
    chan_free(done);
}

TEST(cancel_ends_the_whole_subtree_before_it_returns_and_the_cause_goes_down)
{
    go_context *top = go_context_with_cancel(go_context_background());
    go_context *middle = go_context_with_value(top, &top, NULL);
    go_context *leaves[10];
    for (int i = 0; i < 10; i++)
        leaves[i] = go_context_with_timeout(middle, GO_HOUR);
    go_context_cancel_cause(top, -EPIPE);
    CHECK(is_done(middle));
    for (int i = 0; i < 10; i++) {
        CHECK(is_done(leaves[i]));
        CHECK_EQ(go_context_err(leaves[i]), -ECANCELED);
        CHECK_EQ(go_context_cause(leaves[i]), -EPIPE);
        go_context_free(leaves[i]);
    }
    go_context_free(middle);
    go_context_free(top);
}

TEST(cancel_of_a_child_leaves_parent_and_siblings_alone)
{
    go_context *parent = go_context_with_cancel(go_context_background());
    go_context *a = go_context_with_cancel(parent), *b = go_context_with_cancel(parent);
    go_context_cancel(a);
    CHECK(is_done(a));
    CHECK(is_live(parent));
    CHECK(is_live(b));
    go_context_free(a);
    go_context_free(b);
    go_context_free(parent);
}

TEST(own_cause_stays_when_an_ancestor_ends_later_with_another)
{
    go_context *parent = go_context_with_cancel(go_context_background());
    go_context *child = go_context_with_cancel(parent);
    go_context_cancel_cause(child, -EIO);
    go_context_cancel_cause(parent, -EPIPE);
    CHECK_EQ(go_context_cause(child), -EIO);
    CHECK_EQ(go_context_cause(parent), -EPIPE);
    go_context_free(child);
    go_context_free(parent);
}

TEST(context_derived_from_an_ended_one_is_born_ended_with_its_cause)
{
    go_context *parent = go_context_with_cancel(go_context_background());
    go_context_cancel_cause(parent, -EIO);
    go_context *born[] = {go_context_with_cancel(parent), go_context_with_timeout(parent, GO_HOUR),
                          go_context_with_timeout(parent, 0),
                          go_context_with_value(parent, &born, born)};
    for (int i = 0; i < 4; i++) {
        CHECK(is_done(born[i]));
        CHECK_EQ(go_context_err(born[i]), -ECANCELED);
        CHECK_EQ(go_context_cause(born[i]), -EIO);
        go_context_free(born[i]);
    }
    go_context_free(parent);
}

TEST(context_without_cancel_keeps_values_and_drops_deadline_done_error_and_cause)
{
    int value = 5;
    go_context *timed = go_context_with_timeout(go_context_background(), GO_HOUR);
    go_context *parent = go_context_with_value(timed, &value, &value);
    go_context *ctx = go_context_without_cancel(parent);
    go_context_cancel_cause(timed, -EIO);
    CHECK(is_done(parent));
    CHECK(is_live(ctx));
    CHECK(!go_context_deadline(ctx, NULL));
    CHECK(go_context_value(ctx, &value) == &value);
    go_context_free(ctx);
    go_context_free(parent);
    go_context_free(timed);
}

TEST(deriving_from_no_parent_panics)
{
    EXPECT_RUNTIME_PANIC("cannot create context from nil parent",
                         (void)go_context_with_cancel(NULL));
    EXPECT_RUNTIME_PANIC("cannot create context from nil parent",
                         (void)go_context_without_cancel(NULL));
    EXPECT_RUNTIME_PANIC("cannot create context from nil parent",
                         (void)go_context_with_timeout(NULL, 1));
    EXPECT_RUNTIME_PANIC("cannot create context from nil parent",
                         (void)go_context_with_value(NULL, "", NULL));
}

static void wait_for_end(go_context *ctx, atomic_int *ended)
{
    go_select {
        case_done(ctx) {
            CHECK_EQ(go_context_err(ctx), -ECANCELED);
        }
        case_timeout(GO_HOUR) {
            FAIL("the time ran out");
        }
    }
    atomic_fetch_add(ended, 1);
}

TEST(case_done_waits_for_the_end_and_wakes_all_who_wait)
{
    atomic_int ended = 0;
    go_context *ctx = go_context_with_cancel(go_context_background());
    for (int i = 0; i < 100; i++)
        go(wait_for_end, ctx, &ended);
    go_context *child = go_context_with_cancel(ctx);
    go(wait_for_end, child, &ended);
    go_yield();
    CHECK_EQ(atomic_load(&ended), 0);
    go_context_cancel(ctx);
    WAIT_UNTIL(atomic_load(&ended) == 101);
    go_context_free(child);
    go_context_free(ctx);
}

TEST(case_done_of_a_background_is_never_ready)
{
    bool timed_out = false;
    go_select {
        case_done(go_context_background()) {
            FAIL("the background has ended");
        }
        case_timeout(GO_MILLISECOND) {
            timed_out = true;
        }
    }
    CHECK(timed_out);
}

static go_duration time_to_cancel(int children)
{
    go_context *parent = go_context_with_cancel(go_context_background());
    go_context **born = malloc((size_t)children * sizeof *born);
    for (int i = 0; i < children; i++) {
        born[i] = go_context_with_cancel(parent);
        go_context_done(born[i]);
    }
    go_time start = go_now();
    go_context_cancel(parent);
    go_duration d = go_since(start);
    for (int i = 0; i < children; i++) {
        CHECK(is_done(born[i]));
        go_context_free(born[i]);
    }
    go_context_free(parent);
    free(born);
    return d;
}

// Ten times as many take a hundred times as long where it is quadratic. The best of several tries, for the machine may
// be busy.
TEST(cancel_of_ten_thousand_children_takes_linear_time)
{
    go_duration few = INT64_MAX, many = INT64_MAX;
    for (int i = 0; i < 10; i++) {
        go_duration a = time_to_cancel(1000), b = time_to_cancel(10000);
        few = a < few ? a : few;
        many = b < many ? b : many;
    }
    // Thread sanitizer's own books grow faster than that.
    CHECK(many < 40 * few || test_under_tsan());
}

TEST(chain_of_a_hundred_thousand_contexts_ends_and_is_freed)
{
    enum { DEPTH = 100000 };
    go_context **chain = malloc(DEPTH * sizeof *chain);
    for (int i = 0; i < DEPTH; i++)
        chain[i] = go_context_with_cancel(i ? chain[i - 1] : go_context_background());
    go_context_cancel(chain[0]);
    CHECK_EQ(go_context_err(chain[DEPTH - 1]), -ECANCELED);
    for (int i = 0; i < DEPTH; i++)
        go_context_free(chain[i]);
    free(chain);
}

static void cancel_one(go_context *ctx, go_context *leaf, go_waitgroup *wg)
{
    go_context_cancel(ctx);
    CHECK_EQ(go_context_err(leaf), -ECANCELED);
    go_waitgroup_done(wg);
}

// Each of several goroutines ends another node of one chain, and sees the leaf ended when its cancel returns.
TEST(overlapping_cancels_each_return_after_their_whole_subtree_has_ended)
{
    enum { DEPTH = 6 };
    go_maxprocs(4);
    for (size_t round = 0; round < test_rounds(2000); round++) {
        go_context *chain[DEPTH];
        go_waitgroup wg = {0};
        for (int i = 0; i < DEPTH; i++)
            chain[i] = go_context_with_cancel(i ? chain[i - 1] : go_context_background());
        go_waitgroup_add(&wg, DEPTH);
        for (int i = 0; i < DEPTH; i++)
            go(cancel_one, chain[i], chain[DEPTH - 1], &wg);
        go_waitgroup_wait(&wg);
        for (int i = 0; i < DEPTH; i++)
            go_context_free(chain[i]);
    }
}

static void check_order(go_context *ctx, go_waitgroup *wg)
{
    int err;
    while ((err = go_context_err(ctx)) == 0)
        go_yield();
    CHECK_EQ(err, -ECANCELED);
    CHECK_EQ(go_context_cause(ctx), -EIO);
    CHECK(is_done(ctx));
    go_waitgroup_done(wg);
}

TEST(error_that_is_seen_implies_that_done_is_closed)
{
    go_maxprocs(4);
    for (size_t round = 0; round < test_rounds(2000); round++) {
        go_waitgroup wg = {0};
        go_context *ctx = go_context_with_cancel(go_context_background());
        go_context_done(ctx);
        go_waitgroup_add(&wg, 3);
        for (int i = 0; i < 3; i++)
            go(check_order, ctx, &wg);
        go_context_cancel_cause(ctx, -EIO);
        go_waitgroup_wait(&wg);
        go_context_free(ctx);
    }
}

static void check_value_follows(go_context *parent, go_context *child, go_waitgroup *wg)
{
    chan_recv(go_context_done(parent));
    CHECK_EQ(go_context_err(child), -ECANCELED);
    go_waitgroup_done(wg);
}

// In Go the two have one done channel.
TEST(value_context_has_ended_for_whoever_has_seen_its_parent_end)
{
    go_maxprocs(4);
    for (size_t round = 0; round < test_rounds(2000); round++) {
        go_waitgroup wg = {0};
        go_context *parent = go_context_with_cancel(go_context_background());
        go_context *outer = go_context_with_value(parent, &wg, &wg);
        go_context *child = go_context_with_value(outer, parent, &wg);
        go_waitgroup_add(&wg, 2);
        go(check_value_follows, parent, child, &wg);
        go(check_value_follows, parent, outer, &wg);
        go_context_cancel(parent);
        go_waitgroup_wait(&wg);
        go_context_free(child);
        go_context_free(outer);
        go_context_free(parent);
    }
}

static void cancel_from_thread(void *ctx)
{
    go_context_cancel_cause(ctx, -EIO);
}

TEST(foreign_thread_cancels_and_waits)
{
    go_context *ctx = go_context_with_cancel(go_context_background());
    test_thread *t = test_thread_start(cancel_from_thread, ctx);
    CHECK(!chan_recv(go_context_done(ctx), NULL));
    CHECK_EQ(go_context_cause(ctx), -EIO);
    test_thread_join(t);
    go_context_free(ctx);
}

TEST(errors_have_go_words)
{
    CHECK_STR(go_strerror(-ECANCELED), "context canceled");
    CHECK_STR(go_strerror(-ETIMEDOUT), "context deadline exceeded");
    CHECK_STR(go_strerror(GO_ESIGNAL(2)), "interrupt signal received");
    CHECK_STR(go_strerror(GO_ESIGNAL(40)), "signal 40 signal received");
    CHECK_STR(go_strerror(-ENOENT), "No such file or directory");
    CHECK_STR(go_strerror(0), "Success");
    CHECK_STR(go_strerror(7), "unknown error");
    CHECK_STR(go_strerror(INT_MIN), "unknown error");
}
