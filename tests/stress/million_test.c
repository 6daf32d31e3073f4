// SPDX-License-Identifier: MIT
// One million goroutines parked on one channel at once, started and released, with vm.max_map_count as it
// is; with the guard fallback forced, 20,000, past which a guard of its own for each stack would exceed that
// limit. The sanitizers keep more for each goroutine, so there it is fewer.
#include "support/test.h"

static atomic_long released, total;

static void park(chan(int) gate)
{
    int v;
    if (chan_recv(gate, &v))
        atomic_fetch_add(&total, v);
    atomic_fetch_add(&released, 1);
}

static int many(int n)
{
    return test_under_tsan() ? 4000 : test_under_asan() ? n / 50 : n;
}

static chan(int) park_all(int n)
{
    chan(int) gate = chan_make(int);
    for (int i = 0; i < n; i++)
        go(park, gate);
    CHECK_EQ(go_num_goroutine(), n + 1);
    // Behind all of them in the queue, this one has run when they have all had their turn.
    for (int i = 0; i < 64; i++)
        go_yield();
    return gate;
}

static void check_released(int n)
{
    WAIT_UNTIL(atomic_load(&released) == n);
    WAIT_UNTIL(go_num_goroutine() == 1);
}

TEST_LONG(a_million_parked_goroutines_are_released_by_a_close, 300)
{
    int n = many(1000000);
    chan(int) gate = park_all(n);
    chan_close(gate);
    check_released(n);
    CHECK_EQ(atomic_load(&total), 0);
    chan_free(gate);
}

TEST_LONG(a_million_parked_goroutines_are_served_one_by_one, 300)
{
    int n = many(1000000);
    chan(int) gate = park_all(n);
    for (int i = 0; i < n; i++)
        chan_send(gate, 1);
    check_released(n);
    CHECK_EQ(atomic_load(&total), n);
    chan_free(gate);
}

static void check_fallback(int n)
{
    test_add_debug("noguardinstall");
    chan(int) gate = park_all(n);
    chan_close(gate);
    check_released(n);
    chan_free(gate);
}

TEST_LONG(twenty_thousand_park_with_the_guard_fallback, 300)
{
    check_fallback(test_under_tsan() ? 4000 : 20000);
}

// Past the budget of guards the runtime says so once and goes on.
TEST_LONG(a_hundred_thousand_park_past_the_budget_of_the_guard_fallback, 300)
{
    check_fallback(many(100000));
}

TEST_LONG(stacks_of_a_wave_are_reused_by_the_next, 300)
{
    int n = many(100000);
    for (int wave = 1; wave <= 4; wave++) {
        chan(int) gate = park_all(n);
        chan_close(gate);
        WAIT_UNTIL(atomic_load(&released) == (long)wave * n);
        WAIT_UNTIL(go_num_goroutine() == 1);
        chan_free(gate);
    }
}
