// SPDX-License-Identifier: MIT
// go_mutex: exclusion, the zero value, try, that it has no owner, what misuse says, that a waiter gets its
// turn beside a goroutine that locks again and again, and that it may be freed by whoever locks it next.
#include "support/test.h"

#include <unistd.h>

static go_mutex mutex;
static long plain;
static atomic_int ended;

static void add_under_lock(int rounds)
{
    for (int i = 0; i < rounds; i++) {
        go_mutex_lock(&mutex);
        plain++;
        if (i % 16 == 0)
            go_yield();
        go_mutex_unlock(&mutex);
    }
    atomic_fetch_add(&ended, 1);
}

static void check_exclusion(int processors)
{
    int rounds = (int)test_rounds(20000);
    go_maxprocs(processors);
    for (int i = 0; i < 8; i++)
        go(add_under_lock, rounds);
    WAIT_UNTIL(atomic_load(&ended) == 8);
    go_mutex_lock(&mutex);
    CHECK_EQ(plain, 8L * rounds);
    go_mutex_unlock(&mutex);
}

TEST(mutex_excludes_on_one_processor)
{
    check_exclusion(1);
}

TEST(mutex_excludes_on_several_processors)
{
    check_exclusion(4);
}

TEST(zero_mutex_is_unlocked)
{
    go_mutex m = {0};
    go_mutex_lock(&m);
    go_mutex_unlock(&m);
    CHECK(go_mutex_try_lock(&m));
    go_mutex_unlock(&m);
}

TEST(try_lock_fails_on_a_locked_mutex_and_never_blocks)
{
    go_mutex m = {0};
    CHECK(go_mutex_try_lock(&m));
    for (int i = 0; i < 100; i++)
        CHECK(!go_mutex_try_lock(&m));
    go_mutex_unlock(&m);
    CHECK(go_mutex_try_lock(&m));
    go_mutex_unlock(&m);
}

static void lock_and_count(void)
{
    go_mutex_lock(&mutex);
    atomic_fetch_add(&ended, 1);
    go_mutex_unlock(&mutex);
}

TEST(lock_blocks_until_the_unlock)
{
    test_one_processor();
    go_mutex_lock(&mutex);
    go(lock_and_count);
    test_settle();
    CHECK_EQ(atomic_load(&ended), 0);
    go_mutex_unlock(&mutex);
    WAIT_UNTIL(atomic_load(&ended) == 1);
}

static void unlock(void)
{
    go_mutex_unlock(&mutex);
}

TEST(mutex_has_no_owner)
{
    go_mutex_lock(&mutex);
    go(unlock);
    go_mutex_lock(&mutex);
    go_mutex_unlock(&mutex);
}

TEST(unlock_of_an_unlocked_mutex_is_fatal)
{
    EXPECT_FATAL(unlock, "fatal error: sync: unlock of unlocked mutex\n");
}

TEST(fatal_misuse_shows_who_did_it_even_as_the_first_call_of_all)
{
    struct outcome o = EXPECT_FATAL(unlock, "fatal error: sync: unlock of unlocked mutex\n");
    CHECK_MATCH(o.err, "\n\ngoroutine 1 \\[running\\]:\nunlock\\(\\.\\.\\.\\)\n");
}

static void unlock_twice(void)
{
    go_mutex_lock(&mutex);
    go_mutex_unlock(&mutex);
    go_mutex_unlock(&mutex);
}

TEST(second_unlock_is_fatal)
{
    EXPECT_FATAL(unlock_twice, "fatal error: sync: unlock of unlocked mutex\n");
}

static atomic_bool stop;

// Holds the lock nearly always, and gives others a chance to take it between two rounds only.
static void hog_the_lock(void)
{
    while (!atomic_load(&stop)) {
        go_mutex_lock(&mutex);
        for (volatile int i = 0; i < 20000; i++)
            ;
        go_mutex_unlock(&mutex);
    }
    atomic_fetch_add(&ended, 1);
}

TEST(waiter_gets_the_lock_beside_a_goroutine_that_barges)
{
    go_maxprocs(2);
    go(hog_the_lock);
    for (int i = 0; i < 10; i++) {
        go_mutex_lock(&mutex);
        plain++;
        go_mutex_unlock(&mutex);
        go_yield();
    }
    atomic_store(&stop, true);
    WAIT_UNTIL(atomic_load(&ended) == 1);
}

static atomic_int next_turn;

static void lock_in_turn(int turn)
{
    go_mutex_lock(&mutex);
    CHECK_EQ(atomic_fetch_add(&next_turn, 1), turn);
    go_mutex_unlock(&mutex);
}

// The holder never unlocks before all have waited longer than a millisecond, from which on the order is strict.
TEST(waiters_that_have_starved_are_served_in_order)
{
    enum { WAITERS = 20 };
    test_one_processor();
    go_mutex_lock(&mutex);
    for (int i = 0; i < WAITERS; i++) {
        go(lock_in_turn, i);
        test_settle();
    }
    go_sleep(3 * GO_MILLISECOND);
    go_mutex_unlock(&mutex);
    WAIT_UNTIL(atomic_load(&next_turn) == WAITERS);
}

struct counter {
    go_mutex mutex;
    int references;
};

static void release(struct counter *c)
{
    go_mutex_lock(&c->mutex);
    bool last = --c->references == 0;
    go_mutex_unlock(&c->mutex);
    if (last) {
        memset(c, 0xff, sizeof *c);
        free(c);
        atomic_fetch_add(&ended, 1);
    }
}

TEST(mutex_may_be_freed_by_its_next_holder_while_the_unlock_returns)
{
    go_maxprocs(2);
    int rounds = (int)test_rounds(20000);
    for (int i = 0; i < rounds; i++) {
        struct counter *c = calloc(1, sizeof *c);
        c->references = 2;
        go(release, c);
        release(c);
    }
    WAIT_UNTIL(atomic_load(&ended) == rounds);
}

static void lock_many(go_mutex *m, int n)
{
    for (int i = 0; i < n; i++)
        go_mutex_lock(&m[i]);
    atomic_fetch_add(&ended, 1);
}

TEST(waiters_of_many_mutexes_are_not_mixed_up)
{
    enum { MUTEXES = 500 };
    static go_mutex m[MUTEXES];
    for (int i = 0; i < MUTEXES; i++) {
        go_mutex_lock(&m[i]);
        go(lock_many, &m[i], 1);
    }
    for (int i = 0; i < 10; i++)
        go_yield();
    for (int i = 0; i < MUTEXES; i++) {
        go_mutex_unlock(&m[i]);
        WAIT_UNTIL(atomic_load(&ended) == i + 1);
        CHECK(!go_mutex_try_lock(&m[i]));
    }
}
