// SPDX-License-Identifier: MIT
// Preemption: a goroutine that computes without a call gives way after its time slice, so it delays neither timers,
// nor other goroutines, nor the end of the program; and what it computes, and libc's state, is not disturbed. What must
// not be delayed is measured until it once was not, for the machine may be busy with other things.
#include "support/test.h"

#include <limits.h>
#include <unistd.h>

static volatile long hogged[16];

static void hog(int i)
{
    for (;;)
        hogged[i]++;
}

static void start_hogs(int procs, int hogs)
{
    go_maxprocs(procs);
    for (int i = 0; i < hogs; i++)
        go(hog, i);
}

// The longest that a tick of 10 ms came too late, in 25 of them.
static go_duration worst_delay(void)
{
    go_duration worst = 0;
    go_ticker *t = go_ticker_new(10 * GO_MILLISECOND);
    for (int i = 0; i < 25; i++) {
        go_time due = chan_recv(go_ticker_chan(t));
        if (go_since(due) > worst)
            worst = go_since(due);
    }
    go_ticker_free(t);
    return worst;
}

static void check_ticker_beside_hogs(int procs)
{
    test_needs_signals();
    start_hogs(procs, 2 * procs + 2);
    WAIT_UNTIL(worst_delay() <= 30 * GO_MILLISECOND * test_slowdown());
    // And each hog has its turns.
    for (int i = 0; i < 2 * procs + 2; i++)
        WAIT_UNTIL(hogged[i] > 0);
}

TEST(hogs_on_one_processor_do_not_delay_a_ticker)
{
    check_ticker_beside_hogs(1);
}

TEST(hogs_on_two_processors_do_not_delay_a_ticker)
{
    check_ticker_beside_hogs(2);
}

TEST(hogs_run_for_a_whole_time_slice_each)
{
    test_needs_signals();
    if (test_under_tsan())
        test_skip("thread sanitizer holds signals back in a loop without calls");
    start_hogs(1, 3);
    uint64_t before = go_stats().preemptions;
    go_time begin = go_now();
    go_sleep(GO_SECOND);
    int64_t slices = go_since(begin) / (10 * GO_MILLISECOND);
    CHECK((int64_t)(go_stats().preemptions - before) <= slices + slices / 4 + 5);
}

TEST(program_ends_though_hogs_run)
{
    test_needs_signals();
    start_hogs(1, 4);
    go_yield();
}

static bool got_about_the_same(int hogs)
{
    long least = LONG_MAX, most = 0;
    for (int i = 0; i < hogs; i++) {
        least = hogged[i] < least ? hogged[i] : least;
        most = hogged[i] > most ? hogged[i] : most;
    }
    return most < 2 * least;
}

TEST(more_hogs_than_processors_get_about_the_same)
{
    enum { HOGS = 4 };
    test_needs_signals();
    start_hogs(1, HOGS);
    WAIT_UNTIL(go_stats().preemptions >= 10 * HOGS);
    WAIT_UNTIL(got_about_the_same(HOGS));
}

static atomic_int ready;

static void add_up(_Atomic(int) *sum, int turns)
{
    volatile double x = 0;
    for (int i = 0; i < turns; i++)
        x += 0.5;
    atomic_fetch_add(sum, (int)x);
    atomic_fetch_add(&ready, 1);
}

TEST(goroutines_that_only_compute_all_come_to_their_end)
{
    _Atomic(int) sum = 0;
    test_add_debug("preempt=100");
    go_maxprocs(2);
    for (int i = 0; i < 8; i++)
        go(add_up, &sum, 4000000);
    WAIT_UNTIL(atomic_load(&ready) == 8);
    CHECK_EQ(atomic_load(&sum), 8 * 2000000);
}

static void done(go_waitgroup *wg)
{
    go_waitgroup_done(wg);
}

// They all stand in the global queue while the spawner is preempted: what is done then must not look at each of them.
TEST_LONG(spawner_of_many_is_preempted_and_goes_on, 60)
{
    go_waitgroup wg = {0};
    go_maxprocs(1);
    for (int i = 0; i < (test_under_tsan() ? 5000 : 500000); i++) {
        go_waitgroup_add(&wg, 1);
        go(done, &wg);
    }
    go_waitgroup_wait(&wg);
}

// A sleep of the thread's, long enough that the time slice ends in it: a signal would cut it short.
static void sleep_in_the_kernel(int *left)
{
    *left = usleep(300000);
    if (*left)
        *left = errno;
}

TEST(system_call_of_an_unmarked_goroutine_is_not_cut_short)
{
    start_hogs(1, 2);
    int left = -1;
    go_time begin = go_now();
    sleep_in_the_kernel(&left);
    CHECK_EQ(left, 0);
    CHECK(go_since(begin) >= 300 * GO_MILLISECOND);
}
