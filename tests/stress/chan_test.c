// SPDX-License-Identifier: MIT
// Channels with many goroutines on both sides: every value arrives exactly once, the values of one sender
// arrive in order at each receiver, closing under load loses nothing that was sent, and the operations that
// do not wait neither invent nor lose values. Run at one, two and (oversubscribed) eight processors.
// no-race: closes a channel beside senders, which is a race itself.
#include "support/test.h"

enum { PRODUCERS = 8, CONSUMERS = 8 };

struct message {
    int producer;
    int number;
};

struct run {
    chan(struct message) c;
    int per_producer;
    go_waitgroup producers, consumers;
    atomic_llong sum;
    atomic_int count;
};

static void produce(struct run *r, int producer)
{
    for (int i = 0; i < r->per_producer; i++) {
        struct message m = {producer, i};
        if (i % 3 != 0 || !chan_try_send(r->c, m))
            chan_send(r->c, m);
    }
}

static void account(struct run *r, struct message m, int last[PRODUCERS])
{
    CHECK(m.number > last[m.producer]);
    last[m.producer] = m.number;
    atomic_fetch_add(&r->sum, (long long)m.producer * r->per_producer + m.number);
    atomic_fetch_add(&r->count, 1);
}

static void consume(struct run *r)
{
    int last[PRODUCERS];
    struct message m;
    memset(last, -1, sizeof last);
    for (;;) {
        go_status s = chan_try_recv(r->c, &m);
        if (s == GO_WOULD_BLOCK)
            s = chan_recv(r->c, &m) ? GO_OK : GO_CLOSED;
        if (s == GO_CLOSED)
            break;
        account(r, m, last);
    }
}

static void run_mpmc(int cap)
{
    struct run r = {.c = chan_make(struct message, cap), .per_producer = (int)test_rounds(8000)};
    for (int i = 0; i < CONSUMERS; i++)
        go_waitgroup_go(&r.consumers, consume, &r);
    for (int i = 0; i < PRODUCERS; i++)
        go_waitgroup_go(&r.producers, produce, &r, i);
    go_waitgroup_wait(&r.producers);
    chan_close(r.c);
    go_waitgroup_wait(&r.consumers);
    long long total = (long long)PRODUCERS * r.per_producer;
    CHECK_EQ(atomic_load(&r.count), total);
    CHECK_EQ(atomic_load(&r.sum), total * (total - 1) / 2);
    chan_free(r.c);
}

static void run_mpmc_with_all_capacities(int processors)
{
    static const int caps[] = {0, 1, 2, 7, 128};
    go_maxprocs(processors);
    for (size_t i = 0; i < sizeof caps / sizeof *caps; i++)
        run_mpmc(caps[i]);
}

TEST_LONG(many_to_many_on_one_processor, 120)
{
    run_mpmc_with_all_capacities(1);
}

TEST_LONG(many_to_many_on_two_processors, 120)
{
    run_mpmc_with_all_capacities(2);
}

TEST_LONG(many_to_many_on_eight_processors, 120)
{
    run_mpmc_with_all_capacities(8);
}

static void pass_around(chan(int) in, chan(int) out)
{
    chan_range(v, in)
        chan_send(out, v + 1);
    chan_close(out);
}

TEST_LONG(tokens_go_round_a_ring_of_goroutines, 120)
{
    enum { LINKS = 200 };
    chan(int) links[LINKS + 1];
    int rounds = (int)test_rounds(2000);
    for (int i = 0; i <= LINKS; i++)
        links[i] = chan_make(int, i % 3);
    for (int i = 0; i < LINKS; i++)
        go(pass_around, links[i], links[i + 1]);
    for (int i = 0; i < rounds; i++) {
        chan_send(links[0], i);
        CHECK_EQ(chan_recv(links[LINKS]), i + LINKS);
    }
    chan_close(links[0]);
    CHECK(!chan_recv(links[LINKS], NULL));
    WAIT_UNTIL(go_num_goroutine() == 1);
    for (int i = 0; i <= LINKS; i++)
        chan_free(links[i]);
}

struct race {
    chan(int) c;
    atomic_int sent, panicked, received;
    go_waitgroup group;
};

static void send_until_closed(struct race *r, int salt)
{
    for (int i = 0;; i++) {
        volatile bool closed = false;
        go_try {
            if ((i + salt) % 4 == 0) {
                if (chan_try_send(r->c, 1))
                    atomic_fetch_add(&r->sent, 1);
            } else {
                chan_send(r->c, 1);
                atomic_fetch_add(&r->sent, 1);
            }
        }
        go_catch(p) {
            CHECK_STR(p->message, "send on closed channel");
            atomic_fetch_add(&r->panicked, 1);
            closed = true;
        }
        if (closed)
            return;
    }
}

static void receive_until_closed(struct race *r)
{
    chan_range(v, r->c)
        atomic_fetch_add(&r->received, v);
}

static void race_with_close(int cap, int patience)
{
    struct race r = {.c = chan_make(int, cap)};
    for (int i = 0; i < 4; i++) {
        go_waitgroup_go(&r.group, send_until_closed, &r, i);
        go_waitgroup_go(&r.group, receive_until_closed, &r);
    }
    WAIT_UNTIL(atomic_load(&r.received) >= patience);
    chan_close(r.c);
    go_waitgroup_wait(&r.group);
    CHECK_EQ(atomic_load(&r.panicked), 4);
    CHECK_EQ(atomic_load(&r.received), atomic_load(&r.sent));
    chan_free(r.c);
}

TEST_LONG(close_under_load_loses_no_sent_value_and_panics_every_sender_once, 120)
{
    for (int i = 0; i < (int)test_rounds(1000); i++) {
        go_maxprocs(i % 3 == 0 ? 1 : i % 3 == 1 ? 2 : 8);
        race_with_close(i % 5, i % 40);
    }
}

static void try_both_ways(struct race *r, int rounds)
{
    int v;
    for (int i = 0; i < rounds; i++) {
        if (chan_try_send(r->c, 1))
            atomic_fetch_add(&r->sent, 1);
        if (chan_try_recv(r->c, &v) == GO_OK)
            atomic_fetch_add(&r->received, 1);
        if (i % 64 == 0)
            go_yield();
    }
}

TEST_LONG(operations_that_do_not_wait_neither_invent_nor_lose_values, 120)
{
    go_maxprocs(8);
    for (int cap = 0; cap < 4; cap++) {
        struct race r = {.c = chan_make(int, cap)};
        for (int i = 0; i < 8; i++)
            go_waitgroup_go(&r.group, try_both_ways, &r, (int)test_rounds(20000));
        go_waitgroup_wait(&r.group);
        CHECK_EQ(atomic_load(&r.sent), atomic_load(&r.received) + (int)chan_len(r.c));
        chan_free(r.c);
    }
}
