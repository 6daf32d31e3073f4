// SPDX-License-Identifier: MIT
// The weighted semaphore with every kind of request at once, many of whose contexts end while they wait: never more is
// held than there is, nobody gets past who waits, a large request is not starved, and in the end all units are back.
#include "support/disturbed.h"
#include "support/test.h"

enum { UNITS = 5 };

static go_semaphore *s;
static atomic_long held;

static void hold_and_release(long n, bool yields)
{
    CHECK(atomic_fetch_add(&held, n) + n <= UNITS);
    if (yields)
        go_yield();
    atomic_fetch_sub(&held, n);
    go_semaphore_release(s, n);
}

// A context that ends by itself soon, or by its own cancel, which races with the grant.
static bool acquire_with_context(uint32_t *seed, long n)
{
    go_context *ctx = go_context_with_timeout(go_context_background(),
                                              test_random(seed, 100) * GO_MICROSECOND);
    int err = go_semaphore_acquire(s, ctx, n);
    CHECK(err == 0 || go_context_err(ctx) == err);
    CHECK(err != 0 || n <= UNITS);
    go_context_free(ctx);
    return err == 0;
}

static bool acquire_somehow(uint32_t *seed, long n)
{
    switch (test_random(seed, 4)) {
    case 0:
        return go_semaphore_try_acquire(s, n);
    case 1:
        return go_semaphore_acquire(s, NULL, n) == 0;
    case 2:
        return acquire_with_context(seed, n);
    default: // and now and then more than there is
        if (test_random(seed, 16) == 0)
            acquire_with_context(seed, UNITS + 1);
        return acquire_with_context(seed, n);
    }
}

static void take_and_give(long me, long rounds)
{
    uint32_t seed = (uint32_t)me;
    for (long i = 0; i < rounds; i++) {
        long n = 1 + test_random(&seed, UNITS);
        if (acquire_somehow(&seed, n))
            hold_and_release(n, test_random(&seed, 2));
    }
}

TEST_LONG(never_more_is_held_than_there_is_and_all_comes_back, 120)
{
    test_short_slices();
    s = go_semaphore_new(UNITS);
    test_run_disturbed(take_and_give, 8, (long)test_rounds(3000));
    CHECK(go_semaphore_try_acquire(s, UNITS));
    WAIT_UNTIL(go_num_goroutine() == 1);
    go_semaphore_free(s);
}

static atomic_bool large_is_done;

// Number 0 wants all units, the others one each for as long as it has not had them so many times.
static void take_all_or_one(long me, long rounds)
{
    if (me == 0) {
        for (long i = 0; i < rounds; i++) {
            CHECK_EQ(go_semaphore_acquire(s, NULL, UNITS), 0);
            hold_and_release(UNITS, true);
        }
        atomic_store(&large_is_done, true);
    }
    while (!atomic_load(&large_is_done)) {
        CHECK_EQ(go_semaphore_acquire(s, NULL, 1), 0);
        hold_and_release(1, true);
    }
}

TEST_LONG(a_large_request_gets_its_turn_among_small_ones, 120)
{
    test_short_slices();
    s = go_semaphore_new(UNITS);
    test_run_disturbed(take_all_or_one, 2 * UNITS, (long)test_rounds(1000));
    CHECK(go_semaphore_try_acquire(s, UNITS));
    go_semaphore_free(s);
}

// Odd while somebody is known to wait.
static atomic_long window;
static atomic_bool window_is_over;

static void acquire_all(void)
{
    CHECK_EQ(go_semaphore_acquire(s, NULL, UNITS), 0);
    hold_and_release(UNITS, false);
}

// One unit is held until a request for all of them is seen to wait for it: a try of none fails then.
static void open_windows(long rounds)
{
    for (long i = 0; i < rounds; i++) {
        go_waitgroup wg = {0};
        CHECK_EQ(go_semaphore_acquire(s, NULL, 1), 0);
        go_waitgroup_go(&wg, acquire_all);
        WAIT_UNTIL(!go_semaphore_try_acquire(s, 0));
        atomic_fetch_add(&window, 1);
        for (int k = 0; k < 4; k++)
            go_yield();
        atomic_fetch_add(&window, 1);
        go_semaphore_release(s, 1);
        go_waitgroup_wait(&wg);
    }
    atomic_store(&window_is_over, true);
}

static void get_past(long me, long rounds)
{
    if (me == 0)
        open_windows(rounds);
    while (!atomic_load(&window_is_over)) {
        long before = atomic_load(&window);
        bool taken = go_semaphore_try_acquire(s, 1);
        CHECK(!taken || before % 2 == 0 || atomic_load(&window) != before);
        if (taken)
            hold_and_release(1, false);
        go_yield();
    }
}

TEST_LONG(nobody_gets_past_a_request_that_waits, 120)
{
    test_short_slices();
    s = go_semaphore_new(UNITS);
    test_run_disturbed(get_past, 4, (long)test_rounds(500));
    CHECK(go_semaphore_try_acquire(s, UNITS));
    go_semaphore_free(s);
}
