// SPDX-License-Identifier: MIT
// A NULL channel behaves as Go's nil channel: it blocks for ever in both directions, is never ready, has
// no length, and closing it panics (close_test). That somebody is blocked for ever is seen by the report
// of the global deadlock, which names the state.
#include "support/test.h"

static void send_for_ever(void)
{
    chan(int) none = NULL;
    chan_send(none, 1);
    printf("went on\n");
}

TEST(send_on_a_null_channel_blocks_for_ever)
{
    struct outcome o = EXPECT_FATAL(send_for_ever, "all goroutines are asleep - deadlock!");
    CHECK_CONTAINS(o.err, "goroutine 1 [chan send (nil chan)]:");
    CHECK_STR(o.out, "");
}

static void receive_for_ever(void)
{
    recv_chan(int) none = NULL;
    chan_recv(none);
    printf("went on\n");
}

TEST(receive_from_a_null_channel_blocks_for_ever)
{
    struct outcome o = EXPECT_FATAL(receive_for_ever, "all goroutines are asleep - deadlock!");
    CHECK_CONTAINS(o.err, "goroutine 1 [chan receive (nil chan)]:");
    CHECK_STR(o.out, "");
}

static void range_for_ever(void)
{
    chan(int) none = NULL;
    chan_range(v, none) {
        (void)v;
        printf("body\n");
    }
    printf("went on\n");
}

TEST(range_over_a_null_channel_blocks_for_ever)
{
    struct outcome o = EXPECT_FATAL(range_for_ever, "all goroutines are asleep - deadlock!");
    CHECK_STR(o.out, "");
}

static atomic_bool passed;

static void send_on_null(void)
{
    chan(int) none = NULL;
    chan_send(none, 1);
    atomic_store(&passed, true);
}

TEST(goroutine_blocked_on_a_null_channel_does_not_hold_up_others)
{
    test_one_processor();
    go(send_on_null);
    test_settle();
    CHECK(!atomic_load(&passed));
    CHECK_EQ(go_num_goroutine(), 2);
}

TEST(null_channel_has_no_length_and_no_capacity)
{
    chan(int) none = NULL;
    CHECK_EQ(chan_len(none), 0);
    CHECK_EQ(chan_cap(none), 0);
}

TEST(operations_that_do_not_wait_report_a_null_channel_as_not_ready)
{
    chan(int) none = NULL;
    int v = 3;
    CHECK(!chan_try_send(none, 1));
    CHECK_EQ(chan_try_recv(none, &v), GO_WOULD_BLOCK);
    CHECK_EQ(v, 3);
}
