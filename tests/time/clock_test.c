// SPDX-License-Identifier: MIT
// What time promises beyond order: it does not follow steps of the wall clock, it is exact where a processor is idle, and
// timers and their functions may be treated roughly: freed by themselves, reset while they run, abandoned by the thousand.
#include "support/test.h"

#include <sys/prctl.h>
#include <time.h>

static atomic_int runs, running, most;

// As if somebody had set the wall clock an hour forward or back between two readings.
TEST(durations_do_not_follow_steps_of_the_wall_clock)
{
    for (int64_t step = -GO_HOUR; step <= GO_HOUR; step += 2 * GO_HOUR) {
        go_time start = go_now();
        start.wall += step;
        CHECK(go_since(start) >= 0 && go_since(start) < GO_MINUTE);
        CHECK(go_until(start) <= 0 && go_until(start) > -GO_MINUTE);
        CHECK(go_time_sub(go_now(), start) < GO_MINUTE);
    }
}

TEST(moments_without_a_monotonic_reading_go_by_the_wall_clock)
{
    go_time a = {.wall = 5 * GO_SECOND}, b = go_time_add(a, GO_HOUR);
    CHECK_EQ(b.monotonic, 0);
    CHECK_EQ(go_time_sub(b, a), GO_HOUR);
    CHECK_EQ(go_time_sub(a, go_now()) < 0, 1);
}

static void sleep_in_the_kernel(go_duration d)
{
    struct timespec t = {0, d};
    nanosleep(&t, NULL);
}

static void keep_least_delay(go_duration *least, void (*sleep)(go_duration))
{
    go_time start = go_now();
    sleep(GO_MILLISECOND);
    go_duration late = go_since(start) - GO_MILLISECOND;
    CHECK(late >= 0);
    *least = late < *least ? late : *least;
}

// The machine may be busy, so one good one among many tries will do; a timer that rounds up would never have one. And it
// may be slow to wake a thread at all, which a plain sleep beside it shows.
TEST(sleep_ends_within_50_microseconds_when_a_processor_is_idle)
{
    go_duration ours = INT64_MAX, kernels = INT64_MAX;
    CHECK_EQ(prctl(PR_SET_TIMERSLACK, 1), 0);
    for (int i = 0; i < 2000 && ours > 50 * GO_MICROSECOND; i++) {
        keep_least_delay(&kernels, sleep_in_the_kernel);
        keep_least_delay(&ours, go_sleep);
    }
    if (test_slowdown() == 1)
        CHECK(ours <= 50 * GO_MICROSECOND + kernels);
}

static go_timer *own;

static void free_own(chan(go_unit) set)
{
    chan_recv(set);
    go_timer_free(own);
    atomic_fetch_add(&runs, 1);
}

TEST(function_timer_may_be_freed_by_its_own_function)
{
    chan(go_unit) set = chan_make(go_unit);
    for (int i = 1; i <= 100; i++) {
        own = go_after_func(0, free_own, set);
        chan_send(set, GO_UNIT);
        WAIT_UNTIL(atomic_load(&runs) == i);
    }
    chan_free(set);
}

static void overlap(chan(go_unit) end)
{
    int now = atomic_fetch_add(&running, 1) + 1;
    if (now > atomic_load(&most))
        atomic_store(&most, now);
    chan_recv(end);
    atomic_fetch_sub(&running, 1);
}

TEST(function_of_a_timer_that_is_reset_while_it_runs_overlaps_with_itself)
{
    chan(go_unit) end = chan_make(go_unit);
    go_timer *t = go_after_func(0, overlap, end);
    WAIT_UNTIL(atomic_load(&running) == 1);
    CHECK(!go_timer_reset(t, 0));
    WAIT_UNTIL(atomic_load(&running) == 2);
    chan_close(end);
    WAIT_UNTIL(atomic_load(&running) == 0);
    CHECK_EQ(atomic_load(&most), 2);
    go_timer_free(t);
    chan_free(end);
}

TEST(timer_may_be_moved_earlier_and_later)
{
    go_timer *t = go_timer_new(GO_HOUR);
    go_time start = go_now();
    CHECK(go_timer_reset(t, 2 * GO_HOUR));
    CHECK(go_timer_reset(t, GO_MILLISECOND));
    chan_recv(go_timer_chan(t));
    CHECK(go_since(start) < GO_MINUTE);
    CHECK(!go_timer_reset(t, GO_MILLISECOND));
    CHECK(go_timer_reset(t, GO_HOUR));
    CHECK_EQ(chan_try_recv(go_timer_chan(t), NULL), GO_WOULD_BLOCK);
    go_timer_free(t);
}

static void set_and_stop(go_timer *t, go_waitgroup *wg)
{
    for (int i = 0; i < 500; i++) {
        go_timer_reset(t, i % 3 * GO_MICROSECOND);
        if (i % 2)
            go_timer_stop(t);
    }
    go_waitgroup_done(wg);
}

TEST(one_timer_is_set_and_stopped_by_many_at_once)
{
    go_maxprocs(4);
    go_waitgroup wg = {0};
    go_timer *t = go_timer_new(GO_HOUR);
    go_waitgroup_add(&wg, 8);
    for (int i = 0; i < 8; i++)
        go(set_and_stop, t, &wg);
    go_waitgroup_wait(&wg);
    go_timer_stop(t);
    CHECK_EQ(chan_try_recv(go_timer_chan(t), NULL), GO_WOULD_BLOCK);
    go_timer_reset(t, 0);
    chan_recv(go_timer_chan(t));
    go_timer_free(t);
}

static void count(const int *by, double none)
{
    atomic_fetch_add(&runs, by[0] + by[1] + (int)none);
}

TEST(compound_literals_among_the_arguments_of_after_func_and_waitgroup_go_live_as_long_as_the_block)
{
    go_waitgroup wg = {0};
    go_timer *t = go_after_func(GO_MILLISECOND, count, ((int[]){20, 3}), 0.0);
    go_waitgroup_go(&wg, count, ((int[]){100, 200}), 0.5);
    char overwrite[256];
    memset(overwrite, 0x5a, sizeof overwrite);
    CHECK_EQ(overwrite[100], 0x5a);
    go_waitgroup_wait(&wg);
    WAIT_UNTIL(atomic_load(&runs) == 323);
    go_timer_free(t);
}
