// SPDX-License-Identifier: MIT
// go_context_after_func: runs once, in a goroutine of its own, after the end and at once if that is past; a cancel does
// not wait for it; stop says whether it kept the function from running; the handle, the context and the arguments may go
// in any order.
#include "support/test.h"

static atomic_int runs;

static void count(int by, const char *text)
{
    atomic_fetch_add(&runs, by + (int)strlen(text));
}

TEST(function_runs_once_after_the_end_with_its_arguments)
{
    go_context *ctx = go_context_with_cancel(go_context_background());
    go_after_stop *h = go_context_after_func(ctx, count, 10, "xyz");
    go_yield();
    CHECK_EQ(atomic_load(&runs), 0);
    go_context_cancel(ctx);
    WAIT_UNTIL(atomic_load(&runs) == 13);
    CHECK(!go_after_stop_call(h));
    go_after_stop_free(h);
    go_context_free(ctx);
    go_yield();
    CHECK_EQ(atomic_load(&runs), 13);
}

TEST(function_of_an_ended_context_runs_at_once)
{
    go_context *ctx = go_context_with_timeout(go_context_background(), 0);
    go_after_stop *h = go_context_after_func(ctx, count, 1, "");
    WAIT_UNTIL(atomic_load(&runs) == 1);
    CHECK(!go_after_stop_call(h));
    go_after_stop_free(h);
    go_context_free(ctx);
}

TEST(stop_keeps_the_function_from_running_and_says_so_once)
{
    go_context *ctx = go_context_with_cancel(go_context_background());
    go_after_stop *h = go_context_after_func(ctx, count, 1, "");
    CHECK(go_after_stop_call(h));
    CHECK(!go_after_stop_call(h));
    go_context_cancel(ctx);
    CHECK(!go_after_stop_call(h));
    go_after_stop_free(h);
    go_context_free(ctx);
    go_yield();
    CHECK_EQ(atomic_load(&runs), 0);
}

TEST(freeing_the_handle_lets_the_function_run)
{
    go_context *ctx = go_context_with_cancel(go_context_background());
    go_after_stop_free(go_context_after_func(ctx, count, 1, ""));
    go_after_stop_free(NULL);
    go_context_free(ctx);
    WAIT_UNTIL(atomic_load(&runs) == 1);
}

TEST(handle_may_outlive_its_context)
{
    go_context *ctx = go_context_with_cancel(go_context_background());
    go_after_stop *stopped = go_context_after_func(ctx, count, 100, "");
    go_after_stop *h = go_context_after_func(ctx, count, 1, "");
    CHECK(go_after_stop_call(stopped));
    go_context_free(ctx);
    WAIT_UNTIL(atomic_load(&runs) == 1);
    CHECK(!go_after_stop_call(h));
    CHECK(!go_after_stop_call(stopped));
    go_after_stop_free(h);
    go_after_stop_free(stopped);
}

TEST(function_on_a_background_never_runs_and_can_be_stopped_or_left)
{
    go_after_stop *h = go_context_after_func(go_context_background(), count, 1, "");
    CHECK(go_after_stop_call(h));
    CHECK(!go_after_stop_call(h));
    go_after_stop_free(h);
    go_after_stop_free(go_context_after_func(go_context_background(), count, 1, ""));
    CHECK_EQ(atomic_load(&runs), 0);
}

static void block_on(chan(go_unit) c)
{
    atomic_fetch_add(&runs, 1);
    chan_recv(c);
    atomic_fetch_add(&runs, 10);
}

TEST(cancel_does_not_wait_for_the_function)
{
    chan(go_unit) c = chan_make(go_unit);
    go_context *ctx = go_context_with_cancel(go_context_background());
    go_after_stop_free(go_context_after_func(ctx, block_on, c));
    go_context_cancel(ctx);
    go_context_free(ctx);
    WAIT_UNTIL(atomic_load(&runs) == 1);
    chan_close(c);
    WAIT_UNTIL(atomic_load(&runs) == 11);
    chan_free(c);
}

static void add(const int *numbers, double more)
{
    atomic_fetch_add(&runs, numbers[0] + numbers[1] + (int)more);
}

// In braces of its own inside the macro the array would be gone.
TEST(compound_literal_among_the_arguments_lives_as_long_as_the_block)
{
    go_context *ctx = go_context_with_cancel(go_context_background());
    go_after_stop *h = go_context_after_func(ctx, add, ((int[]){20, 3}), 4.5);
    char overwrite[256];
    memset(overwrite, 0x5a, sizeof overwrite);
    CHECK_EQ(overwrite[100], 0x5a);
    go_context_cancel(ctx);
    WAIT_UNTIL(atomic_load(&runs) == 27);
    go_after_stop_free(h);
    go_context_free(ctx);
}

TEST(function_that_is_a_pointer_is_called)
{
    void (*f)(int, const char *) = count;
    go_context *ctx = go_context_with_cancel(go_context_background());
    go_after_stop_free(go_context_after_func(ctx, f, 2, "ab"));
    go_context_free(ctx);
    WAIT_UNTIL(atomic_load(&runs) == 4);
}

static void cancel_and_free(go_context *ctx)
{
    go_context_cancel(ctx);
    go_context_free(ctx);
}

// Either the stop keeps it from running or it runs, never both and never neither.
TEST(stop_that_races_with_the_end_is_right_about_who_was_first)
{
    int stopped = 0;
    size_t rounds = test_rounds(2000);
    go_maxprocs(2);
    for (size_t i = 0; i < rounds; i++) {
        go_context *ctx = go_context_with_cancel(go_context_background());
        go_after_stop *h = go_context_after_func(ctx, count, 1, "");
        go(cancel_and_free, ctx);
        if (i % 2)
            go_yield();
        stopped += go_after_stop_call(h);
        go_after_stop_free(h);
    }
    WAIT_UNTIL(atomic_load(&runs) + stopped == (int)rounds && go_num_goroutine() == 1);
    CHECK_EQ(atomic_load(&runs) + stopped, (int)rounds);
}
