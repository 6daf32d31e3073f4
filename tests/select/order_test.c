// SPDX-License-Identifier: MIT
// Evaluation and choice: every channel and value once, top to bottom, before choosing; destinations touched
// for the chosen case only; and the choice uniform, at the fast path as at registration, with repeated
// channels too. The bounds are many standard deviations wide: chance alone fails a test less than once in
// 10^9 runs, textual bias always.
#include "support/test.h"

static char log_text[64];

static void note(const char *what)
{
    strcat(log_text, what);
}

static chan(int) channel(chan(int) c, const char *name)
{
    note(name);
    return c;
}

static int value(int v, const char *name)
{
    note(name);
    return v;
}

static int *destination(int *p, const char *name)
{
    note(name);
    return p;
}

TEST(operands_are_evaluated_once_in_source_order_before_choosing)
{
    chan(int) ready = chan_make(int, 1), idle = chan_make(int);
    go_select {
        case_send(channel(idle, "A"), value(1, "a")) {
            note("!");
        }
        case_send(channel(ready, "B"), value(2, "b")) {
            note(".");
        }
        case_send(channel(idle, "C"), value(3, "c")) {
            note("!");
        }
    }
    CHECK_STR(log_text, "AaBbCc.");
    CHECK_EQ(chan_recv(ready), 2);
    chan_free(ready);
    chan_free(idle);
}

TEST(channel_of_a_receive_case_is_evaluated_before_its_destination)
{
    chan(int) ready = chan_make(int, 1);
    int v = 0;
    chan_send(ready, 6);
    go_select {
        case_recv(channel(ready, "A"), destination(&v, "d")) {
            note(".");
        }
    }
    CHECK_EQ(v, 6);
    CHECK_EQ(log_text[0], 'A');
    CHECK_CONTAINS(log_text, "d");
    CHECK_EQ(strlen(log_text), 3);
    chan_free(ready);
}

TEST(operands_are_evaluated_once_when_default_runs)
{
    chan(int) idle = chan_make(int);
    go_select {
        case_send(channel(idle, "A"), value(1, "a")) {}
        case_recv(channel(idle, "B")) {}
        case_default {
            note("D");
        }
    }
    CHECK_STR(log_text, "AaBD");
    chan_free(idle);
}

static void send_later(chan(int) c, int v)
{
    chan_send(c, v);
}

TEST(operands_are_evaluated_once_when_the_select_parks)
{
    chan(int) a = chan_make(int), b = chan_make(int);
    go(send_later, b, 4);
    go_select {
        case_send(channel(a, "A"), value(1, "a")) {}
        case_recv(channel(b, "B")) {
            note(".");
        }
    }
    CHECK_STR(log_text, "AaB.");
    chan_free(a);
    chan_free(b);
}

TEST(receive_destination_is_touched_only_for_the_chosen_case)
{
    chan(int) ready = chan_make(int, 1), idle = chan_make(int);
    int chosen = 1, other = 2;
    bool chosen_ok = false, other_ok = false;
    chan_send(ready, 10);
    go_select {
        case_recv(idle, &other, &other_ok) {}
        case_recv(ready, &chosen, &chosen_ok) {}
    }
    CHECK(chosen == 10 && chosen_ok);
    CHECK(other == 2 && !other_ok);
    chan_free(ready);
    chan_free(idle);
}

TEST(destinations_stay_untouched_when_default_or_a_timeout_runs)
{
    chan(int) idle = chan_make(int);
    int v = 5;
    bool ok = true;
    go_select {
        case_recv(idle, &v, &ok) {}
        case_default {}
    }
    CHECK(v == 5 && ok);
    go_select {
        case_recv(idle, &v, &ok) {}
        case_timeout(GO_MICROSECOND) {}
    }
    CHECK(v == 5 && ok);
    chan_free(idle);
}

enum { ROUNDS = 6000 };

static void check_share(int count, int rounds, int part, int of)
{
    int expected = rounds * part / of;
    int slack = rounds / 10;
    if (count < expected - slack || count > expected + slack)
        FAIL("%d of %d rounds, expected about %d", count, rounds, expected);
}

TEST(ready_receives_are_chosen_uniformly)
{
    chan(int) c[3];
    int count[3] = {0};
    for (int i = 0; i < 3; i++) {
        c[i] = chan_make(int);
        chan_close(c[i]);
    }
    for (int i = 0; i < ROUNDS; i++) {
        go_select {
            case_recv(c[0]) {
                count[0]++;
            }
            case_recv(c[1]) {
                count[1]++;
            }
            case_recv(c[2]) {
                count[2]++;
            }
        }
    }
    for (int i = 0; i < 3; i++) {
        check_share(count[i], ROUNDS, 1, 3);
        chan_free(c[i]);
    }
}

// With cases 2 and 5 of 6 ready, a rotation from a random start would choose 5 twice as often as a fair
// choice: the order must be random, not only its start.
TEST(gaps_between_ready_cases_do_not_bias_the_choice)
{
    chan(int) closed = chan_make(int), idle = chan_make(int);
    int second = 0, third = 0;
    chan_close(closed);
    for (int i = 0; i < ROUNDS; i++) {
        go_select {
            case_recv(idle) {}
            case_recv(closed) {
                second++;
            }
            case_recv(closed) {
                third++;
            }
            case_recv(idle) {}
            case_recv(idle) {}
            case_recv(idle) {}
        }
    }
    check_share(second, ROUNDS, 1, 2);
    check_share(third, ROUNDS, 1, 2);
    chan_free(closed);
    chan_free(idle);
}

TEST(repeated_channel_has_the_weight_of_its_cases)
{
    chan(int) a = chan_make(int), b = chan_make(int);
    int from_a = 0, from_b = 0;
    chan_close(a);
    chan_close(b);
    for (int i = 0; i < ROUNDS; i++) {
        go_select {
            case_recv(a) {
                from_a++;
            }
            case_recv(b) {
                from_b++;
            }
            case_recv(a) {
                from_a++;
            }
        }
    }
    check_share(from_a, ROUNDS, 2, 3);
    check_share(from_b, ROUNDS, 1, 3);
    chan_free(a);
    chan_free(b);
}

TEST(sends_and_receives_are_chosen_uniformly)
{
    chan(int) c = chan_make(int, 2);
    int sent = 0;
    for (int i = 0; i < ROUNDS; i++) {
        int v;
        chan_send(c, i);
        go_select {
            case_recv(c, &v) {}
            case_send(c, i) {
                sent++;
            }
        }
        while (chan_try_recv(c, &v) == GO_OK)
            ;
    }
    check_share(sent, ROUNDS, 1, 2);
    chan_free(c);
}

static void feed(chan(int) c, int n)
{
    for (int i = 0; i < n; i++)
        chan_send(c, i);
}

// One processor, so that every round parks before its sender comes: the choice is made by the place in
// the channel's queue, and so by the order of registration.
TEST(registration_of_a_repeated_channel_is_in_random_order)
{
    enum { PARKED_ROUNDS = 2000 };
    test_one_processor();
    chan(int) c = chan_make(int);
    int first = 0, second = 0;
    go(feed, c, PARKED_ROUNDS);
    for (int i = 0; i < PARKED_ROUNDS; i++) {
        go_select {
            case_recv(c) {
                first++;
            }
            case_recv(c) {
                second++;
            }
        }
    }
    check_share(first, PARKED_ROUNDS, 1, 2);
    check_share(second, PARKED_ROUNDS, 1, 2);
    chan_free(c);
}
