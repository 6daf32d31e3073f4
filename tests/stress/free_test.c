// SPDX-License-Identifier: MIT
// Free means free: once an operation's effect can be seen, the object may go at once, and the operation that
// caused the effect must not touch it again. Each loop has one side see the effect and free the memory, or
// leave the stack frame that holds it, while the other side is still on its way out of the call. The address
// sanitizer is the judge; elsewhere freed memory is overwritten so that a late touch shows in the next round.
// GOFER_TEST_SCALE=1 gives the full million rounds under a sanitizer too.
#include "support/test.h"

static atomic_size_t ended;

// Runs one of two goroutines in this many rounds, on two processors, so that both sides really overlap, or on as many as
// GOFER_MAXPROCS says: one, where only preemption and the order of the queue part them, or more than there are.
static size_t overlapping_rounds(void)
{
    if (!getenv("GOFER_MAXPROCS"))
        go_maxprocs(2);
    return test_rounds(1000000);
}

static void send_one(chan(int) c, int v)
{
    chan_send(c, v);
}

// The receiver frees what the sender made known: the value was the sender's last use.
TEST_LONG(unbuffered_channel_is_freed_by_the_receiver_while_the_send_returns, 300)
{
    size_t rounds = overlapping_rounds();
    for (size_t i = 0; i < rounds; i++) {
        chan(int) c = chan_make(int);
        go(send_one, c, (int)i);
        CHECK_EQ(chan_recv(c), (int)i);
        chan_free(c);
    }
}

TEST_LONG(buffered_channel_is_freed_by_the_receiver_while_the_send_returns, 300)
{
    size_t rounds = overlapping_rounds();
    for (size_t i = 0; i < rounds; i++) {
        chan(int) c = chan_make(int, 1);
        go(send_one, c, (int)i);
        CHECK_EQ(chan_recv(c), (int)i);
        chan_free(c);
    }
}

// Two long-lived sides with a fresh channel for each message, so that no start of a goroutine slows them.
static void send_on_each(chan(chan(int)) channels)
{
    chan_range(c, channels)
        chan_send(c, 7);
}

TEST_LONG(channels_are_freed_by_the_receiver_of_a_long_lived_sender, 300)
{
    size_t rounds = overlapping_rounds();
    chan(chan(int)) channels = chan_make(chan(int), 1);
    go(send_on_each, channels);
    for (size_t i = 0; i < rounds; i++) {
        chan(int) c = chan_make(int, (int)(i % 2));
        chan_send(channels, c);
        CHECK_EQ(chan_recv(c), 7);
        chan_free(c);
    }
    chan_close(channels);
    WAIT_UNTIL(go_num_goroutine() == 1);
    chan_free(channels);
}

static void receive_one(chan(int) c)
{
    CHECK_EQ(chan_recv(c), 5);
}

// The sender of an unbuffered channel knows, when the send returns, that the receiver has the value.
TEST_LONG(unbuffered_channel_is_freed_by_the_sender_while_the_receive_returns, 300)
{
    size_t rounds = overlapping_rounds();
    for (size_t i = 0; i < rounds; i++) {
        chan(int) c = chan_make(int);
        go(receive_one, c);
        chan_send(c, 5);
        chan_free(c);
    }
}

static void close_one(chan(go_unit) c)
{
    chan_close(c);
}

TEST_LONG(channel_is_freed_by_who_sees_it_closed_while_the_close_returns, 300)
{
    size_t rounds = overlapping_rounds();
    for (size_t i = 0; i < rounds; i++) {
        chan(go_unit) c = chan_make(go_unit);
        go(close_one, c);
        chan_recv(c);
        chan_free(c);
    }
}

static void select_send(chan(int) a, chan(int) b)
{
    go_select {
        case_send(a, 1) {}
        case_recv(b) {}
    }
}

// The select's other channel is not known to be free of it until it has ended, so that one is kept.
TEST_LONG(channel_is_freed_by_the_receiver_while_a_select_that_sent_returns, 300)
{
    size_t rounds = overlapping_rounds();
    chan(int) other = chan_make(int);
    for (size_t i = 0; i < rounds; i++) {
        chan(int) c = chan_make(int);
        go(select_send, c, other);
        CHECK_EQ(chan_recv(c), 1);
        chan_free(c);
    }
    WAIT_UNTIL(go_num_goroutine() == 1);
    chan_free(other);
}

static void count_and_unlock(go_mutex *m, int *n)
{
    go_mutex_lock(m);
    ++*n;
    go_mutex_unlock(m);
}

static bool is_counted(go_mutex *m, int *n, int expected)
{
    go_mutex_lock(m);
    bool yes = *n == expected;
    go_mutex_unlock(m);
    return yes;
}

static void wait_for_unlock_on_own_stack(void)
{
    go_mutex m = {0};
    int n = 0;
    go(count_and_unlock, &m, &n);
    while (!is_counted(&m, &n, 1))
        go_yield();
    memset(&m, 0xa5, sizeof m);
}

TEST_LONG(mutex_on_a_stack_goes_away_while_the_unlock_returns, 300)
{
    size_t rounds = overlapping_rounds();
    for (size_t i = 0; i < rounds; i++)
        wait_for_unlock_on_own_stack();
}

struct guarded {
    go_mutex mutex;
    int references;
};

static void drop(struct guarded *g)
{
    go_mutex_lock(&g->mutex);
    bool last = --g->references == 0;
    go_mutex_unlock(&g->mutex);
    if (!last)
        return;
    memset(g, 0xa5, sizeof *g);
    free(g);
    atomic_fetch_add(&ended, 1);
}

// The classic: a reference count under the very lock that is freed with it.
TEST_LONG(mutex_is_freed_by_its_next_holder_while_the_unlock_returns, 300)
{
    size_t rounds = overlapping_rounds();
    for (size_t i = 0; i < rounds; i++) {
        struct guarded *g = calloc(1, sizeof *g);
        g->references = 3;
        go(drop, g);
        go(drop, g);
        drop(g);
        if (i % 128 == 0)
            go_yield();
    }
    WAIT_UNTIL(atomic_load(&ended) == rounds);
}

static void wait_for_group_on_own_stack(int members)
{
    go_waitgroup wg = {0};
    go_waitgroup_add(&wg, members);
    for (int i = 0; i < members; i++)
        go(go_waitgroup_done, &wg);
    go_waitgroup_wait(&wg);
    memset(&wg, 0xa5, sizeof wg);
}

TEST_LONG(waitgroup_on_a_stack_goes_away_while_the_last_done_returns, 300)
{
    size_t rounds = overlapping_rounds();
    for (size_t i = 0; i < rounds; i++)
        wait_for_group_on_own_stack(1 + (int)(i % 3));
}

static void nothing(void)
{
}

static void wait_for_helpers_on_own_stack(void)
{
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, nothing);
    go_waitgroup_go(&wg, nothing);
    go_waitgroup_wait(&wg);
    memset(&wg, 0xa5, sizeof wg);
}

TEST_LONG(waitgroup_on_a_stack_goes_away_while_its_go_helpers_end, 300)
{
    size_t rounds = overlapping_rounds();
    for (size_t i = 0; i < rounds; i++)
        wait_for_helpers_on_own_stack();
}

static void send_references(chan(int) c)
{
    chan_send(c, 1);
    chan_free(c);
}

TEST_LONG(last_of_two_references_frees_the_channel_once, 300)
{
    size_t rounds = overlapping_rounds();
    for (size_t i = 0; i < rounds; i++) {
        chan(int) c = chan_make(int, 1);
        go(send_references, chan_ref(c));
        if (i % 2)
            chan_recv(c);
        chan_free(c);
    }
    WAIT_UNTIL(go_num_goroutine() == 1);
}

// The stack of a goroutine that ended is reused at once, and with it the frame a peer had copied into.
static void receive_on_a_stack_that_goes_away(chan(int) c)
{
    volatile int v = chan_recv(c);
    CHECK_EQ(v, 9);
}

TEST_LONG(receivers_stack_is_reused_while_the_send_returns, 300)
{
    size_t rounds = overlapping_rounds();
    chan(int) c = chan_make(int);
    for (size_t i = 0; i < rounds; i++) {
        go(receive_on_a_stack_that_goes_away, c);
        chan_send(c, 9);
    }
    WAIT_UNTIL(go_num_goroutine() == 1);
    chan_free(c);
}

static void free_after(go_duration d)
{
    recv_chan(go_time) c = go_after(d);
    if (d % 3 == 0)
        chan_recv(c);
    chan_free(c);
}

TEST_LONG(timer_channels_are_freed_as_they_fire, 300)
{
    size_t rounds = overlapping_rounds() / 20;
    for (size_t i = 0; i < rounds; i++)
        free_after((go_duration)(i % 30) * GO_MICROSECOND);
}

// The function's goroutine is started under the lock of the timer's heap, and the timer is gone before it ends.
TEST_LONG(function_timer_is_freed_by_who_hears_from_its_function, 300)
{
    size_t rounds = overlapping_rounds() / 20;
    chan(int) c = chan_make(int);
    for (size_t i = 0; i < rounds; i++) {
        go_timer *t = go_after_func((go_duration)(i % 30) * GO_MICROSECOND, send_one, c, (int)i);
        CHECK_EQ(chan_recv(c), (int)i);
        go_timer_free(t);
    }
    WAIT_UNTIL(go_num_goroutine() == 1);
    chan_free(c);
}

static void cancel_one(go_context *ctx)
{
    go_context_cancel(ctx);
}

// Whoever sees the end drops the only reference.
TEST_LONG(context_is_freed_by_who_sees_it_done_while_the_cancel_returns, 300)
{
    size_t rounds = overlapping_rounds();
    for (size_t i = 0; i < rounds; i++) {
        go_context *ctx = go_context_with_cancel(go_context_background());
        go_context *child = go_context_with_cancel(ctx);
        go_context_done(child);
        go(cancel_one, ctx);
        chan_recv(go_context_done(child));
        go_context_free(child);
        while (go_context_err(ctx) == 0)
            go_yield();
        go_context_free(ctx);
    }
}

TEST_LONG(context_is_freed_by_who_sees_its_deadline_while_the_timer_returns, 300)
{
    size_t rounds = overlapping_rounds() / 10 + 1;
    for (size_t i = 0; i < rounds; i++) {
        go_context *ctx = go_context_with_timeout(go_context_background(), 10 * GO_MICROSECOND);
        chan_recv(go_context_done(ctx));
        go_context_free(ctx);
    }
}

static void read_and_unlock(go_rwmutex *m, int *n)
{
    go_rwmutex_rlock(m);
    __atomic_fetch_add(n, 1, __ATOMIC_RELAXED);
    go_rwmutex_runlock(m);
}

static void write_and_unlock(go_rwmutex *m, int *n)
{
    go_rwmutex_lock(m);
    ++*n;
    go_rwmutex_unlock(m);
}

static bool is_written(go_rwmutex *m, const int *n, int expected)
{
    go_rwmutex_lock(m);
    bool yes = *n == expected;
    go_rwmutex_unlock(m);
    return yes;
}

static void wait_for_both_kinds_on_own_stack(void)
{
    go_rwmutex m = {0};
    int n = 0;
    go(read_and_unlock, &m, &n);
    go(write_and_unlock, &m, &n);
    while (!is_written(&m, &n, 2))
        go_yield();
    memset(&m, 0xa5, sizeof m);
}

TEST_LONG(rwmutex_on_a_stack_goes_away_while_the_unlocks_return, 300)
{
    for (size_t i = overlapping_rounds(); i > 0; i--)
        wait_for_both_kinds_on_own_stack();
}

static void do_once(go_once *once)
{
    go_once_do(once, nothing);
}

// The other may not even have begun: it has to be over before the object goes, so a group counts it out, after whose
// wait it may still be on its way out of the call.
static void do_once_and_count(go_once *once, go_waitgroup *wg)
{
    do_once(once);
    go_waitgroup_done(wg);
}

static void wait_for_once_on_own_stack(void)
{
    go_once once = {0};
    go_waitgroup wg = {0};
    go_waitgroup_add(&wg, 1);
    go(do_once_and_count, &once, &wg);
    go_once_do(&once, nothing);
    go_waitgroup_wait(&wg);
    memset(&once, 0xa5, sizeof once);
}

TEST_LONG(once_on_a_stack_goes_away_while_the_calls_return, 300)
{
    for (size_t i = overlapping_rounds(); i > 0; i--)
        wait_for_once_on_own_stack();
}

struct awaited {
    go_mutex mutex;
    go_cond changed;
    bool done;
};

static void change_and_signal(struct awaited *a)
{
    go_mutex_lock(&a->mutex);
    a->done = true;
    go_cond_signal(&a->changed);
    go_mutex_unlock(&a->mutex);
}

static void wait_for_signal_on_own_stack(void)
{
    struct awaited a = {.done = false};
    go_cond_init(&a.changed, &a.mutex);
    go(change_and_signal, &a);
    go_mutex_lock(&a.mutex);
    while (!a.done)
        go_cond_wait(&a.changed);
    go_mutex_unlock(&a.mutex);
    memset(&a, 0xa5, sizeof a);
}

TEST_LONG(condition_on_a_stack_goes_away_while_the_signal_returns, 300)
{
    for (size_t i = overlapping_rounds(); i > 0; i--)
        wait_for_signal_on_own_stack();
}
