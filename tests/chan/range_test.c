// SPDX-License-Identifier: MIT
// Ranging over a channel: it ends on closed-and-drained only, is a loop in every other respect, and may be
// nested, left and resumed.
#include "support/test.h"

static void produce(send_chan(int) out, int n)
{
    for (int i = 1; i <= n; i++)
        chan_send(out, i);
    chan_close(out);
}

TEST(range_receives_every_value_and_ends_when_closed_and_drained)
{
    chan(int) c = chan_make(int, 3);
    int sum = 0, count = 0;
    go(produce, c, 100);
    chan_range(v, c) {
        sum += v;
        count++;
    }
    CHECK_EQ(sum, 5050);
    CHECK_EQ(count, 100);
    chan_free(c);
}

TEST(range_over_a_closed_and_empty_channel_runs_no_body)
{
    chan(int) c = chan_make(int);
    chan_close(c);
    chan_range(v, c) {
        FAIL("received %d", v);
    }
    chan_free(c);
}

TEST(range_does_not_end_at_a_zero_value)
{
    chan(int) c = chan_make(int, 3);
    int count = 0;
    for (int i = 0; i < 3; i++)
        chan_send(c, 0);
    chan_close(c);
    chan_range(v, c) {
        CHECK_EQ(v, 0);
        count++;
    }
    CHECK_EQ(count, 3);
    chan_free(c);
}

TEST(break_leaves_the_rest_in_place)
{
    chan(int) c = chan_make(int, 5);
    produce(c, 5);
    chan_range(v, c) {
        if (v == 2)
            break;
    }
    CHECK_EQ(chan_len(c), 3);
    CHECK_EQ(chan_recv(c), 3);
    chan_free(c);
}

TEST(continue_goes_on_with_the_next_value)
{
    chan(int) c = chan_make(int, 6);
    int odd = 0;
    produce(c, 6);
    chan_range(v, c) {
        if (v % 2 == 0)
            continue;
        odd += v;
    }
    CHECK_EQ(odd, 9);
    chan_free(c);
}

static int first_above(recv_chan(int) c, int limit)
{
    chan_range(v, c) {
        if (v > limit)
            return v;
    }
    return -1;
}

TEST(return_leaves_the_function)
{
    chan(int) c = chan_make(int, 8);
    produce(c, 8);
    CHECK_EQ(first_above(c, 3), 4);
    CHECK_EQ(first_above(c, 6), 7);
    CHECK_EQ(first_above(c, 50), -1);
    chan_free(c);
}

static int evaluations;

static chan(int) counted(chan(int) c)
{
    evaluations++;
    return c;
}

TEST(channel_operand_of_a_range_is_evaluated_once)
{
    chan(int) c = chan_make(int, 4);
    produce(c, 4);
    chan_range(v, counted(c))
        (void)v;
    CHECK_EQ(evaluations, 1);
    chan_free(c);
}

static void produce_channels(send_chan(chan(int)) out, int n)
{
    for (int i = 1; i <= n; i++) {
        chan(int) inner = chan_make(int, i);
        produce(inner, i);
        chan_send(out, inner);
    }
    chan_close(out);
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow" // that is what it is about
TEST(variable_of_a_range_may_have_a_name_that_stands_in_the_channel_operand)
{
    struct queue {
        chan(int) out;
    } message = {chan_make(int, 1)}, *queue = &message;
    chan_send(message.out, 7);
    chan_close(message.out);
    int sum = 0;
    chan_range(queue, queue->out) {
        sum += queue;
    }
    chan_range(message, message.out) {
        FAIL("received %d", message);
    }
    CHECK_EQ(sum, 7);
    chan_free(message.out);
}
#pragma GCC diagnostic pop

TEST(ranges_nest)
{
    chan(chan(int)) outer = chan_make(chan(int));
    int sum = 0, inner_count = 0;
    go(produce_channels, outer, 5);
    chan_range(c, outer) {
        chan_range(v, c) {
            sum += v;
            inner_count++;
            if (v == 4)
                break;
        }
        chan_free(c);
    }
    CHECK_EQ(inner_count, 1 + 2 + 3 + 4 + 4);
    CHECK_EQ(sum, 1 + 3 + 6 + 10 + 10);
    chan_free(outer);
}

static void consume(recv_chan(int) in, send_chan(long) out)
{
    long sum = 0;
    chan_range(v, in)
        sum += v;
    chan_send(out, sum);
}

TEST(several_goroutines_may_range_over_one_channel)
{
    chan(int) c = chan_make(int, 2);
    chan(long) sums = chan_make(long);
    for (int i = 0; i < 8; i++)
        go(consume, c, sums);
    go(produce, c, 1000);
    long total = 0;
    for (int i = 0; i < 8; i++)
        total += chan_recv(sums);
    CHECK_EQ(total, 500500);
    chan_free(c);
    chan_free(sums);
}

TEST(elements_of_a_range_may_be_large)
{
    struct block {
        int64_t word[600];
    };
    chan(struct block) c = chan_make(struct block, 2);
    static struct block b;
    b.word[0] = 1;
    b.word[599] = 2;
    chan_send(c, b);
    chan_send(c, b);
    chan_close(c);
    int64_t sum = 0;
    chan_range(v, c)
        sum += v.word[0] + v.word[599];
    CHECK_EQ(sum, 6);
    chan_free(c);
}
