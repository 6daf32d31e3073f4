// SPDX-License-Identifier: MIT
// go_try and go_catch, go_protect and go_safe: what is caught and where control goes on, nesting, leaving
// either block early, panics inside deferred calls and catch blocks, and what go_panic_info says.
#include "support/test.h"

static char log_text[256];

static void note(const char *what)
{
    strcat(log_text, what);
}

static void panic_with(const char *text)
{
    go_panic("%s", text);
}

TEST(try_without_a_panic_skips_the_catch_block)
{
    go_try {
        note("t");
    }
    go_catch(p) {
        note(p->message);
    }
    note("e");
    CHECK_STR(log_text, "te");
}

TEST(panic_continues_in_the_catch_block_and_then_after_it)
{
    go_try {
        note("t");
        go_panic("x%d", 7);
    }
    go_catch(p) {
        note(p->message);
    }
    note("e");
    CHECK_STR(log_text, "tx7e");
}

static void panic_deep(int depth)
{
    defer(note, ".");
    if (depth == 0)
        go_panic("deep");
    panic_deep(depth - 1);
}

TEST(panic_leaves_any_number_of_frames)
{
    go_try {
        panic_deep(5);
    }
    go_catch(p) {
        note(p->message);
    }
    CHECK_STR(log_text, "......deep");
}

TEST(only_deferred_calls_inside_the_try_have_run_when_the_catch_block_starts)
{
    {
        defer(note, "outer");
        go_try {
            defer(note, "inner,");
            go_panic("p");
        }
        go_catch(p) {
            note("catch,");
            (void)p;
        }
        note("after,");
    }
    CHECK_STR(log_text, "inner,catch,after,outer");
}

TEST(inner_try_catches_first)
{
    go_try {
        go_try {
            go_panic("one");
        }
        go_catch(p) {
            note(p->message);
        }
        note(",");
        go_panic("two");
    }
    go_catch(p) {
        note(p->message);
    }
    CHECK_STR(log_text, "one,two");
}

TEST(panic_in_a_catch_block_continues_outwards)
{
    go_try {
        go_try {
            go_panic("first");
        }
        go_catch(p) {
            go_panic("second after %s", p->message);
        }
    }
    go_catch(p) {
        note(p->message);
    }
    CHECK_STR(log_text, "second after first");
}

TEST(try_may_stand_in_a_catch_block)
{
    go_try {
        go_panic("outer");
    }
    go_catch(p) {
        go_try {
            go_panic("inner");
        }
        go_catch(q) {
            note(q->message);
        }
        note(p->message);
    }
    CHECK_STR(log_text, "innerouter");
}

static int return_from_try(void)
{
    go_try {
        defer(note, "d");
        return 1;
    }
    go_catch(p) {
        (void)p;
        return 2;
    }
    return 3;
}

static int return_from_catch(void)
{
    go_try {
        go_panic("p");
    }
    go_catch(p) {
        defer(note, p->message);
        return 2;
    }
    return 3;
}

TEST(return_may_leave_both_blocks)
{
    CHECK_EQ(return_from_try(), 1);
    CHECK_EQ(return_from_catch(), 2);
    CHECK_STR(log_text, "dp");
    EXPECT_PANIC("still caught outside", panic_with("still caught outside"));
}

static int goto_out_of(bool of_catch)
{
    volatile int v = 0;
    go_try {
        if (!of_catch) {
            v = 1;
            goto out;
        }
        go_panic("p");
    }
    go_catch(p) {
        v = p->message[0];
        goto out;
    }
    v = 100;
out:
    return v;
}

TEST(goto_may_leave_both_blocks)
{
    CHECK_EQ(goto_out_of(false), 1);
    CHECK_EQ(goto_out_of(true), 'p');
}

TEST(break_and_continue_leave_the_try_itself)
{
    int rounds = 0;
    for (int i = 0; i < 3; i++) {
        go_try {
            if (i == 0)
                // vet: allow breakloop: that is what is tested
                break;
            if (i == 1)
                // vet: allow breakloop: that is what is tested
                continue;
        }
        go_catch(p) {
            (void)p;
        }
        rounds++;
    }
    CHECK_EQ(rounds, 3);
}

static void catch_one(int i)
{
    go_try {
        go_panic("%d", i);
    }
    go_catch(p) {
        CHECK_EQ(atoi(p->message), i);
    }
}

TEST(a_hundred_thousand_panics_leave_nothing_behind)
{
    for (int i = 0; i < (int)test_rounds(100000); i++)
        catch_one(i);
}

TEST(try_left_by_a_return_catches_nothing_later)
{
    for (int i = 0; i < 100; i++)
        return_from_try();
    volatile bool outer = false;
    go_try {
        return_from_try();
        go_panic("later");
    }
    go_catch(p) {
        outer = !strcmp(p->message, "later");
    }
    CHECK(outer);
}

static void replace(const char *text)
{
    panic_with(text);
}

TEST(panic_of_a_deferred_call_supersedes_the_current_one)
{
    go_try {
        defer(note, "rest,");
        defer(replace, "second");
        go_panic("first");
    }
    go_catch(p) {
        note(p->message);
    }
    CHECK_STR(log_text, "rest,second");
}

static void catch_inside(void)
{
    go_try {
        go_panic("inside");
    }
    go_catch(p) {
        note(p->message);
        note(",");
    }
}

TEST(panic_caught_inside_a_deferred_call_leaves_the_outer_one_going)
{
    go_try {
        defer(catch_inside);
        go_panic("outer");
    }
    go_catch(p) {
        note(p->message);
    }
    CHECK_STR(log_text, "inside,outer");
}

TEST(deferred_panic_without_a_panic_before_it_is_caught_like_any)
{
    go_try {
        defer(replace, "from defer");
    }
    go_catch(p) {
        note(p->message);
    }
    CHECK_STR(log_text, "from defer");
}

TEST(go_panic_itself_may_be_deferred)
{
    go_try {
        defer(go_panic, "bound %d", 3);
    }
    go_catch(p) {
        note(p->message);
    }
    CHECK_STR(log_text, "bound 3");
}

TEST(catch_block_may_defer_and_park)
{
    chan(int) c = chan_make(int, 1);
    go_try {
        go_panic("p");
    }
    go_catch(p) {
        defer(note, "d");
        go_yield();
        chan_send(c, 1);
        note(p->message);
    }
    CHECK_EQ(chan_recv(c), 1);
    CHECK_STR(log_text, "pd");
    chan_free(c);
}

static void panic_after_parks(chan(int) c, atomic_int *caught)
{
    go_try {
        int v = chan_recv(c);
        go_yield();
        go_panic("%d", v);
    }
    go_catch(p) {
        go_yield();
        atomic_fetch_add(caught, atoi(p->message));
    }
}

TEST(tries_of_many_goroutines_do_not_mix)
{
    chan(int) c = chan_make(int);
    atomic_int caught = 0;
    for (int i = 0; i < 100; i++)
        go(panic_after_parks, c, &caught);
    for (int i = 1; i <= 100; i++)
        chan_send(c, i);
    WAIT_UNTIL(atomic_load(&caught) == 5050);
    chan_free(c);
}

TEST(volatile_locals_keep_what_the_try_block_wrote)
{
    volatile int before = 1;
    go_try {
        before = 2;
        go_panic("p");
    }
    go_catch(p) {
        CHECK_EQ(before, 2);
        (void)p;
    }
    CHECK_EQ(before, 2);
}

TEST(panic_value_is_handed_to_the_catch_block)
{
    static int object;
    go_try {
        go_panic_value(&object);
    }
    go_catch(p) {
        char address[32];
        snprintf(address, sizeof address, "%p", (void *)&object);
        CHECK(p->value == &object);
        CHECK_CONTAINS(p->message, address);
        CHECK(!p->runtime_error);
        note("c");
    }
    CHECK_STR(log_text, "c");
}

TEST(null_panic_value_is_a_runtime_error)
{
    EXPECT_RUNTIME_PANIC("panic called with NULL value", go_panic_value(NULL));
}

TEST(the_programs_own_panic_is_no_runtime_error)
{
    go_try {
        go_panic("own");
    }
    go_catch(p) {
        CHECK(!p->runtime_error);
        note("c");
    }
    CHECK_STR(log_text, "c");
}

static void __attribute__((noinline)) origin_of_the_panic(void)
{
    go_panic("with a stack");
}

TEST(panic_info_carries_the_stack_of_the_origin)
{
    go_try {
        origin_of_the_panic();
    }
    go_catch(p) {
        CHECK_CONTAINS(p->stack, "goroutine 1 [running]:");
        CHECK_CONTAINS(p->stack, "origin_of_the_panic");
        CHECK_CONTAINS(p->stack, "try_test.c");
        note("c");
    }
    CHECK_STR(log_text, "c");
}

TEST(long_panic_messages_are_kept_whole)
{
    static char text[5000];
    memset(text, 'm', sizeof text - 1);
    EXPECT_PANIC(text, panic_with(text));
}

TEST(message_of_a_caught_panic_outlives_a_later_panic_inside_the_catch_block)
{
    go_try {
        go_panic("kept");
    }
    go_catch(p) {
        for (int i = 0; i < 10; i++)
            catch_one(i);
        CHECK_STR(p->message, "kept");
    }
}

static int panic_if(bool yes, const char *text)
{
    defer(note, "d");
    if (yes)
        go_panic("%s", text);
    return 4;
}

TEST(protect_returns_null_or_the_panic)
{
    CHECK(go_protect(panic_if, false, "no") == NULL);
    go_panic_info *info = go_protect(panic_if, true, "yes");
    CHECK(info != NULL);
    CHECK_STR(info->message, "yes");
    CHECK(!info->runtime_error);
    CHECK_CONTAINS(info->stack, "panic_if");
    go_panic_free(info);
    CHECK_STR(log_text, "dd");
}

static void protect_inside(void)
{
    go_panic_info *info = go_protect(panic_if, true, "inner");
    go_panic("outer of %s", info->message);
}

TEST(protects_nest)
{
    go_panic_info *info = go_protect(protect_inside);
    CHECK_STR(info->message, "outer of inner");
    go_panic_free(info);
}

static void run_safely(void)
{
    go_safe(panic_with, "logged and over");
    WAIT_UNTIL(go_num_goroutine() == 1);
    printf("went on\n");
}

TEST(panic_of_a_safe_goroutine_is_logged_with_its_stack_and_ends_there)
{
    struct outcome o = test_run_child(run_safely);
    CHECK_EQ(o.status, 0);
    CHECK_STR(o.out, "went on\n");
    CHECK_CONTAINS(o.err, "logged and over");
    CHECK_CONTAINS(o.err, "panic_with");
}

static void start_nothing_safely(void)
{
    void (*nothing)(void) = NULL;
    go_safe(nothing);
}

TEST(safe_start_of_a_null_function_is_fatal_and_shows_who_did_it_even_as_the_first_call_of_all)
{
    struct outcome o = EXPECT_FATAL(start_nothing_safely, "fatal error: go of nil func value\n");
    CHECK_MATCH(o.err, "\n\ngoroutine 1 \\[running\\]:\nstart_nothing_safely\\(\\.\\.\\.\\)\n");
}

TEST(stack_text_names_the_caller)
{
    char *text = go_stack();
    CHECK_MATCH(text, "^goroutine 1 \\[running\\]:\n");
    CHECK_CONTAINS(text, "stack_text_names_the_caller");
    free(text);
}

TEST(twins_without_keywords_are_the_same)
{
    GO_TRY
    {
        go_panic("twin");
    }
    GO_CATCH(p)
    {
        note(p->message);
    }
    CHECK_STR(log_text, "twin");
}
