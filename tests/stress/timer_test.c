// SPDX-License-Identifier: MIT
// A million armed timers: each is cheap to add, stop and fire, so a million of them cost seconds at most, and none is
// lost, early, or fired after it was stopped.
#include "support/test.h"

static atomic_size_t fired;

static void fire(void)
{
    atomic_fetch_add(&fired, 1);
}

// Scattered over the time to come, so that the heaps are deep and not sorted.
static go_duration scattered(size_t i)
{
    return GO_HOUR + (go_duration)(i * 2654435761u % 1000000) * GO_MICROSECOND;
}

TEST_LONG(a_million_armed_timers_are_stopped_again, 120)
{
    size_t n = test_rounds(1000000);
    go_timer **timers = malloc(n * sizeof *timers);
    for (size_t i = 0; i < n; i++)
        timers[i] = go_after_func(scattered(i), fire);
    for (size_t i = 0; i < n; i++)
        CHECK(go_timer_stop(timers[i * 7919 % n]) || n % 7919 == 0);
    for (size_t i = 0; i < n; i++)
        go_timer_free(timers[i]);
    CHECK_EQ(atomic_load(&fired), 0);
    free(timers);
}

TEST_LONG(a_million_armed_timers_fire_once_each, 120)
{
    size_t n = test_rounds(1000000);
    go_timer **timers = malloc(n * sizeof *timers);
    for (size_t i = 0; i < n; i++)
        timers[i] = go_after_func((go_duration)(i % 1000) * GO_MICROSECOND, fire);
    WAIT_UNTIL(atomic_load(&fired) == n);
    for (size_t i = 0; i < n; i++) {
        CHECK(!go_timer_stop(timers[i]));
        go_timer_free(timers[i]);
    }
    CHECK_EQ(atomic_load(&fired), n);
    free(timers);
}
