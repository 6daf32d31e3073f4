// SPDX-License-Identifier: MIT
// The short way of the locks while one thread runs alone (sched/solo.h), against everything that ends it: foreign
// threads that come now and then, a second processor with work of its own, a P that moves to another thread, also because a
// time slice is over, or is told to rest (sched/crowd.c). The runtime is told to do all that again and again, so it begins
// and ends hundreds of times a second. A lock that two threads hold at once, or a word that both change, would lose or
// double a value.
#include "support/test.h"

#include <gofer/x/lfstack.h>
#include <time.h>

enum { CAPACITY = 16, BURST = 20 };

// Before the runtime starts, which reads it once.
__attribute__((constructor)) static void change_eagerly(void)
{
    setenv("GOFER_DEBUG", "solo=2,crowd=2,preempt=500", 0);
}

static void sleep_as_thread(long us)
{
    nanosleep(&(struct timespec){0, us * 1000}, NULL);
}

struct stream {
    chan(long) values;
    go_mutex mutex;
    atomic_bool over;
    atomic_long sent;
    long plain; // under the mutex
    go_waitgroup senders;
};

static void send_some(struct stream *s, int n)
{
    for (int i = 0; i < n; i++) {
        long v = i + 1;
        chan_send(s->values, v);
        atomic_fetch_add(&s->sent, v);
        go_mutex_lock(&s->mutex);
        s->plain++;
        go_mutex_unlock(&s->mutex);
    }
}

static void keep_sending(struct stream *s)
{
    while (!atomic_load(&s->over))
        send_some(s, BURST);
    go_waitgroup_done(&s->senders);
}

static void send_now_and_then(void *arg)
{
    struct stream *s = arg;
    for (long i = 0; !atomic_load(&s->over); i++) {
        sleep_as_thread(500 + i * 700 % 3000);
        send_some(s, BURST);
    }
    go_waitgroup_done(&s->senders);
}

static void close_when_all_have_sent(struct stream *s)
{
    go_waitgroup_wait(&s->senders);
    chan_close(s->values);
}

static void compute_now_and_then(struct stream *s)
{
    while (!atomic_load(&s->over)) {
        go_sleep(2 * GO_MILLISECOND);
        send_some(s, BURST);
    }
    go_waitgroup_done(&s->senders);
}

static void block_now_and_then(struct stream *s)
{
    while (!atomic_load(&s->over)) {
        go_blocking(sleep_as_thread, 1500L);
        send_some(s, BURST);
    }
    go_waitgroup_done(&s->senders);
}

// Receives for a while, then until all senders are through; nothing may be lost or doubled.
static void expect_all(struct stream *s, int senders)
{
    int64_t end = go_now().monotonic + 300 * GO_MILLISECOND;
    long received = 0, count = 0, v;
    while (chan_recv(s->values, &v)) {
        received += v;
        if (++count % 1000 == 0 && go_now().monotonic > end && !atomic_load(&s->over)) {
            atomic_store(&s->over, true);
            go(close_when_all_have_sent, s);
        }
    }
    CHECK_EQ(received, atomic_load(&s->sent));
    CHECK_EQ(s->plain, count);
    CHECK(count > senders * BURST);
    chan_free(s->values);
}

static void start(struct stream *s, int processors, int senders)
{
    go_maxprocs(processors);
    *s = (struct stream){.values = chan_make(long, CAPACITY)};
    go_waitgroup_add(&s->senders, senders);
    go(keep_sending, s);
}

TEST(foreign_thread_that_comes_now_and_then_excludes_a_lone_processor)
{
    struct stream s;
    start(&s, 1, 2);
    test_thread *t = test_thread_start(send_now_and_then, &s);
    expect_all(&s, 2);
    test_thread_join(t);
}

TEST(foreign_thread_that_comes_now_and_then_excludes_the_only_busy_one_of_two_processors)
{
    struct stream s;
    start(&s, 2, 2);
    test_thread *t = test_thread_start(send_now_and_then, &s);
    expect_all(&s, 2);
    test_thread_join(t);
}

TEST(second_processor_that_works_now_and_then_excludes_the_first)
{
    struct stream s;
    start(&s, 2, 3);
    go(compute_now_and_then, &s);
    go(compute_now_and_then, &s);
    expect_all(&s, 3);
}

TEST(lone_processor_that_moves_between_threads_is_exclusive)
{
    struct stream s;
    start(&s, 1, 3);
    go(block_now_and_then, &s);
    go(block_now_and_then, &s);
    expect_all(&s, 3);
}

enum { TOKENS = 8 };

// A stack of tokens, of which each is in one hand at most.
struct hands {
    go_lfstack stack;
    atomic_int owners[TOKENS];
    atomic_bool over;
    atomic_long turns;
    go_waitgroup jugglers;
};

static void juggle(struct hands *h, int turns)
{
    for (int i = 0; i < turns; i++) {
        void *held[2];
        int n = 0;
        while (n < 2 && go_lfstack_pop(&h->stack, &held[n]))
            CHECK_EQ(atomic_fetch_add(&h->owners[(uintptr_t)held[n++]], 1), 0);
        while (n > 0) {
            atomic_fetch_sub(&h->owners[(uintptr_t)held[--n]], 1);
            go_lfstack_push(&h->stack, held[n]);
        }
    }
    atomic_fetch_add(&h->turns, turns);
}

// Never gives its processor away by itself.
static void keep_juggling(struct hands *h)
{
    while (!atomic_load(&h->over))
        juggle(h, BURST);
    go_waitgroup_done(&h->jugglers);
}

static void juggle_now_and_then(struct hands *h)
{
    while (!atomic_load(&h->over)) {
        go_sleep(2 * GO_MILLISECOND);
        juggle(h, BURST);
    }
    go_waitgroup_done(&h->jugglers);
}

static void juggle_in_thread(void *arg)
{
    struct hands *h = arg;
    while (!atomic_load(&h->over)) {
        sleep_as_thread(2000);
        juggle(h, BURST);
    }
}

static void start_juggling(struct hands *h, int processors)
{
    enum { JUGGLERS = 3 };
    go_maxprocs(processors);
    for (uintptr_t i = 0; i < TOKENS; i++)
        go_lfstack_push(&h->stack, (void *)i);
    go_waitgroup_add(&h->jugglers, JUGGLERS);
    for (int i = 0; i < JUGGLERS; i++)
        go(keep_juggling, h);
}

// Lets them go on for so many turns; `t`, if any, juggles too.
static void stop_juggling(struct hands *h, test_thread *t)
{
    const long enough = (long)test_rounds(1000000);
    WAIT_UNTIL(atomic_load(&h->turns) >= enough);
    atomic_store(&h->over, true);
    go_waitgroup_wait(&h->jugglers);
    if (t)
        test_thread_join(t);
}

static void expect_all_tokens(struct hands *h)
{
    bool seen[TOKENS] = {false};
    void *token;
    for (int i = 0; i < TOKENS; i++) {
        CHECK(go_lfstack_pop(&h->stack, &token));
        CHECK(!seen[(uintptr_t)token]);
        seen[(uintptr_t)token] = true;
    }
    CHECK(!go_lfstack_pop(&h->stack, &token));
}

TEST(time_slice_that_ends_leaves_one_thread_of_a_lone_processor_exclusive)
{
    static struct hands h;
    start_juggling(&h, 1);
    stop_juggling(&h, test_thread_start(juggle_in_thread, &h));
    expect_all_tokens(&h);
}

TEST(time_slice_that_ends_beside_a_second_processor_leaves_nobody_exclusive)
{
    static struct hands h;
    start_juggling(&h, 2);
    go_waitgroup_add(&h.jugglers, 1);
    go(juggle_now_and_then, &h);
    stop_juggling(&h, NULL);
    expect_all_tokens(&h);
}

static void pass_on(recv_chan(int) in, send_chan(int) out, go_waitgroup *ended)
{
    int v;
    while (chan_recv(in, &v))
        chan_send(out, v + 1);
    go_waitgroup_done(ended);
}

TEST(processors_that_are_told_to_rest_leave_no_goroutine_behind)
{
    enum { RING = 40 };
    go_maxprocs(4);
    const int rounds = (int)test_rounds(100000);
    chan(int) in = chan_make(int, 1), out = chan_make(int, 1);
    go_waitgroup ended = {0};
    go_waitgroup_add(&ended, RING);
    for (int i = 0; i < RING; i++)
        go(pass_on, in, out, &ended);
    chan_send(in, 0);
    chan_send(in, 0);
    for (int i = 0; i < rounds; i++)
        chan_send(in, chan_recv(out));
    CHECK_EQ(chan_recv(out) + chan_recv(out), rounds + 2);
    chan_close(in);
    go_waitgroup_wait(&ended);
    chan_free(in);
    chan_free(out);
}
