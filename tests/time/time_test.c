// SPDX-License-Identifier: MIT
// Sleeping, go_after and the clock: never early, deadlines in order, nothing and less at once, the largest
// duration harmless, and the arithmetic of go_time. No test here fails for being slow.
#include "support/test.h"

#include <time.h>

static atomic_int ended;

TEST(units_are_nanoseconds)
{
    CHECK_EQ(GO_NANOSECOND, 1);
    CHECK_EQ(GO_MICROSECOND, 1000);
    CHECK_EQ(GO_MILLISECOND, 1000000);
    CHECK_EQ(GO_SECOND, 1000000000);
    CHECK_EQ(GO_MINUTE, INT64_C(60000000000));
    CHECK_EQ(GO_HOUR, INT64_C(3600000000000));
    CHECK_EQ(sizeof(go_duration), 8);
}

static int64_t monotonic(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * GO_SECOND + t.tv_nsec;
}

static void sleep_and_check(go_duration d)
{
    int64_t start = monotonic();
    go_sleep(d);
    CHECK(monotonic() - start >= d);
    atomic_fetch_add(&ended, 1);
}

TEST(sleep_is_never_early)
{
    static const go_duration spans[] = {1,      1000,    10000,   50000,   100000,
                                        999999, 1000000, 1500000, 3000000, 10000000};
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++)
        sleep_and_check(spans[i]);
}

TEST(many_sleepers_at_once_are_never_early)
{
    for (int i = 0; i < 1000; i++)
        go(sleep_and_check, (go_duration)(i % 37) * 300 * GO_MICROSECOND);
    WAIT_UNTIL(atomic_load(&ended) == 1000);
}

TEST(sleep_of_nothing_or_less_returns_at_once)
{
    go_sleep(0);
    go_sleep(-1);
    go_sleep(-GO_HOUR);
    go_sleep(INT64_MIN);
}

static atomic_int next_place;

static int places[20];

static void sleep_and_take_place(go_time until, int place, go_waitgroup *slept)
{
    go_sleep(go_until(until));
    places[place] = atomic_fetch_add(&next_place, 1);
    go_waitgroup_done(slept);
}

// How often a goroutine has lost its processor within its turn.
static uint64_t lost_turns(void)
{
    struct go_stats s = go_stats();
    return s.preemptions + s.handoffs;
}

// Returns whether all went to sleep before the first deadline, none so slowly that its deadline has moved behind the next
// one's, and none lost its turn between its deadline and its place: the machine may have been too busy for that.
static bool sleep_in_a_row(go_duration step)
{
    enum { SLEEPERS = sizeof places / sizeof places[0] };
    go_time first = go_time_add(go_now(), SLEEPERS / 2 * step);
    uint64_t lost = lost_turns();
    bool in_time = true;
    go_waitgroup slept = {0};
    atomic_store(&next_place, 0);
    go_waitgroup_add(&slept, SLEEPERS);
    for (int i = SLEEPERS; i-- > 0;) {
        go_time start = go_now();
        go(sleep_and_take_place, go_time_add(first, i * step), i, &slept);
        test_settle();
        in_time &= go_since(start) < step;
    }
    in_time &= go_until(first) > 0;
    go_waitgroup_wait(&slept);
    in_time &= lost_turns() == lost;
    for (int i = 0; in_time && i < SLEEPERS; i++)
        CHECK_EQ(places[i], i);
    return in_time;
}

// One processor, and all deadlines set before the first has passed: then they fire in order however late they fire.
TEST(deadlines_fire_in_order)
{
    test_one_processor();
    for (go_duration step = 4 * GO_MILLISECOND; !sleep_in_a_row(step);)
        step *= 2;
}

static void sleep_for_ever(void)
{
    go_sleep(INT64_MAX);
    FAIL("the largest duration has passed");
}

TEST(largest_duration_neither_overflows_nor_disturbs_other_timers)
{
    go(sleep_for_ever);
    recv_chan(go_time) never = go_after(INT64_MAX);
    for (int i = 0; i < 5; i++)
        sleep_and_check(GO_MILLISECOND);
    go_time t;
    CHECK_EQ(chan_try_recv(never, &t), GO_WOULD_BLOCK);
    chan_free(never);
}

TEST(sleeping_goroutine_lets_others_run)
{
    test_one_processor();
    go(sleep_and_check, GO_HOUR);
    for (int i = 0; i < 100; i++)
        go_yield();
    CHECK_EQ(atomic_load(&ended), 0);
}

static atomic_bool stop;

static void keep_busy(void)
{
    while (!atomic_load(&stop))
        go_yield();
}

TEST(timers_fire_while_all_processors_are_busy_yielding)
{
    go_maxprocs(2);
    for (int i = 0; i < 4; i++)
        go(keep_busy);
    for (int i = 0; i < 10; i++)
        sleep_and_check(GO_MILLISECOND);
    atomic_store(&stop, true);
}

static void spin_without_calls(void)
{
    for (volatile unsigned x = 0;; x++)
        ;
}

TEST(timers_fire_beside_loops_without_calls)
{
    test_needs_signals();
    go_maxprocs(1);
    go(spin_without_calls);
    for (int i = 0; i < 5; i++)
        sleep_and_check(GO_MILLISECOND);
}

TEST(after_delivers_one_time_that_is_not_early)
{
    go_time start = go_now();
    recv_chan(go_time) c = go_after(5 * GO_MILLISECOND);
    go_time t = chan_recv(c);
    CHECK(go_since(start) >= 5 * GO_MILLISECOND);
    CHECK(go_time_sub(t, start) >= 5 * GO_MILLISECOND);
    CHECK(go_time_sub(go_now(), t) >= 0);
    CHECK_EQ(chan_try_recv(c, &t), GO_WOULD_BLOCK);
    chan_free(c);
}

TEST(after_of_nothing_or_less_delivers_at_once)
{
    for (go_duration d = -GO_HOUR; d <= 0; d += GO_HOUR) {
        recv_chan(go_time) c = go_after(d);
        chan_recv(c);
        chan_free(c);
    }
}

TEST(delivered_time_is_the_expiry_and_not_the_read)
{
    go_time start = go_now();
    recv_chan(go_time) c = go_after(GO_MILLISECOND);
    go_sleep(60 * GO_MILLISECOND);
    go_time read = go_now();
    go_time t = chan_recv(c);
    CHECK(go_time_sub(t, start) >= GO_MILLISECOND);
    CHECK(go_time_sub(read, t) > 0);
    chan_free(c);
}

TEST(after_channel_can_be_freed_before_it_fires)
{
    for (int i = 0; i < 1000; i++)
        chan_free(go_after(i % 2 ? GO_HOUR : 10 * GO_MICROSECOND));
    go_sleep(GO_MILLISECOND);
}

TEST(after_may_stand_in_a_select)
{
    recv_chan(go_time) soon = go_after(GO_MILLISECOND), late = go_after(GO_HOUR);
    int chosen = 0;
    go_select {
        case_recv(late) {
            chosen = 2;
        }
        case_recv(soon) {
            chosen = 1;
        }
    }
    CHECK_EQ(chosen, 1);
    chan_free(soon);
    chan_free(late);
}

TEST(now_never_goes_back)
{
    go_time last = go_now();
    for (int i = 0; i < 10000; i++) {
        go_time t = go_now();
        CHECK(go_time_sub(t, last) >= 0);
        last = t;
    }
}

TEST(times_add_and_subtract)
{
    go_time t = go_now();
    go_time later = go_time_add(t, 90 * GO_SECOND);
    CHECK_EQ(go_time_sub(later, t), 90 * GO_SECOND);
    CHECK_EQ(go_time_sub(t, later), -90 * GO_SECOND);
    CHECK_EQ(go_time_sub(go_time_add(later, -GO_MINUTE), t), 30 * GO_SECOND);
}

TEST(since_and_until_measure_from_now)
{
    go_time past = go_time_add(go_now(), -GO_HOUR), future = go_time_add(go_now(), GO_HOUR);
    CHECK(go_since(past) >= GO_HOUR);
    CHECK(go_until(future) <= GO_HOUR && go_until(future) > 0);
    CHECK(go_until(past) < 0);
    CHECK(go_since(future) < 0);
}
