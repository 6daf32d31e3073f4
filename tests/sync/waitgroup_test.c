// SPDX-License-Identifier: MIT
// go_waitgroup: waiting, several waiters, reuse, misuse, its go helper on every road out of the function, and
// that it may live on the stack of whoever waits.
#include "support/test.h"

static atomic_int ended, woken;
static long plain[16];

static void write_and_done(go_waitgroup *wg, int slot)
{
    plain[slot] = slot + 1;
    go_waitgroup_done(wg);
}

TEST(wait_returns_when_the_count_is_zero_and_sees_what_was_written_before_done)
{
    for (size_t round = 0; round < test_rounds(1000); round++) {
        go_waitgroup wg = {0};
        memset(plain, 0, sizeof plain);
        go_waitgroup_add(&wg, 16);
        for (int i = 0; i < 16; i++)
            go(write_and_done, &wg, i);
        go_waitgroup_wait(&wg);
        for (int i = 0; i < 16; i++)
            CHECK_EQ(plain[i], i + 1);
    }
}

TEST(wait_for_a_zero_group_returns_at_once)
{
    go_waitgroup wg = {0};
    go_waitgroup_wait(&wg);
    go_waitgroup_add(&wg, 2);
    go_waitgroup_add(&wg, -2);
    go_waitgroup_wait(&wg);
}

static void wait_and_count(go_waitgroup *wg)
{
    go_waitgroup_wait(wg);
    atomic_fetch_add(&woken, 1);
}

TEST(wait_blocks_until_the_last_done)
{
    test_one_processor();
    go_waitgroup wg = {0};
    go_waitgroup_add(&wg, 3);
    go(wait_and_count, &wg);
    for (int i = 0; i < 3; i++) {
        test_settle();
        CHECK_EQ(atomic_load(&woken), 0);
        go_waitgroup_done(&wg);
    }
    WAIT_UNTIL(atomic_load(&woken) == 1);
}

TEST(all_waiters_wake)
{
    test_one_processor();
    go_waitgroup wg = {0};
    go_waitgroup_add(&wg, 1);
    for (int i = 0; i < 50; i++)
        go(wait_and_count, &wg);
    test_settle();
    CHECK_EQ(atomic_load(&woken), 0);
    go_waitgroup_done(&wg);
    WAIT_UNTIL(atomic_load(&woken) == 50);
}

static void count(int by)
{
    atomic_fetch_add(&ended, by);
}

TEST(group_may_be_used_again_after_all_waiters_returned)
{
    go_waitgroup wg = {0};
    for (int round = 1; round <= 500; round++) {
        for (int i = 0; i < 4; i++)
            go_waitgroup_go(&wg, count, 1);
        go_waitgroup_wait(&wg);
        CHECK_EQ(atomic_load(&ended), 4 * round);
    }
}

TEST(count_below_zero_panics)
{
    go_waitgroup wg = {0};
    EXPECT_PANIC("sync: negative WaitGroup counter", go_waitgroup_done(&wg));
    go_waitgroup other = {0};
    go_waitgroup_add(&other, 1);
    EXPECT_PANIC("sync: negative WaitGroup counter", go_waitgroup_add(&other, -2));
}

TEST(go_helper_counts_down_when_the_function_returns)
{
    go_waitgroup wg = {0};
    for (int i = 1; i <= 100; i++)
        go_waitgroup_go(&wg, count, i);
    go_waitgroup_wait(&wg);
    CHECK_EQ(atomic_load(&ended), 5050);
}

static void count_and_exit(int by)
{
    defer(count, by);
    go_exit();
}

TEST(go_helper_counts_down_on_go_exit)
{
    go_waitgroup wg = {0};
    for (int i = 0; i < 10; i++)
        go_waitgroup_go(&wg, count_and_exit, 1);
    go_waitgroup_wait(&wg);
    CHECK_EQ(atomic_load(&ended), 10);
}

static void panic_inside(void)
{
    go_panic("inside the helper");
}

static void wait_for_a_panicking_helper(void)
{
    go_maxprocs(4);
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, panic_inside);
    go_waitgroup_wait(&wg);
    printf("the waiter went on\n");
    fflush(stdout);
}

TEST(panic_in_the_go_helper_crashes_before_any_waiter_goes_on)
{
    for (int i = 0; i < 20; i++) {
        struct outcome o = EXPECT_FATAL(wait_for_a_panicking_helper, "panic: inside the helper\n");
        CHECK_STR(o.out, "");
    }
}

static int sum_of(int a, double b, const char *text)
{
    int sum = a + (int)b + (int)strlen(text);
    atomic_fetch_add(&ended, sum);
    return sum;
}

TEST(go_helper_takes_arguments_of_any_kind_and_drops_the_result)
{
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, sum_of, 1, 2, "xxx");
    go_waitgroup_wait(&wg);
    CHECK_EQ(atomic_load(&ended), 6);
}

static int evaluations;

static go_waitgroup *counted(go_waitgroup *wg)
{
    evaluations++;
    return wg;
}

TEST(group_operand_of_the_go_helper_is_evaluated_once)
{
    go_waitgroup wg = {0};
    go_waitgroup_go(counted(&wg), count, 1);
    go_waitgroup_wait(&wg);
    CHECK_EQ(evaluations, 1);
}

static void wait_on_own_stack(void)
{
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, count, 1);
    go_waitgroup_go(&wg, count, 1);
    go_waitgroup_wait(&wg);
}

static void overwrite_stack(void)
{
    volatile char frame[512];
    for (size_t i = 0; i < sizeof frame; i++)
        frame[i] = (char)0xff;
}

TEST(group_may_live_on_the_waiters_stack)
{
    go_maxprocs(4);
    int rounds = (int)test_rounds(10000);
    for (int i = 0; i < rounds; i++) {
        wait_on_own_stack();
        overwrite_stack();
    }
    CHECK_EQ(atomic_load(&ended), 2 * rounds);
}

static void add_inside(go_waitgroup *wg, int depth)
{
    if (depth > 0) {
        go_waitgroup_go(wg, add_inside, wg, depth - 1);
        go_waitgroup_go(wg, add_inside, wg, depth - 1);
    }
    count(1);
}

TEST(members_may_add_members_while_somebody_waits)
{
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, add_inside, &wg, 10);
    go_waitgroup_wait(&wg);
    CHECK_EQ(atomic_load(&ended), 2047);
}
