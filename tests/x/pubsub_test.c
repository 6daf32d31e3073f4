// SPDX-License-Identifier: MIT
// The broker: who gets what, who misses what, and closing at any moment.
#include "support/test.h"

struct price {
    int id;
    double value;
};

TEST(every_subscriber_of_the_topic_gets_the_message_and_no_other_does)
{
    go_pubsub *ps = go_pubsub_new();
    chan(struct price) a = go_pubsub_subscribe(ps, "gold", struct price, 1),
                       b = go_pubsub_subscribe(ps, "gold", struct price, 1),
                       c = go_pubsub_subscribe(ps, "tin", struct price, 1);
    CHECK_EQ(go_pubsub_publish(ps, "gold", (&(struct price){7, 1.5})), 0);
    CHECK_EQ(go_pubsub_publish(ps, "lead", (&(struct price){8, 2.5})), 0);
    CHECK_EQ(chan_recv(a).id, 7);
    CHECK_EQ(chan_recv(b).id, 7);
    CHECK_EQ(chan_len(c), 0);
    go_pubsub_free(ps);
    chan_free(a);
    chan_free(b);
    chan_free(c);
}

TEST(a_slow_subscriber_misses_messages_alone)
{
    go_pubsub *ps = go_pubsub_new();
    chan(int) slow = go_pubsub_subscribe(ps, "n", int, 2),
              quick = go_pubsub_subscribe(ps, "n", int, 9);
    int missed = 0;
    for (int i = 0; i < 9; i++)
        missed += go_pubsub_publish(ps, "n", &i);
    CHECK_EQ(missed, 7);
    CHECK_EQ(chan_len(slow), 2);
    for (int i = 0; i < 9; i++)
        CHECK_EQ(chan_recv(quick), i);
    go_pubsub_free(ps);
    chan_free(slow);
    chan_free(quick);
}

TEST(unsubscribing_closes_that_channel_only_and_once)
{
    go_pubsub *ps = go_pubsub_new();
    chan(int) a = go_pubsub_subscribe(ps, "n", int, 2), b = go_pubsub_subscribe(ps, "n", int, 2);
    int v = 1;
    go_pubsub_publish(ps, "n", &v);
    go_pubsub_unsubscribe(ps, "n", a);
    go_pubsub_unsubscribe(ps, "n", a);
    go_pubsub_unsubscribe(ps, "other", b);
    CHECK_EQ(go_pubsub_publish(ps, "n", &v), 0);
    CHECK(chan_recv(a, &v) && v == 1);
    CHECK(!chan_recv(a, &v));
    CHECK_EQ(chan_len(b), 2);
    go_pubsub_unsubscribe(ps, "n", b);
    go_pubsub_free(ps);
    chan_free(a);
    chan_free(b);
}

TEST(after_a_close_channels_are_closed_and_publishing_reaches_nobody)
{
    go_pubsub *ps = go_pubsub_new();
    chan(int) a = go_pubsub_subscribe(ps, "n", int, 2);
    go_pubsub_close(ps);
    go_pubsub_close(ps);
    chan(int) b = go_pubsub_subscribe(ps, "n", int, 2);
    int v = 1;
    CHECK_EQ(go_pubsub_publish(ps, "n", &v), 0);
    CHECK(!chan_recv(a, &v));
    CHECK(!chan_recv(b, &v));
    go_pubsub_unsubscribe(ps, "n", a);
    go_pubsub_free(ps);
    chan_free(a);
    chan_free(b);
}

TEST(a_message_of_another_size_panics_and_reaches_nobody)
{
    go_pubsub *ps = go_pubsub_new();
    chan(short) a = go_pubsub_subscribe(ps, "n", short, 2);
    chan(int) b = go_pubsub_subscribe(ps, "n", int, 2);
    int v = 1;
    EXPECT_RUNTIME_PANIC("pubsub: message of another size than the subscriber's",
                         go_pubsub_publish(ps, "n", &v));
    CHECK_EQ(chan_len(a) + chan_len(b), 0);
    go_pubsub_unsubscribe(ps, "n", a);
    CHECK_EQ(go_pubsub_publish(ps, "n", &v), 0);
    go_pubsub_free(ps);
    chan_free(a);
    chan_free(b);
}

static void publish_range(go_pubsub *ps, int from, int to)
{
    for (int i = from; i < to; i++)
        go_pubsub_publish(ps, "n", &i);
}

TEST(all_subscribers_see_messages_of_many_publishers_in_one_order)
{
    enum { EACH = 500, PUBLISHERS = 4 };
    go_pubsub *ps = go_pubsub_new();
    go_waitgroup wg = {0};
    chan(int) a = go_pubsub_subscribe(ps, "n", int, EACH *PUBLISHERS),
              b = go_pubsub_subscribe(ps, "n", int, EACH *PUBLISHERS);
    for (int i = 0; i < PUBLISHERS; i++)
        go_waitgroup_go(&wg, publish_range, ps, i * EACH, (i + 1) * EACH);
    go_waitgroup_wait(&wg);
    for (int i = 0; i < EACH * PUBLISHERS; i++)
        CHECK_EQ(chan_recv(a), chan_recv(b));
    go_pubsub_free(ps);
    chan_free(a);
    chan_free(b);
}
