// SPDX-License-Identifier: MIT
// The copy from peer to peer: for element sizes from nothing to tens of kilobytes, into and out of the
// memory of parked goroutines, whose stacks are then left and reused; and the three promises of the memory
// model, carried by plain variables so that the thread sanitizer checks them.
#include "support/test.h"

enum { ROUNDS = 200 };

// For each size: a producer that fills elements with a pattern of their number, on its own stack, and a
// check that every byte arrives, through an unbuffered and a buffered channel.
#define HANDOFF_TEST(size)                                                                         \
    struct element_##size {                                                                        \
        unsigned char bytes[size];                                                                 \
    };                                                                                             \
    static void send_one_##size(chan(struct element_##size) c, int number)                         \
    {                                                                                              \
        struct element_##size e;                                                                   \
        memset(e.bytes, number, sizeof e.bytes);                                                   \
        chan_send(c, e);                                                                           \
    }                                                                                              \
    static void produce_##size(chan(struct element_##size) c)                                      \
    {                                                                                              \
        for (int i = 0; i < ROUNDS; i++)                                                           \
            send_one_##size(c, i);                                                                 \
        chan_close(c);                                                                             \
    }                                                                                              \
    static void check_##size(chan(struct element_##size) c)                                        \
    {                                                                                              \
        struct element_##size e;                                                                   \
        int number = 0;                                                                            \
        go(produce_##size, c);                                                                     \
        for (; chan_recv(c, &e); number++)                                                         \
            for (size_t i = 0; i < sizeof e.bytes; i++)                                            \
                CHECK_EQ(e.bytes[i], (unsigned char)number);                                       \
        CHECK_EQ(number, ROUNDS);                                                                  \
        chan_free(c);                                                                              \
    }                                                                                              \
    TEST(elements_of_##size##_bytes_arrive_whole)                                                  \
    {                                                                                              \
        check_##size(chan_make(struct element_##size));                                            \
        check_##size(chan_make(struct element_##size, 3));                                         \
    }

HANDOFF_TEST(1)
HANDOFF_TEST(2)
HANDOFF_TEST(3)
HANDOFF_TEST(4)
HANDOFF_TEST(7)
HANDOFF_TEST(8)
HANDOFF_TEST(9)
HANDOFF_TEST(16)
HANDOFF_TEST(17)
HANDOFF_TEST(64)
HANDOFF_TEST(100)
HANDOFF_TEST(4096)
HANDOFF_TEST(40000)

static void signal_many(chan(go_unit) c, int n)
{
    for (int i = 0; i < n; i++)
        chan_send(c, GO_UNIT);
    chan_close(c);
}

TEST(elements_of_size_zero_are_counted_and_ordered_like_others)
{
    for (int cap = 0; cap < 4; cap++) {
        chan(go_unit) c = chan_make(go_unit, cap);
        int n = 0;
        go(signal_many, c, 500);
        chan_range(unit, c) {
            (void)unit;
            n++;
        }
        CHECK_EQ(n, 500);
        chan_free(c);
    }
}

struct medium {
    int64_t word[32];
};

static void send_and_exit(chan(struct medium) c, int64_t number)
{
    struct medium m;
    for (int i = 0; i < 32; i++)
        m.word[i] = number;
    chan_send(c, m);
}

static void scribble(void)
{
    volatile char stack[8192];
    for (size_t i = 0; i < sizeof stack; i++)
        stack[i] = (char)0xee;
}

// The senders end as soon as they are served, and their stacks go to the scribblers.
TEST(value_is_out_of_the_senders_stack_before_the_stack_is_reused)
{
    chan(struct medium) c = chan_make(struct medium);
    size_t rounds = test_rounds(5000);
    for (size_t i = 0; i < rounds; i++) {
        go(send_and_exit, c, (int64_t)i);
        go(scribble);
        struct medium m = chan_recv(c);
        for (int w = 0; w < 32; w++)
            CHECK_EQ(m.word[w], i);
    }
    chan_free(c);
}

static void receive_on_own_stack(chan(struct medium) c, int64_t expected, chan(go_unit) done)
{
    struct medium m;
    chan_recv(c, &m);
    for (int w = 0; w < 32; w++)
        CHECK_EQ(m.word[w], expected);
    chan_send(done, GO_UNIT);
}

TEST(value_is_written_into_the_parked_receivers_frame)
{
    chan(struct medium) c = chan_make(struct medium);
    chan(go_unit) done = chan_make(go_unit);
    size_t rounds = test_rounds(5000);
    for (size_t i = 0; i < rounds; i++) {
        go(receive_on_own_stack, c, (int64_t)i, done);
        if (i % 2)
            go_yield();
        send_and_exit(c, (int64_t)i);
        chan_recv(done);
    }
    chan_free(c);
    chan_free(done);
}

static int shared;

static void write_then_send(chan(int *) c)
{
    shared++;
    chan_send(c, &shared);
}

TEST(send_happens_before_its_receive_completes)
{
    chan(int *) c = chan_make(int *, 1);
    for (int i = 1; i <= (int)test_rounds(2000); i++) {
        go(write_then_send, c);
        CHECK_EQ(*chan_recv(c), i);
    }
    chan_free(c);
}

static void write_then_receive(chan(go_unit) c)
{
    shared++;
    chan_recv(c);
}

TEST(receive_happens_before_an_unbuffered_send_returns)
{
    chan(go_unit) c = chan_make(go_unit);
    for (int i = 1; i <= (int)test_rounds(2000); i++) {
        go(write_then_receive, c);
        chan_send(c, GO_UNIT);
        CHECK_EQ(shared, i);
    }
    chan_free(c);
}

static void increment_inside(chan(go_unit) permits, size_t rounds, chan(go_unit) done)
{
    for (size_t i = 0; i < rounds; i++) {
        chan_send(permits, GO_UNIT);
        shared++;
        chan_recv(permits);
    }
    chan_send(done, GO_UNIT);
}

// With one permit, the k-th receive orders the (k+1)-th send, so that the channel is a lock.
TEST(receive_on_capacity_c_happens_before_the_send_that_reuses_its_room)
{
    chan(go_unit) permits = chan_make(go_unit, 1), done = chan_make(go_unit);
    size_t rounds = test_rounds(20000);
    for (int i = 0; i < 4; i++)
        go(increment_inside, permits, rounds, done);
    for (int i = 0; i < 4; i++)
        chan_recv(done);
    CHECK_EQ(shared, 4 * rounds);
    chan_free(permits);
    chan_free(done);
}

static void pass_on(chan(int) in, chan(int) out)
{
    chan_send(out, 1 + chan_recv(in));
}

TEST(values_travel_through_long_chains_of_goroutines)
{
    enum { LINKS = 5000 };
    chan(int) first = chan_make(int), in = first;
    chan(int) *all = calloc(LINKS, sizeof *all);
    for (int i = 0; i < LINKS; i++) {
        all[i] = chan_make(int);
        go(pass_on, in, all[i]);
        in = all[i];
    }
    chan_send(first, 0);
    CHECK_EQ(chan_recv(in), LINKS);
    for (int i = 0; i < LINKS; i++)
        chan_free(all[i]);
    chan_free(first);
    free(all);
}
