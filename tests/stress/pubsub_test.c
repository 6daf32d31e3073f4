// SPDX-License-Identifier: MIT
// One broker, with publishers among goroutines and foreign threads, subscribers that stay, and others that come and go while
// messages are on their way: everybody sees a publisher's messages in its order, two subscribers see all in one order, what
// was missed is what the publishers were told, and each channel is closed once.
#include "support/disturbed.h"
#include "support/test.h"

enum { PUBLISHERS = 6 + TEST_THREADS, STAYING = 2 };

struct message {
    int publisher;
    int number;
};

static go_pubsub *ps;
static atomic_long published, missed;

static void publish(const char *topic, long me, long number, bool counts)
{
    struct message m = {(int)me, (int)number};
    int n = go_pubsub_publish(ps, topic, &m);
    if (counts) {
        atomic_fetch_add(&published, 1);
        atomic_fetch_add(&missed, n);
    }
}

// Each publisher's messages come in order.
static void check_order(long last[PUBLISHERS], struct message m)
{
    CHECK(m.publisher >= 0 && m.publisher < PUBLISHERS);
    CHECK(m.number > last[m.publisher]);
    last[m.publisher] = m.number;
}

static void forget_order(long last[PUBLISHERS])
{
    for (int i = 0; i < PUBLISHERS; i++)
        last[i] = -1;
}

// --- Subscribers that stay note all that they get ---

struct notes {
    struct message *got;
    size_t n;
};

static struct notes notes[STAYING];

static void note_all(chan(struct message) c, struct notes *n)
{
    long last[PUBLISHERS];
    forget_order(last);
    chan_range(m, c) {
        check_order(last, m);
        n->got[n->n++] = m;
        if (n->n % 64 == 0)
            go_yield();
    }
    chan_free(c);
}

// Messages that both have got, they have got in the same order.
static void check_common_order(const struct notes *a, const struct notes *b, size_t rounds)
{
    size_t *place = calloc(PUBLISHERS * rounds, sizeof *place), last = 0;
    for (size_t i = 0; i < a->n; i++)
        place[(size_t)a->got[i].publisher * rounds + (size_t)a->got[i].number] = i + 1;
    for (size_t i = 0; i < b->n; i++) {
        size_t p = place[(size_t)b->got[i].publisher * rounds + (size_t)b->got[i].number];
        CHECK(p == 0 || p > last);
        last = p ? p : last;
    }
    free(place);
}

// --- Subscribers that come and go ---

static void come_and_go(uint32_t *seed)
{
    long last[PUBLISHERS];
    struct message m;
    chan(struct message)
        c = go_pubsub_subscribe(ps, "moving", struct message, test_random(seed, 4));
    forget_order(last);
    for (uint32_t n = test_random(seed, 3); n > 0; n--)
        if (chan_try_recv(c, &m) == GO_OK)
            check_order(last, m);
    go_pubsub_unsubscribe(ps, "moving", c);
    while (chan_recv(c, &m)) // closed by now, so this ends
        check_order(last, m);
    go_pubsub_unsubscribe(ps, "moving", c);
    chan_free(c);
}

static void use_broker(long me, long rounds)
{
    uint32_t seed = (uint32_t)me;
    for (long i = 0; i < rounds; i++) {
        publish("fixed", me, i, true);
        publish("moving", me, i, false);
        if (test_random(&seed, 4) == 0)
            come_and_go(&seed);
    }
}

TEST_LONG(subscribers_see_one_order_and_miss_what_the_publishers_were_told, 120)
{
    long rounds = (long)test_rounds(10000);
    go_waitgroup readers = {0};
    test_short_slices();
    ps = go_pubsub_new();
    for (int i = 0; i < STAYING; i++) {
        notes[i].got = calloc((size_t)(PUBLISHERS * rounds), sizeof *notes[i].got);
        chan(struct message) c = go_pubsub_subscribe(ps, "fixed", struct message, 16 << (4 * i));
        go_waitgroup_go(&readers, note_all, c, &notes[i]);
    }
    test_run_disturbed(use_broker, PUBLISHERS - TEST_THREADS, rounds);
    go_pubsub_close(ps);
    go_waitgroup_wait(&readers);
    CHECK_EQ(atomic_load(&published), PUBLISHERS * rounds);
    CHECK_EQ(notes[0].n + notes[1].n + (size_t)atomic_load(&missed),
             (size_t)(STAYING * PUBLISHERS * rounds));
    check_common_order(&notes[0], &notes[1], (size_t)rounds);
    WAIT_UNTIL(go_num_goroutine() == 1);
    go_pubsub_free(ps);
    free(notes[0].got);
    free(notes[1].got);
}

// --- Brokers that are closed at any moment ---

static void publish_some(go_pubsub *broker, int n)
{
    for (int i = 0; i < n; i++)
        go_pubsub_publish(broker, "n", &i);
}

static void subscribe_once(go_pubsub *broker, go_waitgroup *subscribed)
{
    chan(int) c = go_pubsub_subscribe(broker, "n", int, 2);
    int last = -1;
    go_waitgroup_done(subscribed);
    chan_range(v, c) {
        CHECK(v > last);
        last = v;
    }
    chan_free(c);
}

static void open_and_close(long me, long rounds)
{
    uint32_t seed = (uint32_t)me;
    for (long i = 0; i < rounds; i++) {
        go_pubsub *broker = go_pubsub_new();
        go_waitgroup others = {0}, subscribed = {0};
        int n = (int)test_random(&seed, 4);
        go_waitgroup_add(&subscribed, n);
        go_waitgroup_go(&others, publish_some, broker, 20);
        for (int k = 0; k < n; k++)
            go_waitgroup_go(&others, subscribe_once, broker, &subscribed);
        if (test_random(&seed, 2))
            go_waitgroup_wait(&subscribed);
        go_pubsub_close(broker);
        go_waitgroup_wait(&others);
        go_pubsub_free(broker);
    }
}

TEST_LONG(a_close_ends_all_subscriptions_at_any_moment, 120)
{
    test_short_slices();
    test_run_disturbed(open_and_close, 6, (long)test_rounds(1500));
    WAIT_UNTIL(go_num_goroutine() == 1);
}
