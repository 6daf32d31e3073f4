// SPDX-License-Identifier: MIT
// The operations that do not wait: their three answers, that they pair with parked peers, and that they
// never answer "not ready" where the channel was ready, or closed, throughout. The last is what unlocked
// fast paths get wrong, so it is asked under contention.
#include "support/test.h"

TEST(try_recv_answers_ok_closed_or_would_block)
{
    chan(int) c = chan_make(int, 1);
    int v = 5;
    CHECK_EQ(chan_try_recv(c, &v), GO_WOULD_BLOCK);
    CHECK_EQ(v, 5);
    chan_send(c, 6);
    CHECK_EQ(chan_try_recv(c, &v), GO_OK);
    CHECK_EQ(v, 6);
    chan_send(c, 7);
    chan_close(c);
    CHECK_EQ(chan_try_recv(c, &v), GO_OK);
    CHECK_EQ(v, 7);
    CHECK_EQ(chan_try_recv(c, &v), GO_CLOSED);
    CHECK_EQ(v, 0);
    chan_free(c);
}

TEST(try_send_needs_room_or_a_waiting_receiver)
{
    chan(int) buffered = chan_make(int, 1), unbuffered = chan_make(int);
    CHECK(chan_try_send(buffered, 1));
    CHECK(!chan_try_send(buffered, 2));
    CHECK_EQ(chan_recv(buffered), 1);
    CHECK_EQ(chan_len(buffered), 0);
    CHECK(!chan_try_send(unbuffered, 1));
    chan_free(buffered);
    chan_free(unbuffered);
}

static atomic_int got;

static void receive_one(chan(int) c)
{
    atomic_store(&got, chan_recv(c));
}

static void send_eleven(chan(int) c)
{
    chan_send(c, 11);
    atomic_store(&got, 12);
}

TEST(try_send_pairs_with_a_parked_receiver)
{
    test_one_processor();
    chan(int) c = chan_make(int);
    go(receive_one, c);
    test_settle();
    CHECK(chan_try_send(c, 10));
    WAIT_UNTIL(atomic_load(&got) == 10);
    CHECK(!chan_try_send(c, 10));
    chan_free(c);
}

TEST(try_recv_pairs_with_a_parked_sender)
{
    test_one_processor();
    chan(int) c = chan_make(int);
    int v = 0;
    go(send_eleven, c);
    test_settle();
    CHECK_EQ(chan_try_recv(c, &v), GO_OK);
    CHECK_EQ(v, 11);
    WAIT_UNTIL(atomic_load(&got) == 12);
    CHECK_EQ(chan_try_recv(c, &v), GO_WOULD_BLOCK);
    chan_free(c);
}

TEST(try_send_on_a_closed_channel_panics_and_does_not_report_would_block)
{
    chan(int) unbuffered = chan_make(int), full = chan_make(int, 1);
    chan_send(full, 1);
    chan_close(unbuffered);
    chan_close(full);
    EXPECT_RUNTIME_PANIC("send on closed channel", chan_try_send(unbuffered, 1));
    EXPECT_RUNTIME_PANIC("send on closed channel", chan_try_send(full, 1));
    chan_free(unbuffered);
    chan_free(full);
}

TEST(try_recv_may_drop_the_value)
{
    chan(int) c = chan_make(int, 1);
    chan_send(c, 1);
    CHECK_EQ(chan_try_recv(c, NULL), GO_OK);
    CHECK_EQ(chan_try_recv(c, NULL), GO_WOULD_BLOCK);
    chan_close(c);
    CHECK_EQ(chan_try_recv(c, NULL), GO_CLOSED);
    chan_free(c);
}

static atomic_int workers_done;

// Two goroutines hold at most two of the three tokens, so a receive always finds one and a send room.
static void take_and_return(chan(int) tokens, size_t rounds)
{
    for (size_t i = 0; i < rounds; i++) {
        int token;
        CHECK_EQ(chan_try_recv(tokens, &token), GO_OK);
        CHECK(chan_try_send(tokens, token));
    }
    atomic_fetch_add(&workers_done, 1);
}

TEST(channel_that_is_always_ready_is_never_reported_as_not_ready)
{
    go_maxprocs(4);
    chan(int) tokens = chan_make(int, 3);
    for (int i = 0; i < 3; i++)
        chan_send(tokens, i);
    for (int i = 0; i < 2; i++)
        go(take_and_return, tokens, test_rounds(100000));
    WAIT_UNTIL(atomic_load(&workers_done) == 2);
    CHECK_EQ(chan_len(tokens), 3);
    chan_free(tokens);
}

static void observe_close(chan(int) c, atomic_bool *closed)
{
    for (;;) {
        bool was_closed = atomic_load(closed);
        go_status s = chan_try_recv(c, NULL);
        CHECK(s == GO_CLOSED || (s == GO_WOULD_BLOCK && !was_closed));
        if (s == GO_CLOSED)
            break;
    }
    atomic_fetch_add(&workers_done, 1);
}

TEST(channel_closed_before_the_call_is_never_reported_as_not_ready)
{
    go_maxprocs(4);
    for (int round = 1; round <= (int)test_rounds(300); round++) {
        chan(int) c = chan_make(int);
        atomic_bool closed = false;
        go(observe_close, c, &closed);
        go_yield();
        chan_close(c);
        atomic_store(&closed, true);
        WAIT_UNTIL(atomic_load(&workers_done) == round);
        chan_free(c);
    }
}
