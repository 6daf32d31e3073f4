// SPDX-License-Identifier: MIT
// What a select does with each kind of case, ready or not: the forms of a case, default, time-out, closed
// and NULL channels, and how control leaves the body.
#include "support/test.h"

TEST(ready_receive_is_chosen)
{
    chan(int) ready = chan_make(int, 1), idle = chan_make(int);
    int v = 0, chosen = 0;
    chan_send(ready, 5);
    go_select {
        case_recv(idle, &v) {
            chosen = 1;
        }
        case_recv(ready, &v) {
            chosen = 2;
        }
    }
    CHECK_EQ(chosen, 2);
    CHECK_EQ(v, 5);
    chan_free(ready);
    chan_free(idle);
}

TEST(ready_send_is_chosen)
{
    chan(int) room = chan_make(int, 1), idle = chan_make(int);
    int chosen = 0;
    go_select {
        case_send(idle, 1) {
            chosen = 1;
        }
        case_send(room, 2) {
            chosen = 2;
        }
    }
    CHECK_EQ(chosen, 2);
    CHECK_EQ(chan_recv(room), 2);
    chan_free(room);
    chan_free(idle);
}

TEST(receive_case_reports_whether_the_value_was_sent)
{
    chan(int) c = chan_make(int, 1);
    int v = 0;
    bool ok = false;
    chan_send(c, 3);
    chan_close(c);
    go_select {
        case_recv(c, &v, &ok) {}
    }
    CHECK(ok && v == 3);
    go_select {
        case_recv(c, &v, &ok) {}
    }
    CHECK(!ok && v == 0);
    chan_free(c);
}

TEST(receive_case_may_drop_the_value)
{
    chan(int) c = chan_make(int, 1);
    int count = 0;
    chan_send(c, 3);
    go_select {
        case_recv(c) {
            count++;
        }
    }
    CHECK_EQ(count, 1);
    CHECK_EQ(chan_len(c), 0);
    chan_free(c);
}

TEST(default_runs_only_if_no_case_is_ready)
{
    chan(int) c = chan_make(int, 1);
    int v = 0, chosen = 0;
    go_select {
        case_recv(c, &v) {
            chosen = 1;
        }
        case_default {
            chosen = 2;
        }
    }
    CHECK_EQ(chosen, 2);
    chan_send(c, 8);
    go_select {
        case_default {
            chosen = 2;
        }
        case_recv(c, &v) {
            chosen = 1;
        }
    }
    CHECK_EQ(chosen, 1);
    CHECK_EQ(v, 8);
    chan_free(c);
}

TEST(select_of_a_default_alone_runs_it)
{
    int runs = 0;
    go_select {
        case_default {
            runs++;
        }
    }
    CHECK_EQ(runs, 1);
}

static void send_later(chan(int) c, int v)
{
    chan_send(c, v);
}

TEST(parked_select_takes_the_value_of_a_sender_that_comes_later)
{
    chan(int) a = chan_make(int), b = chan_make(int);
    int v = 0, chosen = 0;
    go(send_later, b, 21);
    go_select {
        case_recv(a, &v) {
            chosen = 1;
        }
        case_recv(b, &v) {
            chosen = 2;
        }
    }
    CHECK_EQ(chosen, 2);
    CHECK_EQ(v, 21);
    chan_free(a);
    chan_free(b);
}

static void receive_into(chan(int) c, chan(int) result)
{
    chan_send(result, chan_recv(c));
}

TEST(parked_select_gives_its_value_to_a_receiver_that_comes_later)
{
    chan(int) a = chan_make(int), b = chan_make(int), result = chan_make(int, 1);
    int chosen = 0;
    go(receive_into, b, result);
    go_select {
        case_send(a, 1) {
            chosen = 1;
        }
        case_send(b, 2) {
            chosen = 2;
        }
    }
    CHECK_EQ(chosen, 2);
    CHECK_EQ(chan_recv(result), 2);
    chan_free(a);
    chan_free(b);
    chan_free(result);
}

TEST(only_the_chosen_body_runs)
{
    chan(int) c = chan_make(int, 10);
    int bodies = 0;
    for (int i = 0; i < 10; i++) {
        go_select {
            case_send(c, i) {
                bodies++;
            }
            case_send(c, i) {
                bodies++;
            }
            case_send(c, i) {
                bodies++;
            }
        }
    }
    CHECK_EQ(bodies, 10);
    CHECK_EQ(chan_len(c), 10);
    chan_free(c);
}

TEST(timeout_case_runs_when_nothing_else_does_and_not_early)
{
    chan(int) c = chan_make(int);
    go_time start = go_now();
    bool timed_out = false;
    go_select {
        case_recv(c) {
            FAIL("nobody sent");
        }
        case_timeout(20 * GO_MILLISECOND) {
            timed_out = true;
        }
    }
    CHECK(timed_out);
    CHECK(go_since(start) >= 20 * GO_MILLISECOND);
    chan_free(c);
}

TEST(timeout_case_alone_is_a_sleep)
{
    go_time start = go_now();
    go_select {
        case_timeout(5 * GO_MILLISECOND) {}
    }
    CHECK(go_since(start) >= 5 * GO_MILLISECOND);
}

TEST(timeout_of_nothing_or_less_does_not_block)
{
    chan(int) c = chan_make(int);
    int expired = 0;
    for (go_duration d = 0; d >= -GO_HOUR; d -= GO_HOUR) {
        go_select {
            case_recv(c) {
                FAIL("nobody sent");
            }
            case_timeout(d) {
                expired++;
            }
        }
    }
    CHECK_EQ(expired, 2);
    chan_free(c);
}

TEST(earliest_of_several_timeouts_runs)
{
    int chosen = 0;
    go_select {
        case_timeout(GO_HOUR) {
            chosen = 1;
        }
        case_timeout(GO_MILLISECOND) {
            chosen = 2;
        }
    }
    CHECK_EQ(chosen, 2);
}

TEST(value_that_comes_before_the_timeout_is_taken)
{
    chan(int) c = chan_make(int);
    int v = 0;
    go(send_later, c, 4);
    go_select {
        case_timeout(GO_HOUR) {
            FAIL("an hour did not pass");
        }
        case_recv(c, &v) {}
    }
    CHECK_EQ(v, 4);
    chan_free(c);
}

TEST(largest_timeout_does_not_overflow)
{
    chan(int) c = chan_make(int);
    int v = 0;
    go(send_later, c, 4);
    go_select {
        case_timeout(INT64_MAX) {
            FAIL("the largest duration passed");
        }
        case_recv(c, &v) {}
    }
    CHECK_EQ(v, 4);
    chan_free(c);
}

TEST(closed_channel_is_ready_to_receive_zero_and_false)
{
    chan(int) closed = chan_make(int), idle = chan_make(int);
    int v = 9;
    bool ok = true;
    chan_close(closed);
    go_select {
        case_recv(idle, &v, &ok) {
            FAIL("nobody sent");
        }
        case_recv(closed, &v, &ok) {}
    }
    CHECK(!ok && v == 0);
    chan_free(closed);
    chan_free(idle);
}

static void select_send(chan(int) a, chan(int) b)
{
    go_select {
        case_send(a, 1) {}
        case_send(b, 2) {}
    }
}

TEST(closed_channel_is_ready_to_send_and_panics)
{
    chan(int) closed = chan_make(int), idle = chan_make(int);
    chan_close(closed);
    EXPECT_RUNTIME_PANIC("send on closed channel", select_send(idle, closed));
    EXPECT_RUNTIME_PANIC("send on closed channel", select_send(closed, idle));
    chan_free(closed);
    chan_free(idle);
}

TEST(null_channels_are_never_ready)
{
    chan(int) none = NULL, ready = chan_make(int, 64);
    int v = 0;
    for (int i = 0; i < 64; i++) {
        go_select {
            case_recv(none, &v) {
                FAIL("received from a null channel");
            }
            case_send(none, 1) {
                FAIL("sent to a null channel");
            }
            case_send(ready, i) {}
        }
    }
    CHECK_EQ(chan_len(ready), 64);
    go_select {
        case_recv(none, &v) {
            FAIL("received from a null channel");
        }
        case_default {
            v = 1;
        }
    }
    CHECK_EQ(v, 1);
    chan_free(ready);
}

static void select_nothing(void)
{
    go_select {}
    printf("went on\n");
}

TEST(select_without_cases_blocks_for_ever)
{
    struct outcome o = EXPECT_FATAL(select_nothing, "all goroutines are asleep - deadlock!");
    CHECK_CONTAINS(o.err, "goroutine 1 [select (no cases)]:");
    CHECK_STR(o.out, "");
}

static void select_null_channels(void)
{
    chan(int) none = NULL;
    go_select {
        case_recv(none) {}
        case_send(none, 1) {}
    }
    printf("went on\n");
}

TEST(select_of_null_channels_alone_blocks_for_ever)
{
    struct outcome o = EXPECT_FATAL(select_null_channels, "all goroutines are asleep - deadlock!");
    CHECK_CONTAINS(o.err, "goroutine 1 [select");
    CHECK_STR(o.out, "");
}

TEST(break_leaves_the_select_and_not_the_loop_around_it)
{
    chan(int) c = chan_make(int, 3);
    int after = 0;
    for (int i = 0; i < 3; i++) {
        go_select {
            case_send(c, i) {
                if (i >= 0)
                    break;
                FAIL("went on after break");
            }
        }
        after++;
    }
    CHECK_EQ(after, 3);
    chan_free(c);
}

TEST(continue_in_a_select_acts_as_break)
{
    chan(int) c = chan_make(int, 3);
    int after = 0;
    for (int i = 0; i < 3; i++) {
        go_select {
            case_send(c, i) {
                // vet: allow breakloop: that is what is tested
                continue;
            }
        }
        after++;
    }
    CHECK_EQ(after, 3);
    CHECK_EQ(chan_len(c), 3);
    chan_free(c);
}

static int return_from_a_case(chan(int) c)
{
    for (;;) {
        int v;
        go_select {
            case_recv(c, &v) {
                return v;
            }
        }
    }
}

static int goto_from_a_case(chan(int) c)
{
    int v = 0;
    go_select {
        case_recv(c, &v) {
            goto out;
        }
    }
    FAIL("went on after goto");
out:
    return v;
}

TEST(return_and_goto_leave_the_select)
{
    chan(int) c = chan_make(int, 2);
    chan_send(c, 1);
    chan_send(c, 2);
    CHECK_EQ(return_from_a_case(c), 1);
    CHECK_EQ(goto_from_a_case(c), 2);
    chan_send(c, 3);
    CHECK_EQ(chan_recv(c), 3);
    chan_free(c);
}

TEST(twins_without_keywords_are_the_same_cases)
{
    chan(int) c = chan_make(int, 1);
    int v = 0, sent = 0;
    GO_SELECT
    {
        GO_CASE_SEND(c, 5)
        {
            sent = 1;
        }
        GO_CASE_TIMEOUT(GO_HOUR)
        {
        }
    }
    GO_SELECT
    {
        GO_CASE_RECV(c, &v)
        {
        }
        GO_CASE_DEFAULT
        {
        }
    }
    CHECK_EQ(sent, 1);
    CHECK_EQ(v, 5);
    chan_free(c);
}
