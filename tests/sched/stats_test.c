// SPDX-License-Identifier: MIT
// go_stats: each number follows what the program does. Counters are compared before and after; what exists now is
// looked at while it certainly exists.
#include "support/test.h"

static void wait_for(chan(go_unit) release)
{
    chan_recv(release);
}

TEST(stats_count_goroutines_and_their_stacks)
{
    test_one_processor();
    size_t before = go_stats().stacks_in_use;
    chan(go_unit) release = chan_make(go_unit);
    for (int i = 0; i < 100; i++)
        go(wait_for, release);
    test_settle();
    struct go_stats s = go_stats();
    CHECK_EQ(s.goroutines, 101);
    CHECK_EQ(s.goroutines, go_num_goroutine());
    CHECK(s.stacks_in_use >= before + 100 * (size_t)(256 << 10));
    CHECK(s.stacks_reserved > s.stacks_in_use);
    chan_close(release);
    WAIT_UNTIL(go_stats().goroutines == 1);
}

static void nothing(void)
{
}

TEST(stats_count_what_waits_in_the_queues)
{
    test_one_processor();
    for (int i = 0; i < 1000; i++)
        go(nothing);
    // Here nothing runs before this goroutine gives way, unless the system holds it up.
    CHECK(go_stats().runnable <= 1000);
    WAIT_UNTIL(go_stats().runnable == 0);
}

TEST(stats_count_parks_and_switches)
{
    struct go_stats before = go_stats();
    for (int i = 0; i < 10; i++)
        go_sleep(GO_MICROSECOND);
    struct go_stats after = go_stats();
    CHECK(after.parks >= before.parks + 10);
    CHECK(after.switches >= before.switches + 10);
}

static void count_for_ever(_Atomic(long) *n)
{
    for (;;)
        atomic_fetch_add_explicit(n, 1, memory_order_relaxed);
}

TEST(stats_count_preemptions)
{
    static _Atomic(long) n;
    test_one_processor();
    go(count_for_ever, &n);
    WAIT_UNTIL(go_stats().preemptions > 0);
}

TEST(stats_count_processors_that_blocked_threads_gave_away)
{
    test_one_processor();
    uint64_t before = go_stats().handoffs;
    go(nothing);
    go_blocking(nothing);
    CHECK(go_stats().handoffs > before);
}

static void count_tokens(recv_chan(go_unit) tokens, atomic_long *n)
{
    chan_range(token, tokens) {
        (void)token;
        atomic_fetch_add(n, 1);
    }
}

static void compute_for(go_duration d)
{
    go_time start = go_now();
    while (go_since(start) < d) {}
}

// Whom it has made ready runs next on its own processor, where no queue shows it; one that is idle takes it all the same. (The
// monitor would see to it too, later, and not as a theft.)
TEST(goroutine_made_ready_by_one_that_computes_is_stolen)
{
    if (go_num_cpu() < 2)
        test_skip("one processor");
    go_maxprocs(2);
    chan(go_unit) tokens = chan_make(go_unit, 1);
    atomic_long counted = 0;
    uint64_t before = go_stats().steals;
    go(count_tokens, tokens, &counted);
    for (long i = 1; i <= 2000 && go_stats().steals < before + 10; i++) {
        compute_for(300 * GO_MICROSECOND);
        chan_send(tokens, (go_unit){});
        while (atomic_load(&counted) < i) {}
    }
    CHECK(go_stats().steals >= before + 10);
    chan_close(tokens);
    WAIT_UNTIL(go_num_goroutine() == 1);
    chan_free(tokens);
}

TEST(stats_know_the_processors_and_threads)
{
    go_maxprocs(3);
    struct go_stats s = go_stats();
    CHECK_EQ(s.procs, 3);
    CHECK(s.idle_procs < 3);
    CHECK(s.threads >= 1);
    CHECK(s.idle_threads < s.threads);
}
