// SPDX-License-Identifier: MIT
// Selects under contention: several peers race for one parked select, selects race each other, with closes,
// time-outs and plain operations among them. No case fires twice, none is lost, no value is lost or doubled.
// Run at one, two and (oversubscribed) eight processors.
// no-race: closes a channel beside selects that send, which is a race itself.
#include "support/test.h"

enum { CHANNELS = 4, PEERS = 4 };

struct race {
    chan(int) c[CHANNELS];
    int per_peer;
    go_waitgroup group;
    atomic_llong sent, received;
    atomic_int sends, receives;
};

static void make_channels(struct race *r, int cap)
{
    for (int i = 0; i < CHANNELS; i++)
        r->c[i] = chan_make(int, cap);
}

static void free_channels(struct race *r)
{
    for (int i = 0; i < CHANNELS; i++)
        chan_free(r->c[i]);
}

static void send_plainly(struct race *r, int peer)
{
    for (int i = 0; i < r->per_peer; i++)
        chan_send(r->c[(i + peer) % CHANNELS], i + 1);
}

static void send_by_select(struct race *r, int peer)
{
    for (int i = 0; i < r->per_peer; i++) {
        int v = i + 1;
        go_select {
            case_send(r->c[peer % CHANNELS], v) {}
            case_send(r->c[(peer + 1) % CHANNELS], v) {}
            case_send(r->c[(peer + 2) % CHANNELS], v) {}
        }
    }
}

static void receive_by_select(struct race *r, int total)
{
    for (int i = 0; i < total; i++) {
        int v = 0;
        bool ok = false;
        go_select {
            case_recv(r->c[0], &v, &ok) {}
            case_recv(r->c[1], &v, &ok) {}
            case_recv(r->c[2], &v, &ok) {}
            case_recv(r->c[3], &v, &ok) {}
            case_recv(r->c[0], &v, &ok) {}
        }
        CHECK(ok);
        atomic_fetch_add(&r->received, v);
    }
}

static void check_sums(struct race *r, int senders)
{
    long long n = r->per_peer;
    CHECK_EQ(atomic_load(&r->received), senders * n * (n + 1) / 2);
    for (int i = 0; i < CHANNELS; i++) {
        CHECK_EQ(chan_len(r->c[i]), 0);
        CHECK_EQ(chan_try_recv(r->c[i], NULL), GO_WOULD_BLOCK);
        CHECK(chan_cap(r->c[i]) > 0 || !chan_try_send(r->c[i], 1));
    }
}

// All senders race for the one receiving select, which is parked most of the time.
static void race_for_one_select(int processors, int cap)
{
    struct race r = {.per_peer = (int)test_rounds(8000)};
    go_maxprocs(processors);
    make_channels(&r, cap);
    for (int i = 0; i < PEERS; i++) {
        go_waitgroup_go(&r.group, send_plainly, &r, i);
        go_waitgroup_go(&r.group, send_by_select, &r, i);
    }
    receive_by_select(&r, 2 * PEERS * r.per_peer);
    go_waitgroup_wait(&r.group);
    check_sums(&r, 2 * PEERS);
    free_channels(&r);
}

static void race_of_many_selects(int processors, int cap)
{
    struct race r = {.per_peer = (int)test_rounds(8000)};
    go_maxprocs(processors);
    make_channels(&r, cap);
    for (int i = 0; i < PEERS; i++) {
        go_waitgroup_go(&r.group, send_by_select, &r, i);
        go_waitgroup_go(&r.group, receive_by_select, &r, r.per_peer);
    }
    go_waitgroup_wait(&r.group);
    check_sums(&r, PEERS);
    free_channels(&r);
}

TEST_LONG(peers_race_for_one_parked_select, 120)
{
    static const int processors[] = {1, 2, 8};
    for (int i = 0; i < 3; i++)
        for (int cap = 0; cap < 3; cap++)
            race_for_one_select(processors[i], cap);
}

TEST_LONG(selects_race_with_selects, 120)
{
    static const int processors[] = {1, 2, 8};
    for (int i = 0; i < 3; i++)
        for (int cap = 0; cap < 3; cap++)
            race_of_many_selects(processors[i], cap);
}

// Everybody may do either on the same two channels, so that each pairing is of two selects which both sit
// in both queues of both channels.
static void send_or_receive(struct race *r, int rounds)
{
    for (int i = 0; i < rounds; i++) {
        int v = 0;
        go_select {
            case_send(r->c[0], i) {
                atomic_fetch_add(&r->sends, 1);
                atomic_fetch_add(&r->sent, i);
            }
            case_recv(r->c[0], &v) {
                atomic_fetch_add(&r->receives, 1);
                atomic_fetch_add(&r->received, v);
            }
            case_send(r->c[1], i) {
                atomic_fetch_add(&r->sends, 1);
                atomic_fetch_add(&r->sent, i);
            }
            case_recv(r->c[1], &v) {
                atomic_fetch_add(&r->receives, 1);
                atomic_fetch_add(&r->received, v);
            }
        }
    }
}

static void drain_until_closed(struct race *r)
{
    int v;
    chan(int) a = r->c[0], b = r->c[1];
    while (a || b) {
        bool ok = true;
        go_select {
            case_recv(a, &v, &ok) {
                if (!ok)
                    a = NULL;
            }
            case_recv(b, &v, &ok) {
                if (!ok)
                    b = NULL;
            }
        }
        if (ok) {
            atomic_fetch_add(&r->receives, 1);
            atomic_fetch_add(&r->received, v);
        }
    }
}

// The one that drains takes what those offer who are left over at the end.
static void pair_up(int processors)
{
    struct race r = {.per_peer = (int)test_rounds(8000)};
    go_waitgroup drained = {0};
    go_maxprocs(processors);
    make_channels(&r, 0);
    for (int i = 0; i < 6; i++)
        go_waitgroup_go(&r.group, send_or_receive, &r, r.per_peer);
    go_waitgroup_go(&drained, drain_until_closed, &r);
    go_waitgroup_wait(&r.group);
    chan_close(r.c[0]);
    chan_close(r.c[1]);
    go_waitgroup_wait(&drained);
    CHECK_EQ(atomic_load(&r.sends), atomic_load(&r.receives));
    CHECK_EQ(atomic_load(&r.sent), atomic_load(&r.received));
    free_channels(&r);
}

TEST_LONG(selects_that_both_send_and_receive_pair_up_exactly, 120)
{
    pair_up(1);
    pair_up(2);
    pair_up(8);
}

struct closing {
    chan(int) a, b;
    chan(go_unit) quit;
    go_waitgroup group;
    atomic_int woken, values;
};

static void select_until_quit(struct closing *s)
{
    for (;;) {
        bool ok = true;
        go_select {
            case_recv(s->a) {
                atomic_fetch_add(&s->values, 1);
            }
            case_recv(s->b) {
                atomic_fetch_add(&s->values, 1);
            }
            case_recv(s->quit, NULL, &ok) {
                atomic_fetch_add(&s->woken, 1);
            }
        }
        if (!ok)
            return;
    }
}

static void feed(struct closing *s, int n)
{
    for (int i = 0; i < n; i++)
        chan_send(i % 2 ? s->a : s->b, i);
}

TEST_LONG(close_wakes_every_select_once_among_racing_values, 120)
{
    for (int i = 0; i < (int)test_rounds(3000); i++) {
        struct closing s = {
            .a = chan_make(int), .b = chan_make(int, i % 2), .quit = chan_make(go_unit)};
        go_waitgroup fed = {0};
        go_maxprocs(i % 3 == 0 ? 1 : i % 3 == 1 ? 2 : 8);
        for (int j = 0; j < 4; j++)
            go_waitgroup_go(&s.group, select_until_quit, &s);
        go_waitgroup_go(&fed, feed, &s, i % 30);
        go_waitgroup_go(&fed, feed, &s, 5);
        go_waitgroup_wait(&fed);
        chan_close(s.quit);
        go_waitgroup_wait(&s.group);
        CHECK_EQ(atomic_load(&s.woken), 4);
        CHECK_EQ(atomic_load(&s.values) + (int)chan_len(s.b), i % 30 + 5);
        chan_free(s.a);
        chan_free(s.b);
        chan_free(s.quit);
    }
}

static void select_send_until_closed(struct closing *s)
{
    volatile bool closed = false;
    while (!closed) {
        go_try {
            go_select {
                case_send(s->a, 1) {
                    atomic_fetch_add(&s->values, 1);
                }
                case_send(s->b, 1) {
                    atomic_fetch_add(&s->values, 1);
                }
            }
        }
        go_catch(p) {
            CHECK_STR(p->message, "send on closed channel");
            atomic_fetch_add(&s->woken, 1);
            closed = true;
        }
    }
}

static void receive_some(struct closing *s, int n, atomic_int *received)
{
    for (int i = 0; i < n; i++) {
        bool ok = false;
        go_select {
            case_recv(s->a, NULL, &ok) {}
            case_recv(s->b, NULL, &ok) {}
        }
        if (ok)
            atomic_fetch_add(received, 1);
    }
}

TEST_LONG(close_makes_every_sending_select_panic_once, 120)
{
    for (int i = 0; i < (int)test_rounds(2000); i++) {
        struct closing s = {.a = chan_make(int), .b = chan_make(int)};
        atomic_int received = 0;
        go_maxprocs(i % 3 == 0 ? 1 : i % 3 == 1 ? 2 : 8);
        for (int j = 0; j < 4; j++)
            go_waitgroup_go(&s.group, select_send_until_closed, &s);
        receive_some(&s, i % 20, &received);
        chan_close(s.b);
        go_waitgroup_wait(&s.group);
        CHECK_EQ(atomic_load(&s.woken), 4);
        CHECK_EQ(atomic_load(&s.values), atomic_load(&received));
        chan_free(s.a);
        chan_free(s.b);
    }
}

static void receive_or_time_out(struct race *r)
{
    for (int left = r->per_peer; left > 0;) {
        int v = 0;
        go_select {
            case_recv(r->c[0], &v) {
                left--;
                atomic_fetch_add(&r->received, v);
            }
            case_recv(r->c[1], &v) {
                left--;
                atomic_fetch_add(&r->received, v);
            }
            case_timeout(left % 50 * GO_MICROSECOND) {}
        }
    }
}

static void send_haltingly(struct race *r, int channel)
{
    for (int i = 0; i < r->per_peer; i++) {
        if (i % 16 == 0)
            go_sleep(i % 64 * GO_MICROSECOND);
        chan_send(r->c[channel], i + 1);
    }
}

TEST_LONG(timeouts_that_race_with_values_lose_none, 120)
{
    static const int processors[] = {1, 2, 8};
    for (int p = 0; p < 3; p++) {
        struct race r = {.per_peer = (int)test_rounds(4000)};
        go_maxprocs(processors[p]);
        make_channels(&r, 0);
        for (int i = 0; i < 4; i++) {
            go_waitgroup_go(&r.group, send_haltingly, &r, i % 2);
            go_waitgroup_go(&r.group, receive_or_time_out, &r);
        }
        go_waitgroup_wait(&r.group);
        check_sums(&r, 4);
        free_channels(&r);
    }
}

static void poll_with_default(struct race *r)
{
    for (int left = r->per_peer; left > 0;) {
        int v = 0;
        go_select {
            case_recv(r->c[0], &v) {
                left--;
                atomic_fetch_add(&r->received, v);
            }
            case_recv(r->c[1], &v) {
                left--;
                atomic_fetch_add(&r->received, v);
            }
            case_default {
                go_yield();
            }
        }
    }
}

static void send_with_default(struct race *r, int channel)
{
    for (int i = 0; i < r->per_peer;) {
        go_select {
            case_send(r->c[channel], i + 1) {
                i++;
            }
            case_default {
                go_yield();
            }
        }
    }
}

static void send_to_one(struct race *r, int channel)
{
    for (int i = 0; i < r->per_peer; i++)
        chan_send(r->c[channel], i + 1);
}

TEST_LONG(polling_selects_lose_no_value, 120)
{
    static const int processors[] = {1, 2, 8};
    for (int p = 0; p < 3; p++) {
        struct race r = {.per_peer = (int)test_rounds(4000)};
        go_maxprocs(processors[p]);
        make_channels(&r, 1);
        for (int i = 0; i < 2; i++) {
            go_waitgroup_go(&r.group, send_with_default, &r, i);
            go_waitgroup_go(&r.group, send_to_one, &r, i);
            go_waitgroup_go(&r.group, poll_with_default, &r);
            go_waitgroup_go(&r.group, poll_with_default, &r);
        }
        go_waitgroup_wait(&r.group);
        check_sums(&r, 4);
        free_channels(&r);
    }
}
