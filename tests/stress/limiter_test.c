// SPDX-License-Identifier: MIT
// Rate limiters used by many at once. Against the real clock no more tokens may be had than the burst and what came since
// the beginning, however the users are held up between looking at the clock and taking a token. At moments that the program
// gives, where nothing comes while all try, exactly the burst is to be had.
#include "support/disturbed.h"
#include "support/test.h"

// Tokens come more slowly than they are asked for, and the bucket is never full again, so none is lost.
enum { RATE = 200000, BURST = 200000 };

static go_limiter *l;
static atomic_long taken;

static bool wait_with_context(uint32_t *seed)
{
    go_context *ctx = go_context_with_timeout(go_context_background(),
                                              test_random(seed, 1000) * GO_MICROSECOND);
    int err = go_limiter_wait(l, ctx);
    CHECK(err == 0 || err == go_context_err(ctx) || err == -ETIMEDOUT);
    go_context_free(ctx);
    return err == 0;
}

static bool take_one(uint32_t *seed)
{
    switch (test_random(seed, 64)) {
    case 0:
        return go_limiter_wait(l, NULL) == 0;
    case 1:
        return wait_with_context(seed);
    default:
        return go_limiter_allow(l);
    }
}

static void take(long me, long rounds)
{
    uint32_t seed = (uint32_t)me;
    for (long i = 0; i < rounds; i++)
        if (take_one(&seed))
            atomic_fetch_add(&taken, 1);
}

static go_time empty_bucket(void)
{
    go_time begin = go_now();
    l = go_limiter_new(RATE, BURST);
    CHECK(go_limiter_allow_n(l, begin, BURST));
    return begin;
}

static void check_rate(go_time begin)
{
    double come = RATE * ((double)go_since(begin) / GO_SECOND);
    CHECK(atomic_load(&taken) <= (long)come + 1);
    go_limiter_free(l);
}

TEST_LONG(no_more_tokens_are_had_than_have_come, 120)
{
    test_short_slices();
    go_time begin = empty_bucket();
    test_run_disturbed(take, 8, (long)test_rounds(30000));
    check_rate(begin);
    WAIT_UNTIL(go_num_goroutine() == 1);
}

static void take_only(long rounds)
{
    for (long i = 0; i < rounds; i++)
        if (go_limiter_allow(l))
            atomic_fetch_add(&taken, 1);
}

// On one processor nobody is held up but between two instructions: also behind its look at the clock.
TEST_LONG(one_that_is_held_up_on_its_way_brings_no_tokens_twice, 120)
{
    go_waitgroup wg = {0};
    test_short_slices();
    test_one_processor();
    go_time begin = empty_bucket();
    for (int i = 0; i < 8; i++)
        go_waitgroup_go(&wg, take_only, (long)test_rounds(200000));
    go_waitgroup_wait(&wg);
    check_rate(begin);
}

enum { USERS = 6, FEW = 10 };

static go_barrier *barrier;

// In each round all take what they can at one moment; the next one is so much later that the bucket is full again.
static void take_all_at_once(long me, long rounds)
{
    for (long i = 0; i < rounds; i++) {
        go_time moment = {.wall = GO_SECOND * (i + 1)};
        for (int k = 0; k < FEW; k++)
            if (go_limiter_allow_n(l, moment, 1))
                atomic_fetch_add(&taken, 1);
        go_barrier_wait(barrier);
        if (me == 0)
            CHECK_EQ(atomic_exchange(&taken, 0), FEW);
        go_barrier_wait(barrier);
    }
}

TEST_LONG(a_full_bucket_gives_exactly_its_burst_to_many_at_once, 120)
{
    test_short_slices();
    l = go_limiter_new(FEW, FEW);
    barrier = go_barrier_new(USERS + TEST_THREADS);
    test_run_disturbed(take_all_at_once, USERS, (long)test_rounds(2000));
    go_barrier_free(barrier);
    go_limiter_free(l);
}
