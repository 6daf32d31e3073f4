// SPDX-License-Identifier: MIT
// Sharing a processor: what go_yield promises, that goroutines which never yield do not starve others, not
// even on one processor, and that errno belongs to the goroutine.
#include "support/test.h"

static atomic_int turns[2];
static atomic_bool stop;

static void count_turns(int me)
{
    while (!atomic_load(&stop)) {
        atomic_fetch_add(&turns[me], 1);
        go_yield();
    }
}

TEST(yield_lets_every_runnable_goroutine_run)
{
    test_one_processor();
    go(count_turns, 0);
    go(count_turns, 1);
    WAIT_UNTIL(atomic_load(&turns[0]) > 1000 && atomic_load(&turns[1]) > 1000);
    atomic_store(&stop, true);
}

TEST(yield_with_nobody_else_returns)
{
    for (int i = 0; i < 100000; i++)
        go_yield();
}

static atomic_char text[8];
static atomic_int used;

static void append_twice(char c)
{
    atomic_store(&text[atomic_fetch_add(&used, 1)], c);
    go_yield();
    atomic_store(&text[atomic_fetch_add(&used, 1)], (char)(c - 'a' + 'A'));
}

// Whatever order they start in, all have had their first turn before any has its second.
TEST(yielding_goroutine_goes_behind_those_that_wait)
{
    test_one_processor();
    for (char c = 'a'; c <= 'd'; c++)
        go(append_twice, c);
    WAIT_UNTIL(go_num_goroutine() == 1);
    for (int i = 0; i < 4; i++) {
        CHECK(atomic_load(&text[i]) >= 'a' && atomic_load(&text[i]) <= 'd');
        CHECK(atomic_load(&text[i + 4]) >= 'A' && atomic_load(&text[i + 4]) <= 'D');
    }
}

static atomic_bool spins;

static void spin_without_calls(void)
{
    volatile unsigned x = 0;
    atomic_store(&spins, true);
    for (;;)
        x++;
}

static void check_hogs_do_not_starve(int processors)
{
    test_needs_signals();
    chan(int) c = chan_make(int);
    go_maxprocs(processors);
    for (int i = 0; i < processors; i++)
        go(spin_without_calls);
    for (int i = 0; i < 20; i++)
        go_yield();
    go_sleep(GO_MILLISECOND);
    atomic_store(&turns[0], 0);
    go(count_turns, 0);
    WAIT_UNTIL(atomic_load(&turns[0]) > 10);
    atomic_store(&stop, true);
    chan_free(c);
}

TEST(loop_without_calls_does_not_starve_others_on_one_processor)
{
    check_hogs_do_not_starve(1);
}

TEST(loops_without_calls_do_not_starve_others_on_all_processors)
{
    check_hogs_do_not_starve(2);
}

TEST(loops_without_calls_do_not_hold_up_a_change_of_processors)
{
    test_needs_signals();
    go_maxprocs(2);
    go(spin_without_calls);
    WAIT_UNTIL(atomic_load(&spins));
    for (int i = 0; i < 4; i++)
        CHECK(go_maxprocs(1 + i % 2) >= 1);
}

static void check_errno_across_parks(int mine, chan(go_unit) c)
{
    for (int i = 0; i < 200; i++) {
        errno = mine + i;
        go_yield();
        CHECK_EQ(errno, mine + i);
        chan_send(c, GO_UNIT);
        CHECK_EQ(errno, mine + i);
    }
    atomic_fetch_add(&turns[0], 1);
}

static void drain(chan(go_unit) c)
{
    errno = 0;
    chan_range(unit, c) {
        (void)unit;
        CHECK_EQ(errno, 0);
    }
}

TEST(errno_belongs_to_the_goroutine)
{
    chan(go_unit) c = chan_make(go_unit);
    errno = 5;
    go(drain, c);
    for (int i = 0; i < 8; i++)
        go(check_errno_across_parks, 1000 * (i + 1), c);
    WAIT_UNTIL(atomic_load(&turns[0]) == 8);
    CHECK_EQ(errno, 5);
    chan_close(c);
    WAIT_UNTIL(go_num_goroutine() == 1);
    chan_free(c);
}

TEST(errno_is_the_one_that_libc_sets)
{
    errno = 0;
    CHECK(fopen("/nowhere/at/all", "r") == NULL);
    CHECK_EQ(errno, ENOENT);
    go_yield();
    CHECK_EQ(errno, ENOENT);
}

static void ping(chan(int) in, chan(int) out)
{
    for (;;)
        chan_send(out, chan_recv(in) + 1);
}

TEST(goroutines_that_hand_off_to_each_other_do_not_starve_a_third)
{
    test_one_processor();
    chan(int) a = chan_make(int), b = chan_make(int);
    go(ping, a, b);
    go(ping, b, a);
    chan_send(a, 0);
    go(count_turns, 0);
    WAIT_UNTIL(atomic_load(&turns[0]) > 100);
    atomic_store(&stop, true);
}
