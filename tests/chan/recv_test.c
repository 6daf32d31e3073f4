// SPDX-License-Identifier: MIT
// Receiving: the two forms, blocking, the order of waiting receivers, draining a closed channel, and the
// places in an expression where a receive may stand.
#include "support/test.h"

static atomic_int received[32];
static atomic_int received_count;

static void receive_into(chan(int) c, int slot)
{
    atomic_store(&received[slot], chan_recv(c));
    atomic_fetch_add(&received_count, 1);
}

TEST(receive_blocks_until_a_value_is_sent)
{
    test_one_processor();
    chan(int) c = chan_make(int);
    go(receive_into, c, 0);
    test_settle();
    CHECK_EQ(atomic_load(&received_count), 0);
    chan_send(c, 9);
    WAIT_UNTIL(atomic_load(&received_count) == 1);
    CHECK_EQ(atomic_load(&received[0]), 9);
    chan_free(c);
}

static void check_receivers_are_served_in_order(chan(int) c)
{
    test_one_processor();
    for (int i = 0; i < 20; i++) {
        go(receive_into, c, i);
        test_settle();
    }
    for (int i = 0; i < 20; i++)
        chan_send(c, i);
    WAIT_UNTIL(atomic_load(&received_count) == 20);
    for (int i = 0; i < 20; i++)
        CHECK_EQ(atomic_load(&received[i]), i);
    chan_free(c);
}

TEST(waiting_receivers_of_an_unbuffered_channel_are_served_in_the_order_they_came)
{
    check_receivers_are_served_in_order(chan_make(int));
}

TEST(waiting_receivers_of_a_buffered_channel_are_served_in_the_order_they_came)
{
    check_receivers_are_served_in_order(chan_make(int, 4));
}

TEST(recv_on_closed_channel_drains_buffer_then_returns_zero)
{
    chan(int) c = chan_make(int, 3);
    chan_send(c, 1);
    chan_send(c, 2);
    chan_close(c);
    int v = 99;
    CHECK(chan_recv(c, &v) && v == 1);
    CHECK(chan_recv(c, &v) && v == 2);
    for (int i = 0; i < 3; i++) {
        v = 99;
        CHECK(!chan_recv(c, &v));
        CHECK_EQ(v, 0);
        CHECK_EQ(chan_recv(c), 0);
    }
    chan_free(c);
}

struct pair {
    double d;
    char *p;
};

TEST(zero_value_of_a_closed_channel_covers_the_whole_element)
{
    chan(struct pair) c = chan_make(struct pair);
    chan_close(c);
    struct pair v = {1.5, (char *)&v};
    CHECK(!chan_recv(c, &v));
    CHECK(v.d == 0 && v.p == NULL);
    struct pair w = chan_recv(c);
    CHECK(w.d == 0 && w.p == NULL);
    chan_free(c);
}

TEST(receive_with_status_tells_a_sent_zero_from_a_closed_channel)
{
    chan(int) c = chan_make(int, 1);
    int v = 1;
    chan_send(c, 0);
    chan_close(c);
    CHECK(chan_recv(c, &v) && v == 0);
    CHECK(!chan_recv(c, &v));
    chan_free(c);
}

TEST(receive_into_null_drops_the_value_and_reports_the_status)
{
    chan(int) c = chan_make(int, 1);
    chan_send(c, 5);
    CHECK(chan_recv(c, NULL));
    CHECK_EQ(chan_len(c), 0);
    chan_close(c);
    CHECK(!chan_recv(c, NULL));
    chan_free(c);
}

static void echo(chan(int) in, chan(int) out)
{
    chan_send(out, chan_recv(in));
}

TEST(receives_may_stand_anywhere_in_an_expression)
{
    chan(int) a = chan_make(int, 4), b = chan_make(int, 4);
    for (int i = 1; i <= 4; i++) {
        chan_send(a, i);
        chan_send(b, 10 * i);
    }
    CHECK_EQ(chan_recv(a) + chan_recv(b), 11);
    int table[] = {chan_recv(a), chan_recv(b)};
    CHECK_EQ(table[0] * table[1], 40);
    CHECK_EQ(chan_recv(a) > 2 ? chan_recv(b) : -1, 30);
    chan_free(a);
    chan_free(b);
}

TEST(a_channel_may_be_received_and_used_at_once)
{
    chan(chan(int)) requests = chan_make(chan(int), 1);
    chan(int) reply = chan_make(int, 1), in = chan_make(int);
    go(echo, in, reply);
    chan_send(in, 17);
    chan_send(requests, reply);
    CHECK_EQ(chan_recv(chan_recv(requests)), 17);
    chan_free(requests);
    chan_free(reply);
    chan_free(in);
}

static int evaluations;

static chan(int) counted(chan(int) c)
{
    evaluations++;
    return c;
}

TEST(channel_operand_is_evaluated_once)
{
    chan(int) c = chan_make(int, 4);
    int v;
    for (int i = 0; i < 3; i++)
        chan_send(c, i);
    chan_recv(counted(c));
    CHECK_EQ(evaluations, 1);
    chan_recv(counted(c), &v);
    CHECK_EQ(evaluations, 2);
    CHECK_EQ(chan_try_recv(counted(c), &v), GO_OK);
    CHECK_EQ(evaluations, 3);
    chan_free(c);
}

TEST(directed_types_receive_and_send_on_the_same_channel)
{
    chan(int) c = chan_make(int, 1);
    send_chan(int) out = c;
    recv_chan(int) in = c;
    chan_send(out, 3);
    CHECK_EQ(chan_recv(in), 3);
    chan_close(out);
    CHECK(!chan_recv(in, NULL));
    chan_free(c);
}
