// SPDX-License-Identifier: MIT
// The weighted semaphore: strict order among those that wait, contexts that end meanwhile, and no unit lost. One
// processor and test_settle make certain who is in the queue.
#include "support/test.h"

static void acquire(go_semaphore *s, go_context *ctx, int64_t n, send_chan(int) result)
{
    chan_send(result, go_semaphore_acquire(s, ctx, n));
}

TEST(units_are_taken_until_none_is_left_and_come_back)
{
    go_semaphore *s = go_semaphore_new(3);
    CHECK_EQ(go_semaphore_acquire(s, NULL, 2), 0);
    CHECK(!go_semaphore_try_acquire(s, 2));
    CHECK(go_semaphore_try_acquire(s, 1));
    CHECK(go_semaphore_try_acquire(s, 0));
    CHECK(!go_semaphore_try_acquire(s, 1));
    go_semaphore_release(s, 3);
    CHECK(go_semaphore_try_acquire(s, 3));
    go_semaphore_free(s);
}

TEST(the_largest_size_does_not_overflow)
{
    go_semaphore *s = go_semaphore_new(INT64_MAX);
    CHECK(go_semaphore_try_acquire(s, INT64_MAX));
    CHECK(!go_semaphore_try_acquire(s, 1));
    go_semaphore_release(s, INT64_MAX);
    CHECK(go_semaphore_try_acquire(s, 1));
    go_semaphore_free(s);
}

TEST(a_large_request_at_the_head_blocks_smaller_ones_behind_it_and_tries)
{
    test_one_processor();
    go_semaphore *s = go_semaphore_new(3);
    chan(int) large = chan_make(int, 1), small = chan_make(int, 1);
    CHECK_EQ(go_semaphore_acquire(s, NULL, 2), 0);
    go(acquire, s, NULL, 3, large);
    test_settle();
    go(acquire, s, NULL, 1, small);
    test_settle();
    CHECK(!go_semaphore_try_acquire(s, 1));
    CHECK_EQ(chan_len(large) + chan_len(small), 0);
    go_semaphore_release(s, 2);
    CHECK_EQ(chan_recv(large), 0);
    test_settle();
    CHECK_EQ(chan_len(small), 0);
    go_semaphore_release(s, 3);
    CHECK_EQ(chan_recv(small), 0);
    chan_free(large);
    chan_free(small);
    go_semaphore_free(s);
}

TEST(a_context_that_has_ended_fails_even_if_units_are_free)
{
    go_semaphore *s = go_semaphore_new(1);
    go_context *ctx = go_context_with_cancel(go_context_background());
    go_context_cancel(ctx);
    CHECK_EQ(go_semaphore_acquire(s, ctx, 1), -ECANCELED);
    CHECK(go_semaphore_try_acquire(s, 1));
    go_context_free(ctx);
    go_semaphore_free(s);
}

TEST(when_the_head_of_the_queue_gives_up_those_behind_it_are_looked_at)
{
    test_one_processor();
    go_semaphore *s = go_semaphore_new(3);
    go_context *ctx = go_context_with_cancel(go_context_background());
    chan(int) large = chan_make(int, 1), small = chan_make(int, 1);
    CHECK_EQ(go_semaphore_acquire(s, NULL, 2), 0);
    go(acquire, s, ctx, 3, large);
    test_settle();
    go(acquire, s, NULL, 1, small);
    test_settle();
    go_context_cancel(ctx);
    CHECK_EQ(chan_recv(large), -ECANCELED);
    CHECK_EQ(chan_recv(small), 0);
    go_semaphore_release(s, 3);
    CHECK(go_semaphore_try_acquire(s, 3));
    chan_free(large);
    chan_free(small);
    go_context_free(ctx);
    go_semaphore_free(s);
}

TEST(a_request_for_more_than_there_is_waits_for_its_context_alone)
{
    test_one_processor();
    go_semaphore *s = go_semaphore_new(2);
    go_context *ctx = go_context_with_cancel(go_context_background());
    chan(int) result = chan_make(int, 1);
    go(acquire, s, ctx, 3, result);
    test_settle();
    CHECK(go_semaphore_try_acquire(s, 2));
    go_context_cancel(ctx);
    CHECK_EQ(chan_recv(result), -ECANCELED);
    chan_free(result);
    go_context_free(ctx);
    go_semaphore_free(s);
}

TEST(releasing_more_than_held_panics)
{
    go_semaphore *s = go_semaphore_new(2);
    CHECK(go_semaphore_try_acquire(s, 1));
    EXPECT_RUNTIME_PANIC("semaphore: released more than held", go_semaphore_release(s, 2));
    EXPECT_RUNTIME_PANIC("semaphore: negative weight", go_semaphore_release(s, -1));
    EXPECT_RUNTIME_PANIC("semaphore: negative weight", (void)go_semaphore_acquire(s, NULL, -1));
    EXPECT_RUNTIME_PANIC("semaphore: negative size", go_semaphore_new(-1));
    CHECK(go_semaphore_try_acquire(s, 1));
    go_semaphore_free(s);
}

TEST(releasing_more_than_held_panics_while_others_wait)
{
    test_one_processor();
    go_semaphore *s = go_semaphore_new(1);
    chan(int) result = chan_make(int, 1);
    CHECK(go_semaphore_try_acquire(s, 1));
    go(acquire, s, NULL, 1, result);
    test_settle();
    EXPECT_RUNTIME_PANIC("semaphore: released more than held", go_semaphore_release(s, 2));
    go_semaphore_release(s, 1);
    CHECK_EQ(chan_recv(result), 0);
    chan_free(result);
    go_semaphore_free(s);
}

static void acquire_in_thread(void *arg)
{
    CHECK_EQ(go_semaphore_acquire(arg, NULL, 1), 0);
}

TEST(a_foreign_thread_waits_as_a_goroutine_does)
{
    go_semaphore *s = go_semaphore_new(1);
    CHECK(go_semaphore_try_acquire(s, 1));
    test_thread *t = test_thread_start(acquire_in_thread, s);
    go_semaphore_release(s, 1);
    test_thread_join(t);
    CHECK(!go_semaphore_try_acquire(s, 1));
    go_semaphore_free(s);
}
