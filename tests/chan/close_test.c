// SPDX-License-Identifier: MIT
// Closing: whom it wakes and with what, that a parked sender panics in its own goroutine, what a second
// close says, and that what was buffered stays receivable.
// no-race: closes a channel beside senders that wait, which is a race itself.
#include "support/test.h"

static atomic_int woken_closed, woken_open, panicked;

static void receive_until_woken(chan(int) c)
{
    int v = 77;
    bool ok = chan_recv(c, &v);
    CHECK_EQ(v, 0);
    atomic_fetch_add(ok ? &woken_open : &woken_closed, 1);
}

TEST(close_wakes_every_parked_receiver_with_zero_and_false)
{
    test_one_processor();
    chan(int) c = chan_make(int);
    for (int i = 0; i < 50; i++)
        go(receive_until_woken, c);
    test_settle();
    chan_close(c);
    WAIT_UNTIL(atomic_load(&woken_closed) == 50);
    CHECK_EQ(atomic_load(&woken_open), 0);
    chan_free(c);
}

static int order[64], woken;

static void note_the_wake_up(recv_chan(int) c, int number)
{
    // Every third waits in a select, on another channel too.
    if (number % 3 == 2) {
        chan(int) other = chan_make(int);
        go_select {
            case_recv(c, NULL) {}
            case_recv(other, NULL) {}
        }
        chan_free(other);
    } else {
        chan_recv(c);
    }
    order[woken++] = number;
}

// A close walks the queue of waiters from both of its ends.
TEST(close_wakes_waiters_in_the_order_in_which_they_came)
{
    test_one_processor();
    static const int counts[] = {1, 2, 3, 4, 5, 35, 64};
    for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) {
        int n = counts[k];
        chan(int) c = chan_make(int);
        for (int i = 0; i < n; i++) {
            go(note_the_wake_up, c, i);
            test_settle();
        }
        woken = 0;
        chan_close(c);
        WAIT_UNTIL(woken == n);
        for (int i = 0; i < n; i++)
            CHECK_EQ(order[i], i);
        chan_free(c);
    }
}

static atomic_int ended_by_other;

static void wait_for_either(recv_chan(int) c, recv_chan(int) other)
{
    go_select {
        case_recv(c, NULL) {}
        case_recv(other, NULL) {
            atomic_fetch_add(&ended_by_other, 1);
        }
    }
}

TEST(close_passes_over_selects_that_another_close_has_ended)
{
    test_one_processor();
    for (int n = 1; n <= 5; n++) {
        chan(int) c = chan_make(int), other = chan_make(int);
        atomic_store(&woken_closed, 0);
        atomic_store(&ended_by_other, 0);
        for (int i = 0; i < n; i++) {
            go(wait_for_either, c, other);
            go(receive_until_woken, c);
        }
        test_settle();
        // Their places in c's queue are still there.
        chan_close(other);
        chan_close(c);
        WAIT_UNTIL(atomic_load(&ended_by_other) == n && atomic_load(&woken_closed) == n);
        chan_free(c);
        chan_free(other);
    }
}

static void send_and_expect_panic(chan(int) c, int v)
{
    EXPECT_RUNTIME_PANIC("send on closed channel", chan_send(c, v));
    atomic_fetch_add(&panicked, 1);
}

TEST(close_makes_every_parked_sender_panic_in_its_own_goroutine)
{
    test_one_processor();
    chan(int) c = chan_make(int);
    for (int i = 0; i < 50; i++)
        go(send_and_expect_panic, c, i);
    test_settle();
    CHECK_EQ(atomic_load(&panicked), 0);
    chan_close(c);
    WAIT_UNTIL(atomic_load(&panicked) == 50);
    chan_free(c);
}

TEST(values_of_parked_senders_are_lost_by_a_close_but_buffered_ones_stay)
{
    test_one_processor();
    chan(int) c = chan_make(int, 2);
    chan_send(c, 1);
    chan_send(c, 2);
    go(send_and_expect_panic, c, 3);
    test_settle();
    chan_close(c);
    WAIT_UNTIL(atomic_load(&panicked) == 1);
    int v;
    CHECK(chan_recv(c, &v) && v == 1);
    CHECK(chan_recv(c, &v) && v == 2);
    CHECK(!chan_recv(c, &v));
    chan_free(c);
}

TEST(second_close_panics)
{
    chan(int) c = chan_make(int, 1);
    chan_close(c);
    EXPECT_RUNTIME_PANIC("close of closed channel", chan_close(c));
    chan_free(c);
}

TEST(close_of_a_null_channel_panics)
{
    chan(int) none = NULL;
    EXPECT_RUNTIME_PANIC("close of nil channel", chan_close(none));
}

TEST(channel_still_works_for_receivers_after_a_failed_second_close)
{
    chan(int) c = chan_make(int, 1);
    chan_send(c, 8);
    chan_close(c);
    EXPECT_PANIC("close of closed channel", chan_close(c));
    EXPECT_PANIC("send on closed channel", chan_send(c, 9));
    CHECK_EQ(chan_recv(c), 8);
    chan_free(c);
}

static int plain_data;

static void write_then_close(chan(go_unit) done)
{
    plain_data = 42;
    chan_close(done);
}

TEST(close_happens_before_the_receive_that_reports_it)
{
    for (size_t i = 0; i < test_rounds(2000); i++) {
        chan(go_unit) done = chan_make(go_unit);
        plain_data = 0;
        go(write_then_close, done);
        CHECK(!chan_recv(done, NULL));
        CHECK_EQ(plain_data, 42);
        chan_free(done);
    }
}

TEST(close_and_free_may_be_bound_by_their_names)
{
    chan(int) ended = chan_make(int), kept = chan_ref(ended);
    {
        send_chan(int) out = ended;
        defer(chan_free, ended);
        defer(chan_close, out);
    }
    CHECK(!chan_recv(kept, NULL));
    chan_free(kept);
    EXPECT_RUNTIME_PANIC("close of nil channel", { defer(chan_close, (chan(int))NULL); });
}

static void uncaught_send_on_closed(void)
{
    chan(int) c = chan_make(int);
    go(chan_close, c);
    chan_send(c, 1);
}

TEST(uncaught_misuse_ends_the_process_with_gos_words)
{
    EXPECT_FATAL(uncaught_send_on_closed, "panic: send on closed channel\n");
}
