// SPDX-License-Identifier: MIT
// go_barrier: refusal, rounds, that nobody is ahead of anybody by more than a round, and that it may be freed by the
// first who returns from the last one.
#include "support/test.h"

#include <gofer/x/barrier.h>

TEST(barrier_for_nobody_is_refused)
{
    CHECK(go_barrier_new(0) == NULL);
    CHECK(go_barrier_new(-1) == NULL);
    go_barrier_free(NULL);
}

TEST(barrier_for_one_never_blocks)
{
    go_barrier *b = go_barrier_new(1);
    for (uint64_t i = 0; i < 10; i++)
        CHECK_EQ(go_barrier_wait(b), i);
    go_barrier_free(b);
}

static atomic_int arrived;

static void arrive(go_barrier *b)
{
    atomic_fetch_add(&arrived, 1);
    CHECK_EQ(go_barrier_wait(b), 0);
    CHECK_EQ(atomic_load(&arrived), 3);
}

TEST(nobody_goes_on_before_all_have_come)
{
    go_waitgroup wg = {0};
    go_barrier *b = go_barrier_new(3);
    test_one_processor();
    go_waitgroup_go(&wg, arrive, b);
    go_waitgroup_go(&wg, arrive, b);
    test_settle();
    CHECK_EQ(atomic_load(&arrived), 2);
    arrive(b);
    go_waitgroup_wait(&wg);
    go_barrier_free(b);
}

enum { MEMBERS = 5 };

static int steps[MEMBERS]; // plain: the barrier orders them

static void step(go_barrier *b, int me, int rounds)
{
    for (int i = 0; i < rounds; i++) {
        steps[me] = i;
        CHECK_EQ(go_barrier_wait(b), 2 * (uint64_t)i);
        for (int k = 0; k < MEMBERS; k++)
            CHECK_EQ(steps[k], i);
        if (i % (7 + me) == 0)
            go_yield();
        CHECK_EQ(go_barrier_wait(b), 2 * (uint64_t)i + 1);
    }
}

static go_barrier *common;

static void step_in_thread(void *me)
{
    step(common, (int)(intptr_t)me, (int)test_rounds(1000));
}

static void check_rounds(int processors)
{
    go_waitgroup wg = {0};
    go_maxprocs(processors);
    common = go_barrier_new(MEMBERS);
    for (int i = 1; i < MEMBERS; i++)
        go_waitgroup_go(&wg, step, common, i, (int)test_rounds(1000));
    test_thread *t = test_thread_start(step_in_thread, (void *)0);
    go_waitgroup_wait(&wg);
    test_thread_join(t);
    go_barrier_free(common);
}

TEST(rounds_do_not_mix_on_one_processor)
{
    check_rounds(1);
}

TEST(rounds_do_not_mix_on_eight_processors)
{
    check_rounds(8);
}

static void meet(go_barrier *b, atomic_bool *freed, go_waitgroup *wg)
{
    go_barrier_wait(b);
    if (!atomic_exchange(freed, true))
        go_barrier_free(b);
    go_waitgroup_done(wg);
}

TEST(first_who_returns_may_free_it)
{
    go_maxprocs(4);
    for (int i = (int)test_rounds(2000); i > 0; i--) {
        go_waitgroup wg = {0};
        atomic_bool freed = false;
        go_barrier *b = go_barrier_new(3);
        go_waitgroup_add(&wg, 2);
        go(meet, b, &freed, &wg);
        go(meet, b, &freed, &wg);
        go_barrier_wait(b);
        if (!atomic_exchange(&freed, true))
            go_barrier_free(b);
        go_waitgroup_wait(&wg);
    }
}
