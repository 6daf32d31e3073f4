// SPDX-License-Identifier: MIT
// Starting goroutines: arguments evaluated here and now, results dropped, ten thousands at once, attributes,
// what a NULL function does, and that starting orders the parent's writes before the child. The ways of
// passing arguments are arch/call_test's.
#include "support/test.h"

static atomic_int started;

static void start(void)
{
    atomic_fetch_add(&started, 1);
}

static int start_with_result(int by)
{
    atomic_fetch_add(&started, by);
    return by;
}

TEST(go_runs_the_function)
{
    go(start);
    WAIT_UNTIL(atomic_load(&started) == 1);
}

TEST(go_drops_the_functions_result)
{
    go(start_with_result, 5);
    WAIT_UNTIL(atomic_load(&started) == 5);
}

TEST(go_does_not_run_the_function_before_it_returns_on_one_processor)
{
    test_one_processor();
    go(start);
    CHECK_EQ(atomic_load(&started), 0);
    WAIT_UNTIL(atomic_load(&started) == 1);
}

static void store(atomic_int *to, int v)
{
    atomic_store(to, v);
}

TEST(arguments_are_evaluated_at_the_go)
{
    test_one_processor();
    atomic_int result = 0;
    int v = 1;
    go(store, &result, v++);
    v = 100;
    WAIT_UNTIL(atomic_load(&result) != 0);
    CHECK_EQ(atomic_load(&result), 1);
    CHECK_EQ(v, 100);
}

TEST(function_expression_is_evaluated_at_the_go)
{
    void (*f)(atomic_int *, int) = store;
    atomic_int result = 0;
    go(f, &result, 3);
    f = NULL;
    WAIT_UNTIL(atomic_load(&result) == 3);
}

static void grandchild(chan(int) c, int depth)
{
    if (depth > 0)
        go(grandchild, c, depth - 1);
    chan_send(c, depth);
}

TEST(goroutines_start_goroutines)
{
    chan(int) c = chan_make(int);
    int sum = 0;
    go(grandchild, c, 100);
    for (int i = 0; i <= 100; i++)
        sum += chan_recv(c);
    CHECK_EQ(sum, 5050);
    chan_free(c);
}

static void park_then_count(chan(go_unit) gate)
{
    chan_recv(gate);
    atomic_fetch_add(&started, 1);
}

TEST(ten_thousands_of_goroutines_live_at_once)
{
    int n = test_under_tsan() ? 3000 : 30000;
    chan(go_unit) gate = chan_make(go_unit);
    for (int i = 0; i < n; i++)
        go(park_then_count, gate);
    CHECK_EQ(go_num_goroutine(), n + 1);
    chan_close(gate);
    WAIT_UNTIL(atomic_load(&started) == n);
    WAIT_UNTIL(go_num_goroutine() == 1);
    chan_free(gate);
}

TEST(queued_goroutines_that_have_not_run_all_run)
{
    int n = test_under_tsan() ? 3000 : 100000;
    test_one_processor();
    for (int i = 0; i < n; i++)
        go(start);
    WAIT_UNTIL(atomic_load(&started) == n);
}

static int plain;

static void check_plain(int expected, chan(go_unit) done)
{
    CHECK_EQ(plain, expected);
    chan_send(done, GO_UNIT);
}

TEST(writes_before_the_go_happen_before_the_goroutine)
{
    chan(go_unit) done = chan_make(go_unit);
    for (int i = 0; i < (int)test_rounds(5000); i++) {
        plain = i;
        go(check_plain, i, done);
        chan_recv(done);
    }
    chan_free(done);
}

static void go_null(void)
{
    void (*none)(void) = NULL;
    go(none);
    test_settle();
    printf("went on\n");
}

TEST(go_of_a_null_function_is_fatal)
{
    struct outcome o = EXPECT_FATAL(go_null, "fatal error: go of nil func value\n");
    CHECK_STR(o.out, "");
}

static void go_null_in_a_try(void)
{
    void (*none)(void) = NULL;
    go_try {
        go(none);
        test_settle();
    }
    go_catch(p) {
        printf("caught %s\n", p->message);
    }
}

TEST(go_of_a_null_function_cannot_be_caught)
{
    struct outcome o = EXPECT_FATAL(go_null_in_a_try, "fatal error: go of nil func value\n");
    CHECK_STR(o.out, "");
}

TEST(go_with_takes_the_same_arguments)
{
    atomic_int result = 0;
    go_with(GO_ATTR(.name = "storer"), store, &result, 9);
    WAIT_UNTIL(atomic_load(&result) == 9);
    go_with(GO_ATTR(.stack_size = 1 << 20), start);
    WAIT_UNTIL(atomic_load(&started) == 1);
    go_with(NULL, start_with_result, 10);
    WAIT_UNTIL(atomic_load(&started) == 11);
}

static void block_for_ever(void)
{
    chan_recv((chan(int))NULL);
}

static void named_goroutines_deadlock(void)
{
    char name[16] = "first name";
    go_with(GO_ATTR(.name = name), block_for_ever);
    memset(name, 'x', sizeof name - 1);
    block_for_ever();
}

TEST(name_of_an_attribute_is_copied_and_shown_in_traces)
{
    struct outcome o = EXPECT_FATAL(named_goroutines_deadlock, "deadlock!");
    CHECK_CONTAINS(o.err, "first name");
}

static void set_name_and_block(int n)
{
    go_set_name("worker %d of %s", n, "many");
    block_for_ever();
}

static void renamed_goroutine_deadlocks(void)
{
    go(set_name_and_block, 7);
    block_for_ever();
}

TEST(set_name_formats_the_name_shown_in_traces)
{
    EXPECT_FATAL(renamed_goroutine_deadlocks, "worker 7 of many");
}

static void set_long_name_and_block(void)
{
    go_set_name("%s", "0123456789012345678901234567890123456789");
    block_for_ever();
}

TEST(long_names_are_cut_at_31_bytes)
{
    struct outcome o = EXPECT_FATAL(set_long_name_and_block, "0123456789012345678901234567890");
    CHECK_LACKS(o.err, "01234567890123456789012345678901");
}

TEST(spawn_twin_without_keywords_is_the_same)
{
    GO_SPAWN(start_with_result, 2);
    WAIT_UNTIL(atomic_load(&started) == 2);
}
