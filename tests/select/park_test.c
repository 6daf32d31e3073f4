// SPDX-License-Identifier: MIT
// The parked select: a close that arrives meanwhile, its place in the queues and that it leaves none behind,
// that a goroutine never pairs with itself, that an unused time-out is gone, and that nothing grows.
#include "support/memory.h"
#include "support/test.h"

static atomic_int chosen;
static atomic_bool ended;

static void select_two(chan(int) a, chan(int) b)
{
    int v;
    bool ok = true;
    go_select {
        case_recv(a, &v, &ok) {
            atomic_store(&chosen, ok ? 1 : -1);
        }
        case_recv(b, &v, &ok) {
            atomic_store(&chosen, ok ? 2 : -2);
        }
    }
    atomic_store(&ended, true);
}

TEST(close_while_parked_gives_a_receiving_case_zero_and_false)
{
    test_one_processor();
    chan(int) a = chan_make(int), b = chan_make(int);
    go(select_two, a, b);
    test_settle();
    CHECK_EQ(atomic_load(&chosen), 0);
    chan_close(b);
    WAIT_UNTIL(atomic_load(&ended));
    CHECK_EQ(atomic_load(&chosen), -2);
    chan_free(a);
    chan_free(b);
}

static void select_sends(chan(int) a, chan(int) b)
{
    go_select {
        case_send(a, 1) {}
        case_send(b, 2) {}
    }
}

static void expect_panic_in_select(chan(int) a, chan(int) b)
{
    EXPECT_RUNTIME_PANIC("send on closed channel", select_sends(a, b));
    atomic_store(&ended, true);
}

TEST(close_while_parked_makes_a_sending_case_panic_in_its_own_goroutine)
{
    test_one_processor();
    chan(int) a = chan_make(int), b = chan_make(int);
    go(expect_panic_in_select, a, b);
    test_settle();
    chan_close(a);
    WAIT_UNTIL(atomic_load(&ended));
    CHECK(!chan_try_send(b, 1));
    chan_free(a);
    chan_free(b);
}

TEST(no_waiter_stays_behind_on_the_channels_not_chosen)
{
    test_one_processor();
    chan(int) a = chan_make(int), b = chan_make(int);
    for (int i = 0; i < 100; i++) {
        atomic_store(&ended, false);
        go(select_two, a, b);
        test_settle();
        chan_send(a, i);
        WAIT_UNTIL(atomic_load(&ended));
        CHECK_EQ(atomic_load(&chosen), 1);
        CHECK(!chan_try_send(a, i));
        CHECK(!chan_try_send(b, i));
    }
    chan_free(a);
    chan_free(b);
}

static void receive_as(chan(int) c, int name, chan(int) order)
{
    chan_recv(c);
    chan_send(order, name);
}

TEST(chosen_select_leaves_the_middle_of_another_queue)
{
    test_one_processor();
    chan(int) a = chan_make(int), b = chan_make(int), order = chan_make(int, 8);
    go(receive_as, b, 1, order);
    test_settle();
    go(select_two, a, b);
    test_settle();
    go(receive_as, b, 2, order);
    test_settle();
    chan_send(a, 0);
    WAIT_UNTIL(atomic_load(&ended));
    chan_send(b, 0);
    test_settle();
    chan_send(b, 0);
    CHECK_EQ(chan_recv(order), 1);
    CHECK_EQ(chan_recv(order), 2);
    CHECK(!chan_try_send(b, 0));
    chan_free(a);
    chan_free(b);
    chan_free(order);
}

TEST(parked_select_keeps_its_place_among_the_waiters)
{
    test_one_processor();
    chan(int) a = chan_make(int), b = chan_make(int), order = chan_make(int, 8);
    go(receive_as, b, 1, order);
    test_settle();
    go(select_two, a, b);
    test_settle();
    go(receive_as, b, 3, order);
    test_settle();
    chan_send(b, 0);
    test_settle();
    CHECK(!atomic_load(&ended));
    chan_send(b, 0);
    WAIT_UNTIL(atomic_load(&ended));
    CHECK_EQ(chan_len(order), 1);
    chan_send(b, 0);
    CHECK_EQ(chan_recv(order), 1);
    CHECK_EQ(chan_recv(order), 3);
    chan_free(a);
    chan_free(b);
    chan_free(order);
}

TEST(select_never_pairs_with_itself)
{
    chan(int) c = chan_make(int);
    int v = 0, expired = 0;
    go_select {
        case_send(c, 1) {
            FAIL("sent to itself");
        }
        case_recv(c, &v) {
            FAIL("received from itself");
        }
        case_default {
            expired++;
        }
    }
    go_select {
        case_send(c, 1) {
            FAIL("sent to itself");
        }
        case_recv(c, &v) {
            FAIL("received from itself");
        }
        case_timeout(GO_MILLISECOND) {
            expired++;
        }
    }
    CHECK_EQ(expired, 2);
    chan_free(c);
}

static atomic_int sends, receives;

static void meet(chan(int) c, int rounds)
{
    for (int i = 0; i < rounds; i++) {
        int v;
        go_select {
            case_send(c, 1) {
                atomic_fetch_add(&sends, 1);
            }
            case_recv(c, &v) {
                atomic_fetch_add(&receives, 1);
            }
        }
    }
    atomic_fetch_add(&chosen, 1);
}

TEST(two_selects_that_both_send_and_receive_pair_with_each_other)
{
    chan(int) c = chan_make(int);
    int rounds = (int)test_rounds(5000);
    go(meet, c, rounds);
    go(meet, c, rounds);
    WAIT_UNTIL(atomic_load(&chosen) == 2);
    CHECK_EQ(atomic_load(&sends), rounds);
    CHECK_EQ(atomic_load(&receives), rounds);
    chan_free(c);
}

static void send_one(chan(int) c)
{
    chan_send(c, 1);
}

static void finish_select_then_deadlock(void)
{
    chan(int) c = chan_make(int);
    go(send_one, c);
    go_select {
        case_recv(c) {}
        case_timeout(GO_HOUR) {}
    }
    chan_recv(c);
}

// A pending timer means no deadlock, so a time-out that outlived its select would hide this one.
TEST(timeout_of_a_finished_select_is_gone)
{
    EXPECT_FATAL(finish_select_then_deadlock, "all goroutines are asleep - deadlock!");
}

static void feed(chan(int) c, size_t n)
{
    for (size_t i = 0; i < n; i++)
        chan_send(c, 1);
}

static void receive_beside_an_idle_channel(chan(int) busy, chan(int) idle, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        go_select {
            case_recv(busy) {}
            case_recv(idle) {}
            case_timeout(GO_HOUR) {}
        }
    }
}

TEST(parked_selects_leave_nothing_that_grows)
{
    chan(int) busy = chan_make(int), idle = chan_make(int);
    size_t rounds = test_rounds(200000);
    go(feed, busy, 2 * rounds);
    receive_beside_an_idle_channel(busy, idle, rounds);
    size_t before = test_resident();
    receive_beside_an_idle_channel(busy, idle, rounds);
    CHECK(test_resident() < before + (2 << 20) || test_under_asan() || test_under_tsan());
    chan_free(busy);
    chan_free(idle);
}

static void deadlock_in_select(void)
{
    chan(int) a = chan_make(int), b = chan_make(int);
    select_sends(a, b);
}

TEST(parked_select_is_shown_as_select)
{
    EXPECT_FATAL(deadlock_in_select, "goroutine 1 [select]:");
}

static int plain;

static void write_then_feed(chan(int) c)
{
    plain++;
    chan_send(c, 1);
}

TEST(send_happens_before_the_select_that_receives_it)
{
    chan(int) a = chan_make(int), b = chan_make(int, 1);
    int rounds = (int)test_rounds(2000);
    for (int i = 1; i <= rounds; i++) {
        go(write_then_feed, i % 2 ? a : b);
        go_select {
            case_recv(a) {}
            case_recv(b) {}
        }
        CHECK_EQ(plain, i);
    }
    chan_free(a);
    chan_free(b);
}
