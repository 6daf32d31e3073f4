// SPDX-License-Identifier: MIT
// What a panic that nobody catches prints, and how it ends the process: the line of each panic in the chain,
// the trace of the goroutine and of the others, status 2, whatever other goroutines would catch.
#include "support/test.h"

static void panic_plainly(void)
{
    go_panic("boom %d", 42);
}

TEST(uncaught_panic_prints_message_and_trace_and_exits_2)
{
    struct outcome o = EXPECT_FATAL(panic_plainly, "panic: boom 42\n");
    CHECK_MATCH(o.err, "^panic: boom 42\n\ngoroutine 1 \\[running\\]:\n");
    CHECK_CONTAINS(o.err, "panic_plainly");
    CHECK_MATCH(o.err, "crash_test\\.c:[0-9]+");
    CHECK_STR(o.out, "");
}

static void wait_for_ever(void)
{
    chan_recv((chan(int))NULL);
}

static void panic_in_a_goroutine(void)
{
    go(wait_for_ever);
    go_yield();
    go(panic_plainly);
    wait_for_ever();
}

TEST(uncaught_panic_of_a_goroutine_ends_the_process_and_shows_the_others)
{
    struct outcome o = EXPECT_FATAL(panic_in_a_goroutine, "panic: boom 42\n");
    CHECK_MATCH(o.err, "^panic: boom 42\n\ngoroutine [0-9]+ \\[running\\]:\n");
    CHECK_CONTAINS(o.err, "created by panic_in_a_goroutine in goroutine 1");
    CHECK_CONTAINS(o.err, "goroutine 1 [chan receive (nil chan)]:");
}

static void catch_everything(void)
{
    go_try {
        wait_for_ever();
    }
    go_catch(p) {
        printf("caught %s\n", p->message);
    }
}

static void panic_beside_a_catcher(void)
{
    go(catch_everything);
    go_yield();
    go(panic_plainly);
    catch_everything();
}

TEST(tries_of_other_goroutines_do_not_catch)
{
    struct outcome o = EXPECT_FATAL(panic_beside_a_catcher, "panic: boom 42\n");
    CHECK_STR(o.out, "");
}

static void say(const char *what)
{
    printf("%s\n", what);
    fflush(stdout);
}

static void panic_with_defers(void)
{
    defer(say, "outer");
    {
        defer(say, "inner");
        go_panic("after the deferred calls");
    }
}

TEST(deferred_calls_run_before_the_process_ends)
{
    struct outcome o = EXPECT_FATAL(panic_with_defers, "panic: after the deferred calls\n");
    CHECK_STR(o.out, "inner\nouter\n");
}

static void panic_again(void)
{
    go_panic("second");
}

static void panic_in_a_defer(void)
{
    defer(panic_again);
    go_panic("first");
}

TEST(panic_of_a_deferred_call_is_printed_below_the_first_and_indented)
{
    struct outcome o = EXPECT_FATAL(panic_in_a_defer, "panic: first\n");
    CHECK_MATCH(o.err, "^panic: first\n\tpanic: second\n\ngoroutine 1 \\[running\\]:\n");
}

static void panic_third(void)
{
    defer(panic_in_a_defer);
    go_panic("zeroth");
}

TEST(chain_is_printed_oldest_first)
{
    struct outcome o = EXPECT_FATAL(panic_third, "panic: zeroth\n");
    CHECK_MATCH(o.err, "^panic: zeroth\n\tpanic: first\n\tpanic: second\n\n");
}

static void panic_in_a_catch_block(void)
{
    go_try {
        go_panic("first");
    }
    go_catch(p) {
        go_panic("after %s", p->message);
    }
}

TEST(caught_and_superseded_panic_is_marked_as_recovered)
{
    struct outcome o = EXPECT_FATAL(panic_in_a_catch_block, "panic: first");
    CHECK_MATCH(
        o.err,
        "^panic: first \\[recovered\\]\n\tpanic: after first\n\ngoroutine 1 \\[running\\]:\n");
}

static void panic_after_a_catch(void)
{
    go_try {
        go_panic("over and done");
    }
    go_catch(p) {
        (void)p;
    }
    go_panic("alone");
}

TEST(caught_panic_is_not_mentioned_by_a_later_one)
{
    struct outcome o = EXPECT_FATAL(panic_after_a_catch, "panic: alone\n");
    CHECK_LACKS(o.err, "over and done");
}

static void catch_in_a_defer(void)
{
    go_try {
        go_panic("caught inside");
    }
    go_catch(p) {
        say(p->message);
    }
}

static void panic_over_a_catching_defer(void)
{
    defer(catch_in_a_defer);
    go_panic("goes on");
}

TEST(panic_caught_inside_a_deferred_call_is_not_part_of_the_chain)
{
    struct outcome o = EXPECT_FATAL(panic_over_a_catching_defer, "panic: goes on\n");
    CHECK_STR(o.out, "caught inside\n");
    CHECK_LACKS(o.err, "caught inside");
}

static void panic_with_a_value(void)
{
    go_panic_value((void *)0xabcd10);
}

TEST(panic_value_without_text_prints_as_its_address)
{
    struct outcome o = EXPECT_FATAL(panic_with_a_value, "panic: ");
    CHECK_MATCH(o.err, "^panic: 0xabcd10\n\ngoroutine 1 \\[running\\]:\n");
}

static void panic_with_null(void)
{
    go_panic_value(NULL);
}

TEST(null_panic_value_says_so)
{
    EXPECT_FATAL(panic_with_null, "panic: panic called with NULL value");
}

static void misuse_channel(void)
{
    chan(int) c = chan_make(int);
    chan_close(c);
    chan_close(c);
}

TEST(runtime_panic_prints_the_same_way)
{
    struct outcome o = EXPECT_FATAL(misuse_channel, "panic: close of closed channel\n");
    CHECK_MATCH(o.err, "^panic: close of closed channel\n\ngoroutine 1 \\[running\\]:\n");
    CHECK_CONTAINS(o.err, "misuse_channel");
}

static void exit_then_panic(void)
{
    defer(panic_plainly);
    go_exit();
}

TEST(uncaught_panic_during_an_exit_ends_the_process)
{
    EXPECT_FATAL(exit_then_panic, "panic: boom 42\n");
}

static void unlock_in_a_try(void)
{
    go_try {
        defer(say, "deferred");
        go_mutex m = {0};
        go_mutex_unlock(&m);
    }
    go_catch(p) {
        printf("caught %s\n", p->message);
    }
}

TEST(fatal_error_is_caught_by_nothing_and_runs_no_deferred_call)
{
    struct outcome o = EXPECT_FATAL(unlock_in_a_try,
                                    "fatal error: sync: unlock of unlocked mutex\n");
    CHECK_STR(o.out, "");
    CHECK_CONTAINS(o.err, "goroutine 1 [running]:");
    CHECK_LACKS(o.err, "panic:");
}

static void panic_everywhere(void)
{
    go_maxprocs(4);
    for (int i = 0; i < 8; i++)
        go(panic_plainly);
    wait_for_ever();
}

static void unlock(go_mutex *m)
{
    go_mutex_unlock(m);
}

static void unlock_while_panicking(void)
{
    go_mutex m = {0};
    defer(unlock, &m);
    go_try {
        go_panic("first");
    }
    go_catch(p) {
        go_panic("after %s", p->message);
    }
}

TEST(fatal_error_during_a_panic_is_printed_below_it_and_indented)
{
    struct outcome o = test_run_child(unlock_while_panicking);
    CHECK_EQ(o.status, 2);
    CHECK_MATCH(o.err, "^panic: first \\[recovered\\]\n"
                       "\tpanic: after first\n"
                       "\tfatal error: sync: unlock of unlocked mutex\n\n"
                       "goroutine 1 \\[running\\]:\n");
}

TEST(several_crashes_at_once_print_one_whole_report)
{
    for (int i = 0; i < 20; i++) {
        struct outcome o = EXPECT_FATAL(panic_everywhere, "panic: boom 42\n");
        CHECK_MATCH(o.err, "^panic: boom 42\n\ngoroutine [0-9]+ \\[running\\]:\n");
        CHECK(strstr(o.err + 1, "panic: boom") == NULL);
    }
}

static void unwind_past_a_parking_defer(chan(int) c)
{
    chan_send(c, 1);
}

static void panic_while_another_works(void)
{
    chan(int) c = chan_make(int);
    go(wait_for_ever);
    defer(unwind_past_a_parking_defer, c);
    go(unwind_past_a_parking_defer, (chan(int))NULL);
    go_panic("held up by a deferred send");
}

TEST(deferred_call_that_never_returns_makes_a_deadlock_of_a_panic)
{
    struct outcome o = test_run_child(panic_while_another_works);
    CHECK_EQ(o.status, 2);
    CHECK_CONTAINS(o.err, "all goroutines are asleep - deadlock!");
}

static void panic_with_a_long_text(void)
{
    static char text[3000];
    memset(text, 'y', sizeof text - 1);
    go_panic("%s", text);
}

TEST(long_text_is_printed_whole)
{
    struct outcome o = EXPECT_FATAL(panic_with_a_long_text, "panic: yyy");
    CHECK_EQ(strspn(o.err + strlen("panic: "), "y"), 2999);
}
