// SPDX-License-Identifier: MIT
// go_lfstack: its order, and that under contention each value comes out once, though nodes come and go all the time.
#include "support/test.h"

#include <gofer/x/lfstack.h>

static go_lfstack stack;

TEST(empty_stack_gives_nothing)
{
    void *v = &stack;
    CHECK(!go_lfstack_pop(&stack, &v));
    CHECK(v == &stack);
    go_lfstack_free(&stack);
}

TEST(last_value_comes_first)
{
    void *v;
    for (uintptr_t i = 0; i < 100; i++)
        go_lfstack_push(&stack, (void *)i);
    for (uintptr_t i = 100; i-- > 0;)
        CHECK(go_lfstack_pop(&stack, &v) && v == (void *)i);
    CHECK(!go_lfstack_pop(&stack, NULL));
}

TEST(freed_stack_is_empty_and_ready)
{
    void *v;
    for (uintptr_t i = 0; i < 1000; i++)
        go_lfstack_push(&stack, NULL);
    go_lfstack_free(&stack);
    CHECK(!go_lfstack_pop(&stack, &v));
    go_lfstack_push(&stack, &stack);
    CHECK(go_lfstack_pop(&stack, &v) && v == &stack);
}

enum { TOKENS = 16 };

static atomic_int owners[TOKENS];

// Takes tokens off and puts them back in another order: a token in two hands is one that ABA has doubled.
static void juggle(int rounds)
{
    void *held[3];
    for (int i = 0; i < rounds; i++) {
        int n = 0;
        while (n < 1 + i % 3 && go_lfstack_pop(&stack, &held[n]))
            CHECK_EQ(atomic_fetch_add(&owners[(uintptr_t)held[n++]], 1), 0);
        for (int k = 0; k < n; k++) {
            atomic_fetch_sub(&owners[(uintptr_t)held[k]], 1);
            go_lfstack_push(&stack, held[k]);
        }
        if (i % 64 == 0)
            go_yield();
    }
}

static void juggle_in_thread(void *arg)
{
    (void)arg;
    juggle((int)test_rounds(20000));
}

static void check_juggling(int processors)
{
    go_waitgroup wg = {0};
    bool seen[TOKENS] = {false};
    void *v;
    go_maxprocs(processors);
    for (uintptr_t i = 0; i < TOKENS; i++)
        go_lfstack_push(&stack, (void *)i);
    test_thread *t = test_thread_start(juggle_in_thread, NULL);
    for (int i = 0; i < 6; i++)
        go_waitgroup_go(&wg, juggle, (int)test_rounds(20000));
    go_waitgroup_wait(&wg);
    test_thread_join(t);
    for (int i = 0; i < TOKENS; i++) {
        CHECK(go_lfstack_pop(&stack, &v));
        CHECK(!seen[(uintptr_t)v]);
        seen[(uintptr_t)v] = true;
    }
    CHECK(!go_lfstack_pop(&stack, &v));
}

TEST(no_value_is_lost_or_doubled_on_two_processors)
{
    check_juggling(2);
}

TEST(no_value_is_lost_or_doubled_on_eight_processors)
{
    check_juggling(8);
}
