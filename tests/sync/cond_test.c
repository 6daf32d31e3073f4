// SPDX-License-Identifier: MIT
// go_cond: that no wake-up is lost between the unlock and the park, who is woken by a signal and by a broadcast, the
// time limit, copies, and that it may go away once all have been woken.
#include "support/test.h"

static go_mutex mutex;
static go_cond cond;
static int waiting, awake;
static atomic_int ended;

static void wait_once(void)
{
    go_mutex_lock(&mutex);
    waiting++;
    go_cond_wait(&cond);
    awake++;
    go_mutex_unlock(&mutex);
    atomic_fetch_add(&ended, 1);
}

static void start_waiters(int n)
{
    go_cond_init(&cond, &mutex);
    for (int i = 0; i < n; i++)
        go(wait_once);
    bool all = false;
    while (!all) {
        go_yield();
        go_mutex_lock(&mutex);
        all = waiting == n;
        go_mutex_unlock(&mutex);
    }
}

TEST(signal_wakes_one_and_broadcast_all)
{
    start_waiters(10);
    go_cond_signal(&cond);
    WAIT_UNTIL(atomic_load(&ended) == 1);
    for (int i = 0; i < 100; i++)
        go_yield();
    CHECK_EQ(atomic_load(&ended), 1);
    go_cond_broadcast(&cond);
    WAIT_UNTIL(atomic_load(&ended) == 10);
}

TEST(signals_without_waiters_are_not_remembered)
{
    test_one_processor();
    go_cond_init(&cond, &mutex);
    go_cond_signal(&cond);
    go_cond_broadcast(&cond);
    start_waiters(1);
    test_settle();
    CHECK_EQ(atomic_load(&ended), 0);
    go_cond_signal(&cond);
    WAIT_UNTIL(atomic_load(&ended) == 1);
}

static void wait_in_turn(int turn)
{
    go_mutex_lock(&mutex);
    go_cond_wait(&cond);
    CHECK_EQ(awake++, turn);
    go_mutex_unlock(&mutex);
    atomic_fetch_add(&ended, 1);
}

TEST(signal_wakes_who_has_waited_longest)
{
    test_one_processor();
    go_cond_init(&cond, &mutex);
    for (int i = 0; i < 10; i++) {
        go(wait_in_turn, i);
        test_settle();
    }
    for (int i = 0; i < 10; i++) {
        go_cond_signal(&cond);
        WAIT_UNTIL(atomic_load(&ended) == i + 1);
    }
}

// A queue of one place between a producer and a consumer: each change is signalled once, so one lost wake-up hangs.
static int full, taken;

static void produce(int n)
{
    for (int i = 1; i <= n; i++) {
        go_mutex_lock(&mutex);
        while (full)
            go_cond_wait(&cond);
        full = i;
        go_cond_signal(&cond);
        go_mutex_unlock(&mutex);
    }
}

static void check_no_loss(int processors, int n)
{
    go_maxprocs(processors);
    go_cond_init(&cond, &mutex);
    go(produce, n);
    for (int i = 1; i <= n; i++) {
        go_mutex_lock(&mutex);
        while (!full)
            go_cond_wait(&cond);
        CHECK_EQ(full, i);
        full = 0;
        taken++;
        go_mutex_unlock(&mutex);
        go_cond_signal(&cond);
    }
    CHECK_EQ(taken, n);
}

TEST(no_wake_up_is_lost_on_one_processor)
{
    check_no_loss(1, (int)test_rounds(20000));
}

TEST(no_wake_up_is_lost_on_several_processors)
{
    check_no_loss(4, (int)test_rounds(20000));
}

TEST(wait_with_a_limit_ends_when_the_time_is_over)
{
    go_cond_init(&cond, &mutex);
    go_time start = go_now();
    go_mutex_lock(&mutex);
    CHECK(!go_cond_wait_timeout(&cond, 5 * GO_MILLISECOND));
    CHECK(!go_mutex_try_lock(&mutex));
    CHECK(go_since(start) >= 5 * GO_MILLISECOND);
    CHECK(!go_cond_wait_timeout(&cond, 0));
    CHECK(!go_cond_wait_timeout(&cond, -GO_HOUR));
    go_mutex_unlock(&mutex);
    // Nobody is left in the queue to swallow a signal.
    CHECK_EQ(cond.waiters, 0);
}

static void signal_once(void)
{
    go_mutex_lock(&mutex);
    go_cond_signal(&cond);
    go_mutex_unlock(&mutex);
}

TEST(wait_with_a_limit_ends_by_a_signal)
{
    go_cond_init(&cond, &mutex);
    for (int i = 0; i < 2; i++) {
        go_mutex_lock(&mutex);
        go(signal_once);
        CHECK(go_cond_wait_timeout(&cond, i ? INT64_MAX : GO_HOUR));
        go_mutex_unlock(&mutex);
    }
}

static atomic_int woken, timed_out;

static void wait_briefly(int rounds)
{
    for (int i = 0; i < rounds; i++) {
        go_mutex_lock(&mutex);
        if (go_cond_wait_timeout(&cond, i % 40 * GO_MICROSECOND))
            atomic_fetch_add(&woken, 1);
        else
            atomic_fetch_add(&timed_out, 1);
        go_mutex_unlock(&mutex);
    }
    atomic_fetch_add(&ended, 1);
}

TEST(limits_race_with_signals_and_nobody_stays_behind)
{
    int rounds = (int)test_rounds(3000);
    go_maxprocs(4);
    go_cond_init(&cond, &mutex);
    for (int i = 0; i < 4; i++)
        go(wait_briefly, rounds);
    for (int i = 0; atomic_load(&ended) < 4; i++) {
        if (i % 8 == 0)
            go_cond_broadcast(&cond);
        else
            go_cond_signal(&cond);
        go_yield();
    }
    CHECK_EQ(atomic_load(&woken) + atomic_load(&timed_out), 4 * rounds);
    CHECK_EQ(cond.waiters, 0);
}

TEST(copies_are_detected)
{
    go_cond_init(&cond, &mutex);
    // vet: allow copylocks: copies are what is tested
    go_cond copy = cond;
    EXPECT_PANIC("sync.Cond is copied", go_cond_signal(&copy));
    EXPECT_PANIC("sync.Cond is copied", go_cond_broadcast(&copy));
    go_mutex_lock(&mutex);
    EXPECT_PANIC("sync.Cond is copied", go_cond_wait(&copy));
    go_mutex_unlock(&mutex);
}

struct meeting {
    go_mutex *mutex;
    go_cond cond;
    bool met;
};

static void meet(struct meeting *m)
{
    go_mutex *mu = m->mutex;
    go_mutex_lock(mu);
    m->met = true;
    // Signalled under the mutex: whoever sees `met` may let the condition go once it has the mutex.
    go_cond_broadcast(&m->cond);
    go_mutex_unlock(mu);
}

TEST(condition_on_a_stack_may_go_away_when_its_waiter_is_woken)
{
    go_maxprocs(2);
    for (size_t i = 0; i < test_rounds(20000); i++) {
        struct meeting m = {.mutex = &mutex};
        go_cond_init(&m.cond, &mutex);
        go(meet, &m);
        go_mutex_lock(&mutex);
        while (!m.met)
            go_cond_wait(&m.cond);
        go_mutex_unlock(&mutex);
        memset(&m, 0xa5, sizeof m);
    }
}

static void wait_for_ever(void)
{
    go_cond_init(&cond, &mutex);
    go_mutex_lock(&mutex);
    go_cond_wait(&cond);
}

TEST(wait_is_shown_in_the_traces)
{
    EXPECT_FATAL(wait_for_ever, "goroutine 1 [sync.Cond.Wait]:");
}
