// SPDX-License-Identifier: MIT
// go_timer, go_after_func, go_ticker and go_tick: what stop and reset return, that nothing of an earlier setting is
// received after them, functions in goroutines of their own, the grid of a ticker, misuse, and contention.
#include "support/memory.h"
#include "support/test.h"

#include <unistd.h>

static atomic_int runs;

TEST(timer_delivers_its_expiry_once)
{
    go_time start = go_now();
    go_timer *t = go_timer_new(2 * GO_MILLISECOND);
    go_time at = chan_recv(go_timer_chan(t));
    CHECK(go_time_sub(at, start) >= 2 * GO_MILLISECOND);
    CHECK(go_since(at) >= 0);
    CHECK_EQ(chan_try_recv(go_timer_chan(t), NULL), GO_WOULD_BLOCK);
    CHECK(!go_timer_stop(t));
    go_timer_free(t);
    go_timer_free(NULL);
}

TEST(wall_clock_of_the_expiry_is_that_of_the_moment)
{
    go_timer *t = go_timer_new(GO_MILLISECOND);
    go_sleep(20 * GO_MILLISECOND);
    go_time now = go_now(), at = chan_recv(go_timer_chan(t));
    int64_t difference = (now.wall - at.wall) - (now.monotonic - at.monotonic);
    CHECK(difference > -GO_SECOND && difference < GO_SECOND);
    go_timer_free(t);
}

TEST(timer_channel_looks_unbuffered)
{
    go_timer *t = go_timer_new(0);
    go_sleep(2 * GO_MILLISECOND);
    CHECK_EQ(chan_len(go_timer_chan(t)), 0);
    CHECK_EQ(chan_cap(go_timer_chan(t)), 0);
    CHECK_EQ(chan_try_recv(go_timer_chan(t), NULL), GO_OK);
    go_timer_free(t);
}

// A timer of 2 ms that was stopped in time. The machine may have been busy with other things meanwhile.
static go_timer *stopped_timer(void)
{
    go_timer *t = go_timer_new(2 * GO_MILLISECOND);
    while (!go_timer_stop(t)) {
        go_timer_free(t);
        t = go_timer_new(2 * GO_MILLISECOND);
    }
    return t;
}

TEST(stop_prevents_the_delivery)
{
    go_timer *t = stopped_timer();
    CHECK(!go_timer_stop(t));
    go_sleep(5 * GO_MILLISECOND);
    CHECK_EQ(chan_try_recv(go_timer_chan(t), NULL), GO_WOULD_BLOCK);
    go_timer_free(t);
}

TEST(stop_takes_back_what_nobody_has_received)
{
    go_timer *t = go_timer_new(0);
    go_sleep(2 * GO_MILLISECOND);
    CHECK(go_timer_stop(t));
    CHECK_EQ(chan_try_recv(go_timer_chan(t), NULL), GO_WOULD_BLOCK);
    CHECK(!go_timer_stop(t));
    go_timer_free(t);
}

TEST(reset_sets_anew_and_takes_back_what_came_before)
{
    go_timer *t = go_timer_new(0);
    go_sleep(2 * GO_MILLISECOND);
    go_time start = go_now();
    CHECK(go_timer_reset(t, 5 * GO_MILLISECOND));
    go_time at = chan_recv(go_timer_chan(t));
    CHECK(go_time_sub(at, start) >= 5 * GO_MILLISECOND);
    CHECK(!go_timer_reset(t, GO_HOUR));
    CHECK(go_timer_reset(t, 0));
    chan_recv(go_timer_chan(t));
    go_timer_free(t);
}

TEST(timer_for_ever_can_be_stopped_and_set)
{
    go_timer *t = go_timer_new(INT64_MAX);
    CHECK(go_timer_stop(t));
    CHECK(!go_timer_reset(t, INT64_MAX));
    CHECK(go_timer_reset(t, 1));
    chan_recv(go_timer_chan(t));
    go_timer_free(t);
}

TEST(channel_of_a_freed_timer_stays_with_its_reference_and_silent)
{
    go_timer *t = go_timer_new(GO_MILLISECOND);
    recv_chan(go_time) c = chan_ref(go_timer_chan(t));
    go_timer_free(t);
    go_sleep(3 * GO_MILLISECOND);
    CHECK_EQ(chan_try_recv(c, NULL), GO_WOULD_BLOCK);
    chan_free(c);
}

static void count(int by, double more, const char *text)
{
    atomic_fetch_add(&runs, by + (int)more + (int)strlen(text));
}

TEST(function_runs_in_a_goroutine_when_the_time_is_over)
{
    go_time start = go_now();
    go_timer *t = go_after_func(2 * GO_MILLISECOND, count, 1, 2.0, "xxx");
    CHECK(go_timer_chan(t) == NULL);
    WAIT_UNTIL(atomic_load(&runs) == 6);
    CHECK(go_since(start) >= 2 * GO_MILLISECOND);
    CHECK(!go_timer_stop(t));
    go_timer_free(t);
}

static void fire(atomic_bool *fired)
{
    atomic_store(fired, true);
}

// Sets a function timer and takes it back, by a stop or by the free alone. Returns whether that was in time.
static bool set_and_take_back(atomic_bool *fired, bool by_stop)
{
    const go_duration d = 2 * GO_MILLISECOND;
    go_time start = go_now();
    go_timer *t = go_after_func(d, fire, fired);
    bool stopped = by_stop && go_timer_stop(t);
    go_timer_free(t);
    bool in_time = go_since(start) < d;
    CHECK(stopped == by_stop || !in_time);
    return in_time;
}

TEST(stopped_or_freed_function_timer_does_not_run)
{
    enum { TRIES = 1000 }; // the machine may be busy with other things
    static atomic_bool fired[TRIES];
    for (int by_stop = 0, i = 0; by_stop < 2; by_stop++, i++) {
        while (!set_and_take_back(&fired[i], by_stop))
            CHECK(++i < TRIES);
        go_sleep(5 * GO_MILLISECOND);
        CHECK(!atomic_load(&fired[i]));
    }
}

TEST(function_timer_runs_again_with_the_same_arguments_when_reset)
{
    go_timer *t = go_after_func(0, count, 1, 0.0, "");
    for (int i = 1; i <= 5; i++) {
        WAIT_UNTIL(atomic_load(&runs) == i);
        CHECK(!go_timer_reset(t, 0));
    }
    WAIT_UNTIL(atomic_load(&runs) == 6);
    go_timer_free(t);
}

static void block_until_closed(chan(go_unit) c)
{
    atomic_fetch_add(&runs, 1);
    chan_recv(c);
    atomic_fetch_add(&runs, 10);
}

TEST(stop_does_not_wait_for_the_function_and_its_arguments_outlive_the_timer)
{
    chan(go_unit) c = chan_make(go_unit);
    go_timer *t = go_after_func(0, block_until_closed, c);
    WAIT_UNTIL(atomic_load(&runs) == 1);
    CHECK(!go_timer_stop(t));
    go_timer_free(t);
    chan_close(c);
    WAIT_UNTIL(atomic_load(&runs) == 11);
    chan_free(c);
}

TEST(ticks_stay_on_their_grid)
{
    enum { TICKS = 10 };
    go_ticker *t = go_ticker_new(2 * GO_MILLISECOND);
    go_time first = chan_recv(go_ticker_chan(t));
    for (int i = 1; i < TICKS; i++) {
        go_time at = chan_recv(go_ticker_chan(t));
        CHECK_EQ(go_time_sub(at, first) % (2 * GO_MILLISECOND), 0);
        CHECK(go_since(at) >= 0);
        first = at;
    }
    go_ticker_free(t);
    go_ticker_free(NULL);
}

TEST(ticks_that_nobody_takes_are_dropped)
{
    go_ticker *t = go_ticker_new(100 * GO_MICROSECOND);
    go_sleep(5 * GO_MILLISECOND);
    go_ticker_stop(t);
    CHECK_EQ(chan_try_recv(go_ticker_chan(t), NULL), GO_WOULD_BLOCK);
    go_ticker_reset(t, GO_MILLISECOND);
    chan_recv(go_ticker_chan(t));
    CHECK_EQ(chan_len(go_ticker_chan(t)), 0);
    go_ticker_free(t);
}

TEST(reset_ticker_has_a_new_grid)
{
    go_ticker *t = go_ticker_new(GO_HOUR);
    go_time start = go_now();
    go_ticker_reset(t, GO_MILLISECOND);
    CHECK(go_time_sub(chan_recv(go_ticker_chan(t)), start) >= GO_MILLISECOND);
    go_ticker_free(t);
}

TEST(tick_delivers_until_its_channel_is_freed)
{
    recv_chan(go_time) c = go_tick(GO_MILLISECOND);
    for (int i = 0; i < 3; i++)
        chan_recv(c);
    chan_free(c);
    CHECK(go_tick(0) == NULL);
    CHECK(go_tick(-1) == NULL);
}

TEST(misuse_panics_in_the_words_of_go)
{
    EXPECT_PANIC("non-positive interval for NewTicker", (void)go_ticker_new(0));
    EXPECT_PANIC("non-positive interval for NewTicker", (void)go_ticker_new(-1));
    go_ticker *t = go_ticker_new(GO_HOUR);
    EXPECT_PANIC("non-positive interval for Ticker.Reset", go_ticker_reset(t, 0));
    EXPECT_PANIC("time: Stop called on uninitialized Timer", go_timer_stop(NULL));
    EXPECT_PANIC("time: Reset called on uninitialized Timer", go_timer_reset(NULL, 1));
    go_ticker_free(t);
}

// Each successful stop or reset took back one setting; every other setting was received, or is the last one.
static void set_and_stop(go_timer *t, int rounds, atomic_int *settings, atomic_int *kept)
{
    for (int i = 0; i < rounds; i++) {
        if (i % 3 == 0) {
            atomic_fetch_add(kept, go_timer_stop(t));
        } else {
            atomic_fetch_add(settings, 1);
            atomic_fetch_add(kept, go_timer_reset(t, i % 7 * GO_MICROSECOND));
        }
        if (i % 5 == 0)
            go_yield();
    }
    atomic_fetch_add(&runs, 1);
}

static void check_contention(int processors)
{
    atomic_int settings = 1, kept = 0;
    int received = 0, rounds = (int)test_rounds(3000);
    go_maxprocs(processors);
    go_timer *t = go_timer_new(0);
    for (int i = 0; i < 4; i++)
        go(set_and_stop, t, rounds, &settings, &kept);
    while (atomic_load(&runs) < 4)
        go_select {
            case_recv(go_timer_chan(t)) {
                received++;
            }
            case_timeout(50 * GO_MICROSECOND) {}
        }
    kept += go_timer_stop(t);
    CHECK_EQ(chan_try_recv(go_timer_chan(t), NULL), GO_WOULD_BLOCK);
    CHECK_EQ(atomic_load(&kept) + received, atomic_load(&settings));
    go_timer_free(t);
}

TEST(every_setting_is_either_received_or_taken_back_on_one_processor)
{
    check_contention(1);
}

TEST(every_setting_is_either_received_or_taken_back_on_several_processors)
{
    check_contention(4);
}

static void count_one(void)
{
    atomic_fetch_add(&runs, 1);
}

TEST(timers_are_stopped_by_others_while_they_fire)
{
    go_maxprocs(4);
    int kept = 0, rounds = (int)test_rounds(5000);
    for (int i = 0; i < rounds; i++) {
        go_timer *t = go_after_func(i % 20 * GO_MICROSECOND, count_one);
        if (i % 2)
            go_yield();
        kept += go_timer_stop(t);
        go_timer_free(t);
    }
    WAIT_UNTIL(atomic_load(&runs) + kept == rounds);
}

TEST(timers_survive_changes_of_the_number_of_processors)
{
    int rounds = (int)test_rounds(50);
    for (int i = 0; i < rounds; i++) {
        go_timer *t[16];
        go_maxprocs(8);
        for (int j = 0; j < 16; j++) {
            t[j] = go_after_func((j % 4 + 1) * 100 * GO_MICROSECOND, count_one);
            go_yield();
        }
        go_maxprocs(i % 3 + 1);
        for (int j = 0; j < 16; j++)
            if (j % 4 == 3 && go_timer_stop(t[j]))
                atomic_fetch_add(&runs, 1);
        WAIT_UNTIL(atomic_load(&runs) == 16 * (i + 1));
        for (int j = 0; j < 16; j++)
            go_timer_free(t[j]);
    }
}

static void wait_for_timers(void *arg)
{
    (void)arg;
    for (int i = 0; i < 20; i++) {
        recv_chan(go_time) c = go_after(200 * GO_MICROSECOND);
        chan_recv(c);
        chan_free(c);
        go_sleep(100 * GO_MICROSECOND);
        go_timer *t = go_timer_new(GO_HOUR);
        CHECK(go_timer_stop(t));
        go_timer_free(t);
    }
}

TEST(foreign_threads_use_timers_too)
{
    test_thread *t = test_thread_start(wait_for_timers, NULL);
    wait_for_timers(NULL);
    test_thread_join(t);
}

TEST(stopped_timers_leave_nothing_behind)
{
    size_t before = 0;
    for (int round = 0; round < 2; round++) {
        before = test_resident();
        for (size_t i = 0; i < test_rounds(100000); i++) {
            go_timer *t = go_timer_new(GO_HOUR);
            go_timer_stop(t);
            go_timer_free(t);
        }
    }
    CHECK(test_resident() < before + (1 << 20) || test_under_asan() || test_under_tsan());
}
