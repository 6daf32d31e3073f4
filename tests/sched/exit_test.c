// SPDX-License-Identifier: MIT
// How goroutines and the process end: go_exit in all its places, main's return, main's go_exit, and which of
// several endings wins. Each ending of a process is looked at from outside, in a child.
#include "support/test.h"

static atomic_int trace;

static void add_trace(int n)
{
    atomic_store(&trace, atomic_load(&trace) * 10 + n);
}

static void exit_with_defers(void)
{
    defer(add_trace, 1);
    {
        defer(add_trace, 2);
        go_exit();
    }
}

TEST(exit_runs_the_deferred_calls_and_ends_the_goroutine)
{
    go(exit_with_defers);
    WAIT_UNTIL(go_num_goroutine() == 1);
    CHECK_EQ(atomic_load(&trace), 21);
}

static void exit_deep(int depth)
{
    defer(add_trace, depth);
    if (depth == 4)
        go_exit();
    exit_deep(depth + 1);
    add_trace(9);
}

TEST(exit_runs_the_deferred_calls_of_every_frame)
{
    go(exit_deep, 1);
    WAIT_UNTIL(go_num_goroutine() == 1);
    CHECK_EQ(atomic_load(&trace), 4321);
}

static void exit_in_a_try(void)
{
    go_try {
        defer(add_trace, 1);
        go_exit();
    }
    go_catch(p) {
        add_trace(p->message ? 8 : 9);
    }
    add_trace(7);
}

TEST(no_try_stops_exit)
{
    go(exit_in_a_try);
    WAIT_UNTIL(go_num_goroutine() == 1);
    CHECK_EQ(atomic_load(&trace), 1);
}

static void protect_exit(void)
{
    defer(add_trace, 2);
    go_panic_info *info = go_protect(exit_with_defers);
    add_trace(info ? 8 : 9);
}

TEST(protect_does_not_stop_exit)
{
    go(protect_exit);
    WAIT_UNTIL(go_num_goroutine() == 1);
    CHECK_EQ(atomic_load(&trace), 212);
}

static void panic_and_catch(void)
{
    go_try {
        go_panic("inside the deferred call");
    }
    go_catch(p) {
        add_trace(p->message ? 5 : 6);
    }
}

static void exit_over_a_catching_defer(void)
{
    defer(add_trace, 1);
    defer(panic_and_catch);
    defer(add_trace, 2);
    go_exit();
}

TEST(panic_caught_inside_a_deferred_call_lets_the_exit_go_on)
{
    go(exit_over_a_catching_defer);
    WAIT_UNTIL(go_num_goroutine() == 1);
    CHECK_EQ(atomic_load(&trace), 251);
}

static void call_exit(void)
{
    go_exit();
}

static void exit_during_a_panic(void)
{
    go_try {
        defer(add_trace, 1);
        defer(call_exit);
        go_panic("dropped");
    }
    go_catch(p) {
        add_trace(p->message ? 8 : 9);
    }
}

TEST(exit_in_a_deferred_call_drops_the_panic)
{
    go(exit_during_a_panic);
    WAIT_UNTIL(go_num_goroutine() == 1);
    CHECK_EQ(atomic_load(&trace), 1);
}

static void park_in_a_defer(chan(int) c)
{
    add_trace(chan_recv(c));
}

static void exit_through_a_parking_defer(chan(int) c)
{
    defer(add_trace, 1);
    defer(park_in_a_defer, c);
    go_exit();
}

TEST(deferred_call_of_an_exit_may_park)
{
    chan(int) c = chan_make(int);
    go(exit_through_a_parking_defer, c);
    chan_send(c, 4);
    WAIT_UNTIL(go_num_goroutine() == 1);
    CHECK_EQ(atomic_load(&trace), 41);
    chan_free(c);
}

static void say(const char *what)
{
    printf("%s\n", what);
    fflush(stdout);
}

static void block_with_a_defer(void)
{
    defer(say, "deferred");
    chan_recv((chan(int))NULL);
}

static void spin(void)
{
    // vet: allow defers: nothing runs it, as the test says
    defer(say, "deferred");
    for (volatile unsigned x = 0;; x++)
        ;
}

static void main_returns_while_others_run(void)
{
    go_maxprocs(2);
    go(block_with_a_defer);
    go(spin);
    for (int i = 0; i < 100; i++)
        go_yield();
}

TEST(return_from_main_ends_the_process_with_0_whatever_others_do)
{
    struct outcome o = test_run_child(main_returns_while_others_run);
    CHECK_EQ(o.status, 0);
    CHECK_STR(o.out, "");
    CHECK_STR(o.err, "");
}

static void exit_process(void)
{
    exit(7);
}

static void goroutine_calls_libc_exit(void)
{
    go(exit_process);
    chan_recv((chan(int))NULL);
}

TEST(exit_of_libc_in_a_goroutine_ends_the_process_with_its_status)
{
    CHECK_EQ(test_run_child(goroutine_calls_libc_exit).status, 7);
}

static void say_and_end(void)
{
    for (int i = 0; i < 100; i++)
        go_yield();
    say("others ran on");
}

static void main_exits_before_others(void)
{
    defer(say, "main's deferred call");
    go(say_and_end);
    go_exit();
}

TEST(main_may_exit_and_others_run_on_until_none_is_left)
{
    struct outcome o =
        EXPECT_FATAL(main_exits_before_others,
                     "fatal error: no goroutines (main called runtime.Goexit) - deadlock!\n");
    CHECK_STR(o.out, "main's deferred call\nothers ran on\n");
}

static void main_exits_before_a_blocked_one(void)
{
    go(block_with_a_defer);
    go_exit();
}

TEST(main_gone_and_others_blocked_is_a_deadlock)
{
    struct outcome o = EXPECT_FATAL(main_exits_before_a_blocked_one, "deadlock!\n");
    CHECK_CONTAINS(o.err, "[chan receive (nil chan)]:");
    CHECK_STR(o.out, "");
}

static void exit_process_later(void)
{
    for (int i = 0; i < 100; i++)
        go_yield();
    exit(5);
}

static void main_exits_before_a_libc_exit(void)
{
    go(exit_process_later);
    go_exit();
}

TEST(another_goroutine_may_end_the_process_after_main_has_exited)
{
    CHECK_EQ(test_run_child(main_exits_before_a_libc_exit).status, 5);
}

static atomic_bool crashing;

static void deferred_delay(void)
{
    atomic_store(&crashing, true);
}

static void crash(void)
{
    defer(deferred_delay);
    go_panic("crash of another goroutine");
}

static void main_returns_during_a_crash(void)
{
    go_maxprocs(2);
    go(crash);
    while (!atomic_load(&crashing))
        go_yield();
    for (int i = 0; i < 1000; i++)
        go_yield();
}

// The panic is past its deferred calls, so it cannot be caught any more; only how far its report has got
// differs. Main's return may come first, but must not cut a report short.
TEST(report_of_a_crash_is_whole_or_main_has_ended_the_process_before_it)
{
    struct outcome o = test_run_child(main_returns_during_a_crash);
    CHECK(o.status == 2 || (o.status == 0 && o.err[0] == '\0'));
    if (o.status == 2)
        CHECK_MATCH(o.err,
                    "^panic: crash of another goroutine\n\ngoroutine [0-9]+ \\[running\\]:\n");
}

// What main waits for is a deferred call of the panic.
static void done_and_wait(go_waitgroup *wg)
{
    go_waitgroup_done(wg);
    for (int i = 0; i < 10; i++)
        go_yield();
}

static void crash_after_done(go_waitgroup *wg)
{
    defer(done_and_wait, wg);
    go_panic("crash of another goroutine");
}

static void main_returns_when_told_by_a_crash(void)
{
    go_waitgroup wg = {0};
    go_waitgroup_add(&wg, 1);
    go(crash_after_done, &wg);
    go_waitgroup_wait(&wg);
}

TEST(main_gives_way_to_the_deferred_calls_of_a_crash)
{
    struct outcome o = test_run_child(main_returns_when_told_by_a_crash);
    CHECK_EQ(o.status, 2);
    CHECK_CONTAINS(o.err, "panic: crash of another goroutine\n");
    CHECK_CONTAINS(o.err, "created by main_returns_when_told_by_a_crash");
}

static void block_for_ever(chan(int) told)
{
    chan_close(told);
    go_select {}
}

static void crash_for_ever(chan(int) told)
{
    defer(block_for_ever, told);
    go_panic("crash that does not end");
}

static void main_returns_beside_a_crash_that_does_not_end(void)
{
    chan(int) told = chan_make(int);
    go(crash_for_ever, told);
    chan_recv(told);
}

TEST(main_does_not_wait_for_ever_for_a_crash)
{
    CHECK_EQ(test_run_child(main_returns_beside_a_crash_that_does_not_end).status, 0);
}
