// SPDX-License-Identifier: MIT
// The token bucket, on a clock of the test's own wherever arithmetic is the subject: moments are made up, so every
// result is exact. Only what waits uses the real clock, and then only "not earlier" is checked.
#include "support/test.h"

#include <math.h>

// The moment ms milliseconds after an origin that knows the wall clock only.
static go_time at(int64_t ms)
{
    return (go_time){.wall = GO_HOUR + ms * GO_MILLISECOND};
}

TEST(a_new_limiter_is_full_and_allows_its_burst_at_once)
{
    go_limiter *l = go_limiter_new(10, 3);
    CHECK(go_limiter_allow_n(l, at(0), 3));
    CHECK(!go_limiter_allow_n(l, at(0), 1));
    go_limiter_free(l);
}

TEST(tokens_come_back_continuously_and_up_to_the_burst)
{
    go_limiter *l = go_limiter_new(10, 3);
    CHECK(go_limiter_allow_n(l, at(0), 3));
    CHECK(!go_limiter_allow_n(l, at(99), 1));
    CHECK(go_limiter_allow_n(l, at(100), 1));
    CHECK(!go_limiter_allow_n(l, at(10000), 4));
    CHECK(go_limiter_allow_n(l, at(10000), 3));
    go_limiter_free(l);
}

TEST(time_that_goes_backwards_adds_and_removes_nothing)
{
    go_limiter *l = go_limiter_new(10, 3);
    CHECK(go_limiter_allow_n(l, at(100), 1));
    CHECK(go_limiter_allow_n(l, at(0), 1));
    CHECK(go_limiter_allow_n(l, at(0), 1));
    CHECK(!go_limiter_allow_n(l, at(0), 1));
    CHECK(go_limiter_allow_n(l, at(100), 1));
    CHECK(!go_limiter_allow_n(l, at(100), 1));
    go_limiter_free(l);
}

TEST(a_reservation_says_how_long_to_wait_and_may_bring_the_bucket_below_zero)
{
    go_limiter *l = go_limiter_new(10, 2);
    go_reservation a = go_limiter_reserve_n(l, at(0), 2), b = go_limiter_reserve_n(l, at(0), 2),
                   c = go_limiter_reserve_n(l, at(50), 1);
    CHECK(a.ok && b.ok && c.ok);
    CHECK_EQ(a.delay, 0);
    CHECK_EQ(b.delay, 200 * GO_MILLISECOND);
    CHECK_EQ(c.delay, 250 * GO_MILLISECOND);
    CHECK(go_limiter_tokens_at(l, at(50)) < -2.49 && go_limiter_tokens_at(l, at(50)) > -2.51);
    go_limiter_free(l);
}

TEST(more_than_the_burst_is_refused_and_takes_nothing)
{
    go_limiter *l = go_limiter_new(10, 2);
    go_reservation r = go_limiter_reserve_n(l, at(0), 3);
    CHECK(!r.ok);
    CHECK_EQ(r.delay, INT64_MAX);
    go_reservation_cancel(&r);
    CHECK_EQ(go_limiter_wait_n(l, NULL, 3), -EINVAL);
    CHECK(!go_limiter_reserve_n(l, at(0), -1).ok);
    CHECK(go_limiter_allow_n(l, at(0), 2));
    go_limiter_free(l);
}

TEST(a_cancelled_reservation_gives_its_tokens_back_once)
{
    go_limiter *l = go_limiter_new(10, 2);
    CHECK(go_limiter_allow_n(l, at(0), 2));
    go_reservation r = go_limiter_reserve_n(l, at(0), 2);
    go_reservation_cancel_at(&r, at(0));
    go_reservation_cancel_at(&r, at(0));
    CHECK_EQ(go_limiter_reserve_n(l, at(0), 2).delay, 200 * GO_MILLISECOND);
    go_limiter_free(l);
}

TEST(what_later_reservations_rely_on_is_not_given_back)
{
    go_limiter *l = go_limiter_new(10, 2);
    CHECK(go_limiter_allow_n(l, at(0), 2));
    go_reservation first = go_limiter_reserve_n(l, at(0), 2),
                   later = go_limiter_reserve_n(l, at(0), 1);
    CHECK_EQ(later.delay, 300 * GO_MILLISECOND);
    go_reservation_cancel_at(&first, at(0));
    // The later one has been told 300 ms: one of the two tokens comes before that and serves it.
    CHECK_EQ(go_limiter_reserve_n(l, at(0), 1).delay, 300 * GO_MILLISECOND);
    go_limiter_free(l);
}

TEST(nothing_is_given_back_once_the_tokens_are_due)
{
    go_limiter *l = go_limiter_new(10, 2);
    CHECK(go_limiter_allow_n(l, at(0), 2));
    go_reservation r = go_limiter_reserve_n(l, at(0), 2);
    go_reservation_cancel_at(&r, at(201));
    CHECK(!go_limiter_allow_n(l, at(201), 1));
    go_limiter_free(l);
}

TEST(a_cancel_counts_at_the_rate_in_force_when_the_reservation_was_made)
{
    go_limiter *l = go_limiter_new(10, 2);
    CHECK(go_limiter_allow_n(l, at(0), 2));
    go_reservation r = go_limiter_reserve_n(l, at(0), 2), later = go_limiter_reserve_n(l, at(0), 1);
    go_limiter_set_limit_at(l, at(0), 1000);
    go_reservation_cancel_at(&r, at(0));
    CHECK(later.ok);
    CHECK_EQ((int)go_limiter_tokens_at(l, at(0)), -2);
    go_limiter_free(l);
}

TEST(a_change_of_rate_or_burst_counts_from_its_moment_on)
{
    go_limiter *l = go_limiter_new(10, 10);
    CHECK(go_limiter_allow_n(l, at(0), 10));
    go_limiter_set_limit_at(l, at(500), 100);
    CHECK_EQ((int)(go_limiter_tokens_at(l, at(510)) * 10 + 0.5), 60);
    go_limiter_set_burst_at(l, at(510), 3);
    CHECK(!go_limiter_allow_n(l, at(510), 4));
    CHECK(go_limiter_allow_n(l, at(510), 3));
    CHECK(!go_limiter_allow_n(l, at(510), 1));
    go_limiter_free(l);
}

TEST(an_infinite_rate_allows_everything_whatever_the_burst)
{
    go_limiter *l = go_limiter_new(GO_RATE_INF, 0);
    for (int i = 0; i < 1000; i++)
        CHECK(go_limiter_allow_n(l, at(0), 1000000));
    CHECK_EQ(go_limiter_wait_n(l, NULL, 1000000), 0);
    go_reservation r = go_limiter_reserve_n(l, at(0), 5);
    CHECK(r.ok && r.delay == 0);
    go_reservation_cancel_at(&r, at(0));
    go_limiter_free(l);
}

TEST(zero_and_tiny_rates_do_not_overflow)
{
    static const double rates[] = {0, -1, 1e-300, 1e-12};
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        go_limiter *l = go_limiter_new(rates[i], 1);
        CHECK(go_limiter_allow_n(l, at(0), 1));
        CHECK(!go_limiter_allow_n(l, at(1000000), 1));
        CHECK_EQ(go_limiter_reserve_n(l, at(0), 1).delay, INT64_MAX);
        go_limiter_free(l);
    }
}

TEST(a_wait_returns_no_earlier_than_the_tokens_come)
{
    go_limiter *l = go_limiter_new(100, 1);
    go_time begin = go_now();
    for (int i = 0; i < 4; i++)
        CHECK_EQ(go_limiter_wait(l, NULL), 0);
    CHECK(go_since(begin) >= 30 * GO_MILLISECOND);
    go_limiter_free(l);
}

TEST(a_wait_that_the_deadline_cannot_allow_fails_at_once_and_takes_nothing)
{
    go_limiter *l = go_limiter_new(0.001, 1);
    go_context *ctx = go_context_with_timeout(go_context_background(), 100 * GO_SECOND);
    CHECK_EQ(go_limiter_wait(l, ctx), 0);
    CHECK_EQ(go_limiter_wait(l, ctx), -ETIMEDOUT);
    CHECK_EQ(go_context_err(ctx), 0);
    CHECK(go_limiter_tokens(l) >= 0);
    go_context_free(ctx);
    go_limiter_free(l);
}

static void wait_in(go_limiter *l, go_context *ctx, send_chan(int) result)
{
    chan_send(result, go_limiter_wait(l, ctx));
}

TEST(a_wait_ends_with_its_context_and_gives_the_tokens_back)
{
    go_limiter *l = go_limiter_new(0.001, 1);
    go_context *ctx = go_context_with_cancel(go_context_background());
    chan(int) result = chan_make(int);
    CHECK(go_limiter_allow(l));
    go(wait_in, l, ctx, result);
    WAIT_UNTIL(go_limiter_tokens(l) < -0.5);
    go_context_cancel(ctx);
    CHECK_EQ(chan_recv(result), -ECANCELED);
    CHECK(go_limiter_tokens(l) >= 0);
    CHECK_EQ(go_limiter_wait(l, ctx), -ECANCELED);
    chan_free(result);
    go_context_free(ctx);
    go_limiter_free(l);
}

static void take(go_limiter *l, int rounds, atomic_int *allowed)
{
    for (int i = 0; i < rounds; i++)
        if (go_limiter_allow(l))
            atomic_fetch_add(allowed, 1);
}

TEST(many_goroutines_together_get_no_more_than_there_is)
{
    atomic_int allowed = 0;
    go_waitgroup wg = {0};
    go_limiter *l = go_limiter_new(0, 1000);
    for (int i = 0; i < 8; i++)
        go_waitgroup_go(&wg, take, l, 500, &allowed);
    go_waitgroup_wait(&wg);
    CHECK_EQ(allowed, 1000);
    go_limiter_free(l);
}

// A refused call leaves behind until when others are refused without the lock: whatever may bring a token sooner ends that.

TEST(a_cancelled_reservation_lets_through_who_was_refused_before)
{
    go_limiter *l = go_limiter_new(0.001, 1);
    go_reservation r = go_limiter_reserve_n(l, go_time_add(go_now(), GO_HOUR), 1);
    CHECK(!go_limiter_allow(l) && !go_limiter_allow(l));
    go_reservation_cancel(&r);
    CHECK(go_limiter_allow(l));
    CHECK(!go_limiter_allow(l));
    go_limiter_free(l);
}

TEST(a_higher_rate_lets_through_who_was_refused_before)
{
    go_limiter *l = go_limiter_new(0.001, 1);
    CHECK(go_limiter_allow(l));
    CHECK(!go_limiter_allow(l) && !go_limiter_allow(l));
    go_limiter_set_limit(l, 1000);
    WAIT_UNTIL(go_limiter_allow(l));
    CHECK(!go_limiter_allow(l));
    go_limiter_set_limit(l, INFINITY);
    CHECK(go_limiter_allow(l));
    go_limiter_free(l);
}

TEST(a_burst_lets_through_who_was_refused_for_want_of_any)
{
    go_limiter *l = go_limiter_new(1000000, 0);
    CHECK(!go_limiter_allow(l) && !go_limiter_allow(l));
    go_limiter_set_burst(l, 1);
    WAIT_UNTIL(go_limiter_allow(l));
    go_limiter_free(l);
}

TEST(who_was_refused_is_let_through_as_soon_as_a_token_is_there)
{
    int refused = 0, allowed = 0;
    go_limiter *l = go_limiter_new(300000, 2);
    while (refused < 1000 || allowed < 1000) {
        bool there = go_limiter_tokens(l) >= 1;
        bool ok = go_limiter_allow(l);
        CHECK(ok || !there);
        ok ? allowed++ : refused++;
    }
    go_limiter_free(l);
}
