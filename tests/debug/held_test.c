// SPDX-License-Identifier: MIT
// A debug build speaks up when a goroutine parks with a pthread lock in its hands.
#include "support/test.h"

#include <pthread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;

static void need_debug_build(void)
{
    if (!GF_DEBUG || test_under_asan() || test_under_tsan())
        test_skip("locks are counted in debug builds without a sanitizer only");
}

static void sleep_with_a_lock(void)
{
    pthread_mutex_lock(&mutex);
    go_sleep(GO_MILLISECOND);
    pthread_mutex_unlock(&mutex);
}

TEST(park_with_a_mutex_held_is_reported_with_its_place)
{
    need_debug_build();
    struct outcome o = test_run_child(sleep_with_a_lock);
    CHECK_EQ(o.status, 0);
    CHECK_MATCH(o.err,
                "gofer: a goroutine parks while it holds a pthread lock[^\n]*\n\n"
                "goroutine 1 "
                "\\[sleep\\]:\n(.*\n)*sleep_with_a_lock\\(\\.\\.\\.\\)\n\t[^\n]*held_test\\.c:");
}

static void yield_with_a_lock(void)
{
    pthread_rwlock_rdlock(&rwlock);
    go_yield();
    pthread_rwlock_unlock(&rwlock);
}

TEST(yield_with_a_read_lock_held_is_reported)
{
    need_debug_build();
    CHECK_MATCH(test_run_child(yield_with_a_lock).err, "^gofer: a goroutine parks while it holds");
}

static void sleep_after_the_lock(void)
{
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    if (pthread_mutex_trylock(&mutex) == 0)
        pthread_mutex_unlock(&mutex);
    go_sleep(GO_MILLISECOND);
}

TEST(locks_that_were_unlocked_are_no_report)
{
    need_debug_build();
    CHECK_STR(test_run_child(sleep_after_the_lock).err, "");
}

static void sleep_bound_to_the_thread(void)
{
    go_lock_os_thread();
    sleep_with_a_lock();
    go_unlock_os_thread();
}

TEST(goroutine_that_is_bound_to_its_thread_may_hold_a_lock)
{
    need_debug_build();
    CHECK_STR(test_run_child(sleep_bound_to_the_thread).err, "");
}

static void be_busy_with_a_lock(void)
{
    // vet: allow blocking: it is the subject
    pthread_mutex_lock(&mutex);
    for (go_time start = go_now(); go_since(start) < 50 * GO_MILLISECOND;)
        continue;
    pthread_mutex_unlock(&mutex);
}

static void preempt_with_a_lock(void)
{
    go_waitgroup wg = {0};
    go_maxprocs(1);
    for (int i = 0; i < 4; i++)
        go_waitgroup_go(&wg, be_busy_with_a_lock);
    go_waitgroup_wait(&wg);
}

TEST(preemption_with_a_lock_held_is_no_park)
{
    need_debug_build();
    struct outcome o = test_run_child(preempt_with_a_lock);
    CHECK_EQ(o.status, 0);
    CHECK_STR(o.err, "");
}
