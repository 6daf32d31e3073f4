// SPDX-License-Identifier: MIT
// Mutexes and wait groups under contention: counters that only the lock protects, locks kept across parks,
// try-locks among locks, many mutexes in one table, and wait groups used again at once. Run at one, two and
// (oversubscribed) eight processors.
#include "support/test.h"

struct shared {
    go_mutex mutex;
    long plain;
    chan(int) c;
};

static void lock_in_three_ways(struct shared *s, int rounds)
{
    for (int i = 0; i < rounds; i++) {
        if (i % 5 == 0)
            while (!go_mutex_try_lock(&s->mutex))
                go_yield();
        else
            go_mutex_lock(&s->mutex);
        s->plain++;
        if (i % 7 == 0)
            go_yield();
        if (i % 501 == 0)
            go_sleep(10 * GO_MICROSECOND);
        go_mutex_unlock(&s->mutex);
    }
}

static void count_under_contention(int processors)
{
    struct shared s = {.plain = 0};
    go_waitgroup wg = {0};
    int rounds = (int)test_rounds(20000);
    go_maxprocs(processors);
    for (int i = 0; i < 16; i++)
        go_waitgroup_go(&wg, lock_in_three_ways, &s, rounds);
    go_waitgroup_wait(&wg);
    CHECK_EQ(s.plain, 16L * rounds);
    CHECK(go_mutex_try_lock(&s.mutex));
}

TEST_LONG(mutex_counters_on_one_processor, 120)
{
    count_under_contention(1);
}

TEST_LONG(mutex_counters_on_two_processors, 120)
{
    count_under_contention(2);
}

TEST_LONG(mutex_counters_on_eight_processors, 120)
{
    count_under_contention(8);
}

enum { ACCOUNTS = 64 };

struct bank {
    go_mutex mutex[ACCOUNTS];
    long balance[ACCOUNTS];
};

static void transfer(struct bank *b, unsigned seed, int rounds)
{
    for (int i = 0; i < rounds; i++) {
        seed = seed * 1103515245 + 12345;
        unsigned from = (seed >> 8) % ACCOUNTS, to = (seed >> 16) % ACCOUNTS;
        if (from == to)
            continue;
        go_mutex_lock(&b->mutex[from < to ? from : to]);
        go_mutex_lock(&b->mutex[from < to ? to : from]);
        b->balance[from]--;
        b->balance[to]++;
        go_mutex_unlock(&b->mutex[from]);
        go_mutex_unlock(&b->mutex[to]);
    }
}

TEST_LONG(transfers_between_locked_accounts_keep_the_sum, 120)
{
    static struct bank b;
    go_waitgroup wg = {0};
    go_maxprocs(8);
    for (unsigned i = 0; i < 16; i++)
        go_waitgroup_go(&wg, transfer, &b, i * 7919, (int)test_rounds(20000));
    go_waitgroup_wait(&wg);
    long sum = 0;
    for (int i = 0; i < ACCOUNTS; i++)
        sum += b.balance[i];
    CHECK_EQ(sum, 0);
}

static void add(atomic_long *n)
{
    atomic_fetch_add(n, 1);
}

static void wait_and_add(go_waitgroup *wg, go_waitgroup *waiters, atomic_long *n)
{
    go_waitgroup_wait(wg);
    CHECK(atomic_load(n) % 4 == 0);
    go_waitgroup_done(waiters);
}

TEST_LONG(waitgroup_is_reused_at_once_with_several_waiters, 120)
{
    static const int processors[] = {1, 2, 8};
    for (int p = 0; p < 3; p++) {
        go_waitgroup wg = {0}, waiters = {0};
        atomic_long n = 0;
        int rounds = (int)test_rounds(5000);
        go_maxprocs(processors[p]);
        for (int i = 1; i <= rounds; i++) {
            go_waitgroup_add(&wg, 4);
            go_waitgroup_add(&waiters, 2);
            go(wait_and_add, &wg, &waiters, &n);
            go(wait_and_add, &wg, &waiters, &n);
            for (int j = 0; j < 4; j++) {
                go(add, &n);
            }
            WAIT_UNTIL(atomic_load(&n) == 4L * i);
            for (int j = 0; j < 4; j++)
                go_waitgroup_done(&wg);
            go_waitgroup_wait(&wg);
            go_waitgroup_wait(&waiters);
        }
    }
}

static void fan_out(go_waitgroup *wg, int depth, atomic_long *n)
{
    add(n);
    if (depth == 0)
        return;
    go_waitgroup_go(wg, fan_out, wg, depth - 1, n);
    go_waitgroup_go(wg, fan_out, wg, depth - 1, n);
}

TEST_LONG(waitgroup_counts_a_growing_tree, 120)
{
    go_maxprocs(8);
    for (int i = 0; i < (int)test_rounds(40); i++) {
        go_waitgroup wg = {0};
        atomic_long n = 0;
        go_waitgroup_go(&wg, fan_out, &wg, 11, &n);
        go_waitgroup_wait(&wg);
        CHECK_EQ(atomic_load(&n), 4095);
    }
}
