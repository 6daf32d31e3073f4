// SPDX-License-Identifier: MIT
// Deferred calls and tries by the hundred thousand, nested in the frames of one deep recursion, left by return, by a
// panic and by an exit; and roads that the compiler's cleanups do not expect: a defer that a goto or a case label has
// jumped over (gcc runs its cleanup all the same), and a longjmp of the program's own out of a block that has deferred.
// no-race: the detector keeps 65,536 frames of a stack, and does not look whether there are more.
#include "support/test.h"

#include "base/sanitize.h"

#include <setjmp.h>

// Thread sanitizer's record of the calls that are under way has room for 65,536, and what lies behind it is not checked.
#if GF_TSAN
enum { DEPTH = 20000, ROOMY = 256 << 20 };
#else
enum { DEPTH = 100000, ROOMY = 256 << 20 };
#endif

static atomic_long ran, caught;
static long last;

// Innermost first: each finds that the one below it has run.
static void run_at(long depth)
{
    if (atomic_fetch_add(&ran, 1) > 0)
        CHECK_EQ(depth, last - 1);
    last = depth;
}

enum way { BY_RETURN, BY_PANIC, BY_EXIT };

static void descend(long depth, enum way out)
{
    defer(run_at, depth);
    if (depth < DEPTH - 1)
        descend(depth + 1, out);
    else if (out == BY_PANIC)
        go_panic("from the bottom");
    else if (out == BY_EXIT)
        go_exit();
}

static void descend_and_catch(enum way out, go_waitgroup *wg)
{
    defer(go_waitgroup_done, wg);
    go_try {
        descend(0, out);
    }
    go_catch(p) {
        CHECK_STR(p->message, "from the bottom");
        atomic_fetch_add(&caught, 1);
    }
}

static void check_a_hundred_thousand(enum way out)
{
    go_waitgroup wg = {0};
    go_waitgroup_add(&wg, 1);
    go_with(GO_ATTR(.stack_size = ROOMY), descend_and_catch, out, &wg);
    go_waitgroup_wait(&wg);
    CHECK_EQ(atomic_load(&ran), DEPTH);
    CHECK_EQ(last, 0);
    CHECK_EQ(atomic_load(&caught), out == BY_PANIC);
}

TEST(a_hundred_thousand_nested_deferred_calls_run_innermost_first_on_return)
{
    check_a_hundred_thousand(BY_RETURN);
}

TEST(a_hundred_thousand_nested_deferred_calls_run_innermost_first_on_a_panic)
{
    check_a_hundred_thousand(BY_PANIC);
}

TEST(a_hundred_thousand_nested_deferred_calls_run_innermost_first_on_an_exit)
{
    check_a_hundred_thousand(BY_EXIT);
}

// Each try catches, and panics anew in its catch block.
static void try_at(long depth)
{
    go_try {
        if (depth == 0)
            go_panic("%ld", depth);
        try_at(depth - 1);
    }
    go_catch(p) {
        CHECK_EQ(atol(p->message), depth);
        if (depth == 1000)
            return;
        go_panic("%ld", depth + 1);
    }
}

TEST(a_thousand_nested_tries_each_catch_and_pass_on)
{
    try_at(1000);
}

static void add(long n)
{
    atomic_fetch_add(&ran, n);
}

// The trees of clang refuse such a jump at compile time: tests/compile_fail.
#if defined(__GNUC__) && !defined(__clang__)
static void jump_over(bool skip)
{
    if (skip)
        goto end;
    defer(add, 1);
end:
    atomic_fetch_add(&ran, 100);
}

TEST(deferred_call_that_a_goto_jumped_over_does_not_run)
{
    defer(add, 10000);
    jump_over(true);
    CHECK_EQ(atomic_load(&ran), 100);
    jump_over(false);
    CHECK_EQ(atomic_load(&ran), 201);
}

static void enter_by_case(int n)
{
    switch (n) {
    case 1:
        atomic_fetch_add(&ran, 10);
        defer(add, 1);
        atomic_fetch_add(&ran, 20);
        // fallthrough
    default:
        atomic_fetch_add(&ran, 100);
    }
}

TEST(deferred_call_that_a_case_label_jumped_over_does_not_run)
{
    enter_by_case(0);
    CHECK_EQ(atomic_load(&ran), 100);
    enter_by_case(1);
    CHECK_EQ(atomic_load(&ran), 231);
}
#endif

static jmp_buf out;

static void leave_by_longjmp(void)
{
    defer(add, 1000);
    // vet: allow defers: that is what is tested
    longjmp(out, 1);
}

// What the blocks that were left have registered is dropped: nothing runs it, and nothing that comes later trips over it.
TEST(longjmp_of_the_program_skips_the_deferred_call_and_harms_no_later_one)
{
    for (volatile int i = 0; i < 3; i++) {
        if (setjmp(out) == 0)
            leave_by_longjmp();
        defer(add, 1);
        EXPECT_PANIC("later", {
            defer(add, 10);
            go_panic("later");
        });
    }
    CHECK_EQ(atomic_load(&ran), 33);
}

static void panic_in_turn(int n)
{
    go_try {
        go_panic("inner %d", n);
    }
    go_catch(p) {
        CHECK_EQ(p->message[6] - '0', n);
        atomic_fetch_add(&caught, 1);
    }
}

// Panics that are caught within deferred calls, while another one unwinds past all of them.
TEST(each_deferred_call_of_a_panic_may_catch_one_of_its_own)
{
    EXPECT_PANIC("outer", {
        defer(panic_in_turn, 1);
        defer(panic_in_turn, 2);
        defer(panic_in_turn, 3);
        go_panic("outer");
    });
    CHECK_EQ(atomic_load(&caught), 3);
}

static void exit_with_tries(void)
{
    go_try {
        go_try {
            defer(panic_in_turn, 1);
            go_exit();
        }
        go_catch(p) {
            FAIL("an exit was caught: %s", p->message);
        }
    }
    go_catch(p) {
        FAIL("an exit was caught: %s", p->message);
    }
    FAIL("an exit came back");
}

TEST(exit_passes_nested_tries_and_their_deferred_calls_may_catch)
{
    go(exit_with_tries);
    WAIT_UNTIL(go_num_goroutine() == 1);
    CHECK_EQ(atomic_load(&caught), 1);
}

static void safe_work(int n)
{
    if (n % 2)
        go_panic("odd");
    if (n % 3)
        go_exit();
    atomic_fetch_add(&ran, 1);
}

TEST(safe_goroutines_panic_exit_and_return_and_the_others_go_on)
{
    fclose(stderr); // their logs
    for (int i = 0; i < 60; i++)
        go_safe(safe_work, i);
    WAIT_UNTIL(go_num_goroutine() == 1);
    CHECK_EQ(atomic_load(&ran), 10);
}
