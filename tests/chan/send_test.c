// SPDX-License-Identifier: MIT
// Sending: when a send blocks and when it finishes, the order of values and of waiting senders, what is
// copied and how often an operand is evaluated, and what a send on a closed channel does.
#include "support/test.h"

static atomic_int finished;

static void send_value(chan(int) c, int v)
{
    chan_send(c, v);
    atomic_fetch_add(&finished, 1);
}

TEST(unbuffered_send_finishes_only_together_with_a_receive)
{
    test_one_processor();
    chan(int) c = chan_make(int);
    go(send_value, c, 5);
    test_settle();
    CHECK_EQ(atomic_load(&finished), 0);
    CHECK_EQ(chan_recv(c), 5);
    WAIT_UNTIL(atomic_load(&finished) == 1);
    chan_free(c);
}

TEST(buffered_send_blocks_only_when_the_buffer_is_full)
{
    test_one_processor();
    chan(int) c = chan_make(int, 2);
    for (int i = 0; i < 3; i++)
        go(send_value, c, i);
    test_settle();
    CHECK_EQ(atomic_load(&finished), 2);
    chan_recv(c);
    WAIT_UNTIL(atomic_load(&finished) == 3);
    chan_free(c);
}

TEST(buffered_values_come_out_in_the_order_of_their_sends)
{
    chan(int) c = chan_make(int, 7);
    int next_in = 0, next_out = 0;
    for (int round = 0; round < 50; round++) {
        for (int i = 0; i <= round % 7; i++)
            chan_send(c, next_in++);
        for (int i = 0; i <= round % 7; i++)
            CHECK_EQ(chan_recv(c), next_out++);
    }
    chan_free(c);
}

TEST(waiting_senders_are_served_in_the_order_they_came)
{
    test_one_processor();
    chan(int) c = chan_make(int);
    for (int i = 0; i < 20; i++) {
        go(send_value, c, i);
        test_settle();
    }
    for (int i = 0; i < 20; i++)
        CHECK_EQ(chan_recv(c), i);
    chan_free(c);
}

TEST(receive_from_a_full_buffer_takes_the_oldest_and_queues_the_parked_senders_value_last)
{
    test_one_processor();
    chan(int) c = chan_make(int, 3);
    for (int i = 0; i < 6; i++) {
        go(send_value, c, i);
        test_settle();
    }
    CHECK_EQ(atomic_load(&finished), 3);
    for (int i = 0; i < 6; i++) {
        CHECK_EQ(chan_recv(c), i);
        test_settle();
        CHECK_EQ(atomic_load(&finished), i + 4 < 6 ? i + 4 : 6);
    }
    chan_free(c);
}

TEST(no_value_overtakes_a_parked_senders_value)
{
    test_one_processor();
    chan(int) c = chan_make(int, 1);
    chan_send(c, 0);
    go(send_value, c, 1);
    test_settle();
    CHECK_EQ(chan_recv(c), 0);
    CHECK(!chan_try_send(c, 2));
    CHECK_EQ(chan_recv(c), 1);
    CHECK(chan_try_send(c, 2));
    CHECK_EQ(chan_recv(c), 2);
    chan_free(c);
}

TEST(send_on_a_closed_channel_panics)
{
    chan(int) unbuffered = chan_make(int), with_room = chan_make(int, 4);
    chan_close(unbuffered);
    chan_close(with_room);
    EXPECT_RUNTIME_PANIC("send on closed channel", chan_send(unbuffered, 1));
    EXPECT_RUNTIME_PANIC("send on closed channel", chan_send(with_room, 1));
    CHECK_EQ(chan_len(with_room), 0);
    chan_free(unbuffered);
    chan_free(with_room);
}

static int evaluated;

static int next_value(void)
{
    return ++evaluated;
}

static chan(int) the_channel(chan(int) c)
{
    evaluated += 100;
    return c;
}

TEST(channel_and_value_are_evaluated_once)
{
    chan(int) c = chan_make(int, 2);
    chan_send(the_channel(c), next_value());
    CHECK_EQ(evaluated, 101);
    CHECK(chan_try_send(the_channel(c), next_value()));
    CHECK_EQ(evaluated, 202);
    chan_free(c);
}

struct point {
    int x, y;
    const char *name;
};

TEST(value_may_be_a_compound_literal)
{
    chan(struct point) c = chan_make(struct point, 2);
    chan_send(c, (struct point){1, 2, "a"});
    CHECK(chan_try_send(c, (struct point){.y = 4, .name = "b"}));
    struct point a = chan_recv(c), b = chan_recv(c);
    CHECK(a.x == 1 && a.y == 2 && !strcmp(a.name, "a"));
    CHECK(b.x == 0 && b.y == 4 && !strcmp(b.name, "b"));
    chan_free(c);
}

TEST(value_is_converted_to_the_element_type)
{
    chan(double) doubles = chan_make(double, 2);
    chan_send(doubles, 1);
    chan_send(doubles, 'a');
    CHECK(chan_recv(doubles) == 1.0);
    CHECK(chan_recv(doubles) == 97.0);
    chan(unsigned char) bytes = chan_make(unsigned char, 1);
    int wide = 0x1ff;
    chan_send(bytes, wide);
    CHECK_EQ(chan_recv(bytes), 0xff);
    chan_free(doubles);
    chan_free(bytes);
}

TEST(value_may_be_a_const_or_volatile_object_or_an_array_that_decays)
{
    chan(int) numbers = chan_make(int, 2);
    const int fixed = 3;
    volatile int changing = 4;
    chan_send(numbers, fixed);
    chan_send(numbers, changing);
    CHECK_EQ(chan_recv(numbers) + chan_recv(numbers), 7);
    chan(char *) texts = chan_make(char *, 1);
    char text[] = "decays";
    chan_send(texts, text);
    CHECK(chan_recv(texts) == text);
    chan_free(numbers);
    chan_free(texts);
}

TEST(sent_value_is_a_copy)
{
    chan(struct point) c = chan_make(struct point, 1);
    struct point p = {1, 2, "before"};
    chan_send(c, p);
    p.x = 100;
    CHECK_EQ(chan_recv(c).x, 1);
    chan_free(c);
}

static void send_nested(chan(int) from, chan(int) to)
{
    chan_send(to, chan_recv(from) + chan_recv(from));
}

TEST(value_expression_may_itself_receive)
{
    chan(int) from = chan_make(int), to = chan_make(int);
    go(send_nested, from, to);
    chan_send(from, 20);
    chan_send(from, 22);
    CHECK_EQ(chan_recv(to), 42);
    chan_free(from);
    chan_free(to);
}
