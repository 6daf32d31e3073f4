// SPDX-License-Identifier: MIT
// The parking lot with very many objects at once: its table grows while goroutines wait in it, and each is still found
// by its own object, by a waker and by its timer, and by those that meet at the same moment.
#include "sched/view.h"
#include "support/test.h"

enum { OBJECTS = 40000, TIMED = 100, MEETING = 16 };

static int objects(void)
{
    return test_under_tsan() ? 6000 : OBJECTS;
}

static size_t table_bytes(void)
{
    const void *start;
    size_t bytes;
    gf_sema_table(&start, &bytes);
    return bytes;
}

// Strewn over a field, as objects on stacks and in heaps are.
static go_mutex *mutex(int i)
{
    enum { FIELD = 1000003 }; // a prime: the squares of numbers below its half differ
    static go_mutex field[FIELD];
    return &field[(uint64_t)i * (uint64_t)i % FIELD];
}

static atomic_int locked, timed_out;

static void lock_once(go_mutex *mu)
{
    go_mutex_lock(mu);
    atomic_fetch_add(&locked, 1);
    go_mutex_unlock(mu);
}

// A goroutine waits for each of the mutexes from then on.
static void wait_for_all(int n)
{
    for (int i = 0; i < n; i++)
        go_mutex_lock(mutex(i));
    for (int i = 0; i < n; i++)
        go(lock_once, mutex(i));
    while (go_stats().runnable > 0)
        go_yield();
}

// In another order than they came.
static void unlock_all(int n)
{
    for (int first = 0; first < 7; first++)
        for (int i = first; i < n; i += 7)
            go_mutex_unlock(mutex(i));
    WAIT_UNTIL(atomic_load(&locked) == n);
}

static void wait_for_the_time(void)
{
    go_mutex mu = {0};
    go_cond c;
    go_cond_init(&c, &mu);
    go_mutex_lock(&mu);
    CHECK(!go_cond_wait_timeout(&c, 100 * GO_MILLISECOND));
    go_mutex_unlock(&mu);
    atomic_fetch_add(&timed_out, 1);
}

TEST(waiters_are_found_by_their_objects_and_timers_when_the_table_has_grown)
{
    int n = objects();
    size_t before = table_bytes();
    for (int i = 0; i < TIMED; i++)
        go(wait_for_the_time);
    wait_for_all(n);
    CHECK(table_bytes() > before);
    CHECK_EQ(atomic_load(&locked), 0);
    unlock_all(n);
    WAIT_UNTIL(atomic_load(&timed_out) == TIMED);
}

struct shared {
    go_mutex mutex;
    long plain;
};

static void count(struct shared *s, const atomic_bool *enough, atomic_long *sum)
{
    long n = 0;
    for (; !atomic_load(enough); n++) {
        go_mutex_lock(&s->mutex);
        s->plain++;
        go_yield();
        go_mutex_unlock(&s->mutex);
    }
    atomic_fetch_add(sum, n);
}

TEST(locks_exclude_and_wake_while_the_table_grows)
{
    struct shared shared[MEETING] = {0};
    atomic_bool enough = false;
    atomic_long sum = 0;
    go_waitgroup wg = {0};
    int n = objects();
    go_maxprocs(8);
    for (int i = 0; i < 4 * MEETING; i++)
        go_waitgroup_go(&wg, count, &shared[i % MEETING], &enough, &sum);
    for (int i = 0; i < n; i++)
        go_mutex_lock(mutex(i));
    for (int i = 0; i < n; i++)
        go(lock_once, mutex(i));
    unlock_all(n);
    atomic_store(&enough, true);
    go_waitgroup_wait(&wg);
    for (int i = 0; i < MEETING; i++)
        sum -= shared[i].plain;
    CHECK_EQ(atomic_load(&sum), 0);
}
