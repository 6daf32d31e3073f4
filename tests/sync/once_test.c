// SPDX-License-Identifier: MIT
// go_once and go_once_value: one run whoever comes first, that the others wait for its end, that a panic or an exit
// counts as done, that the value or the panic is the same for all, and arguments.
#include "support/test.h"

static atomic_int runs, ended;
static int plain;

static void run(int n)
{
    atomic_fetch_add(&runs, 1);
    go_sleep(GO_MILLISECOND);
    plain = n;
}

static void do_and_check(go_once *once)
{
    go_once_do(once, run, 7);
    CHECK_EQ(plain, 7);
    atomic_fetch_add(&ended, 1);
}

static void check_one_run(int processors)
{
    go_once once = {0};
    go_maxprocs(processors);
    for (int i = 0; i < 50; i++)
        go(do_and_check, &once);
    WAIT_UNTIL(atomic_load(&ended) == 50);
    CHECK_EQ(atomic_load(&runs), 1);
}

TEST(function_runs_once_and_all_wait_for_it_on_one_processor)
{
    check_one_run(1);
}

TEST(function_runs_once_and_all_wait_for_it_on_several_processors)
{
    check_one_run(4);
}

static void count(int by)
{
    atomic_fetch_add(&runs, by);
}

static int evaluations;

static go_once *counted(go_once *once)
{
    evaluations++;
    return once;
}

TEST(object_is_evaluated_once_a_call_and_arguments_only_as_long_as_needed)
{
    go_once once = {0};
    int arguments = 0;
    for (int i = 0; i < 3; i++)
        go_once_do(counted(&once), count, ++arguments);
    CHECK_EQ(evaluations, 3);
    CHECK_EQ(arguments, 1);
    CHECK_EQ(atomic_load(&runs), 1);
}

TEST(objects_do_not_know_each_other)
{
    go_once a = {0}, b = {0};
    go_once_do(&a, count, 1);
    go_once_do(&b, count, 10);
    go_once_do(&a, count, 100);
    CHECK_EQ(atomic_load(&runs), 11);
}

static void panic_inside(void)
{
    atomic_fetch_add(&runs, 1);
    go_panic("inside");
}

TEST(function_that_panics_counts_as_done)
{
    go_once once = {0};
    EXPECT_PANIC("inside", go_once_do(&once, panic_inside));
    go_once_do(&once, panic_inside);
    CHECK_EQ(atomic_load(&runs), 1);
}

static void exit_inside(void)
{
    atomic_fetch_add(&runs, 1);
    go_exit();
}

static void do_exit(go_once *once)
{
    go_once_do(once, exit_inside);
}

TEST(function_that_exits_counts_as_done)
{
    go_once once = {0};
    go(do_exit, &once);
    WAIT_UNTIL(go_num_goroutine() == 1);
    go_once_do(&once, exit_inside);
    CHECK_EQ(atomic_load(&runs), 1);
}

static void *compute(int n, double d)
{
    atomic_fetch_add(&runs, 1);
    go_sleep(GO_MILLISECOND);
    plain = n + (int)d;
    return &plain;
}

static void get_and_check(go_once_value *once)
{
    int *p = go_once_get(once, compute, 3, 4.5);
    CHECK(p == &plain && *p == 7);
    atomic_fetch_add(&ended, 1);
}

TEST(value_is_computed_once_and_the_same_for_all)
{
    go_once_value once = {0};
    go_maxprocs(4);
    for (int i = 0; i < 50; i++)
        go(get_and_check, &once);
    WAIT_UNTIL(atomic_load(&ended) == 50);
    CHECK_EQ(atomic_load(&runs), 1);
}

static void *panic_instead(void)
{
    atomic_fetch_add(&runs, 1);
    go_panic("no value: %d", 5);
}

static void *fault_instead(chan(int) c)
{
    chan_close(c);
    return NULL;
}

TEST(panic_of_the_value_is_repeated_for_all)
{
    go_once_value once = {0}, misuse = {0};
    for (int i = 0; i < 3; i++)
        EXPECT_PANIC("no value: 5", go_once_get(&once, panic_instead));
    CHECK_EQ(atomic_load(&runs), 1);
    for (int i = 0; i < 3; i++)
        EXPECT_RUNTIME_PANIC("close of nil channel", go_once_get(&misuse, fault_instead, NULL));
}

static void get_or_panic(go_once_value *once)
{
    go_once_get(once, panic_instead);
}

TEST(first_panic_of_the_value_shows_where_it_came_from)
{
    go_once_value once = {0};
    go_panic_info *first = go_protect(get_or_panic, &once);
    go_panic_info *second = go_protect(get_or_panic, &once);
    CHECK(strstr(first->stack, "panic_instead"));
    CHECK(!strstr(second->stack, "panic_instead"));
    CHECK_STR(second->message, first->message);
    go_panic_free(first);
    go_panic_free(second);
}

static void *exit_instead(void)
{
    atomic_fetch_add(&runs, 1);
    go_exit();
}

// With a panic that was caught before, and one that the exit drops.
static void *exit_in_a_catch_block(void)
{
    go_try {
        go_panic("caught");
    }
    go_catch(p) {
        (void)p;
        exit_instead();
    }
    return &runs;
}

static void *exit_in_a_deferred_call(void)
{
    defer(exit_instead);
    go_panic("dropped");
}

static void get_from(go_once_value *once, void *(*f)(void))
{
    defer(count, 1);
    go_once_get(once, f);
    CHECK(!"reached");
}

TEST(value_is_null_if_its_function_exits)
{
    void *(*const functions[])(void) = {exit_instead, exit_in_a_catch_block,
                                        exit_in_a_deferred_call};
    for (int i = 0; i < 3; i++) {
        go_once_value once = {0};
        atomic_store(&runs, 0);
        go(get_from, &once, functions[i]);
        WAIT_UNTIL(atomic_load(&runs) == 2);
        CHECK(!go_once_get(&once, functions[i]));
        CHECK_EQ(atomic_load(&runs), 2);
    }
}

// The older panic is not the value's.
static void get_while_panicking(go_once_value *once)
{
    CHECK(go_once_get(once, compute, 3, 4.5) == &plain);
}

static void panic_and_get(go_once_value *once)
{
    defer(get_while_panicking, once);
    go_panic("older");
}

TEST(value_that_is_computed_while_a_panic_goes_on_is_as_any)
{
    go_once_value once = {0};
    EXPECT_PANIC("older", panic_and_get(&once));
    get_while_panicking(&once);
}

static void use_itself(go_once *once)
{
    go_once_do(once, count, 1);
}

static void deadlock(void)
{
    static go_once once;
    go_once_do(&once, use_itself, &once);
}

TEST(use_of_the_object_by_its_own_function_blocks_for_ever)
{
    EXPECT_FATAL(deadlock, "all goroutines are asleep - deadlock!");
}

// The waiter leaves the frame that holds the object while the one who ran it is on its way out.
static void run_on(go_once *once, atomic_bool *started)
{
    atomic_store(started, true);
    go_once_do(once, count, 1);
}

TEST(object_on_a_stack_may_go_away_once_it_is_done)
{
    go_maxprocs(2);
    for (size_t i = 0; i < test_rounds(20000); i++) {
        go_once once = {0};
        atomic_bool started = false;
        go(run_on, &once, &started);
        while (!atomic_load(&started))
            go_yield();
        go_once_do(&once, count, 1);
        // The other one may still have to look whether it is done: only then may the object go.
        WAIT_UNTIL(go_num_goroutine() == 1);
        memset(&once, 0xa5, sizeof once);
    }
    CHECK_EQ(atomic_load(&runs), (int)test_rounds(20000));
}
