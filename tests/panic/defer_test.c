// SPDX-License-Identifier: MIT
// Deferred calls: on every road out of a block, last in first out, with the arguments fixed when registered,
// in loops and nested blocks, and what a NULL function does. Panics and exits are roads too; the finer points
// of those two are try_test's and sched/exit_test's.
#include "support/test.h"

static char log_text[256];

static void note(const char *what)
{
    strcat(log_text, what);
}

static void note_char(char c)
{
    char s[2] = {c, 0};
    note(s);
}

static void leave_at_the_end(void)
{
    defer(note, "d");
    note("b");
}

TEST(deferred_call_runs_at_the_end_of_its_block)
{
    leave_at_the_end();
    CHECK_STR(log_text, "bd");
    {
        defer(note, "e");
        note("c");
    }
    note("f");
    CHECK_STR(log_text, "bdcef");
}

static int leave_by_return(void)
{
    defer(note, "d");
    for (;;) {
        defer(note, "e");
        return (note("r"), 5);
    }
}

TEST(deferred_calls_run_on_return_after_the_value_is_computed)
{
    CHECK_EQ(leave_by_return(), 5);
    CHECK_STR(log_text, "red");
}

TEST(deferred_calls_run_on_break_and_continue_each_round)
{
    for (int i = 0; i < 4; i++) {
        defer(note_char, (char)('0' + i));
        if (i == 1)
            continue;
        if (i == 2)
            break;
        note("-");
    }
    CHECK_STR(log_text, "-012");
}

static void leave_by_goto(void)
{
    {
        defer(note, "d");
        goto out;
    }
out:
    note("o");
}

TEST(deferred_calls_run_on_goto)
{
    leave_by_goto();
    CHECK_STR(log_text, "do");
}

static int leave_a_switch(int n)
{
    switch (n) {
    case 1: {
        defer(note, "1");
        break;
    }
    case 2: {
        defer(note, "2");
    } // fall through
    default: {
        defer(note, "x");
        return n;
    }
    }
    return 0;
}

TEST(deferred_calls_run_when_a_switch_is_left)
{
    CHECK_EQ(leave_a_switch(1), 0);
    CHECK_EQ(leave_a_switch(2), 2);
    CHECK_EQ(leave_a_switch(3), 3);
    CHECK_STR(log_text, "12xx");
}

static void panic_after_defers(void)
{
    defer(note, "1");
    {
        defer(note, "2");
        go_panic("away");
    }
}

TEST(deferred_calls_run_on_a_panic)
{
    EXPECT_PANIC("away", panic_after_defers());
    CHECK_STR(log_text, "21");
}

TEST(deferred_calls_run_last_in_first_out)
{
    {
        defer(note, "a");
        defer(note, "b");
        defer(note, "c");
    }
    CHECK_STR(log_text, "cba");
}

TEST(two_deferred_calls_may_stand_on_one_line)
{
    // clang-format off
    { defer(note, "a"); defer(note, "b"); }
    // clang-format on
    CHECK_STR(log_text, "ba");
}

TEST(arguments_are_fixed_when_registered)
{
    char c = 'x';
    {
        defer(note_char, c);
        c = 'y';
        defer(note_char, c);
        c = 'z';
    }
    CHECK_STR(log_text, "yx");
}

static int counted(int *n)
{
    return ++*n;
}

static void ignore_int(int n)
{
    (void)n;
}

TEST(arguments_are_evaluated_once_at_registration)
{
    int n = 0;
    {
        defer(ignore_int, counted(&n));
        CHECK_EQ(n, 1);
    }
    CHECK_EQ(n, 1);
}

TEST(function_is_fixed_when_registered)
{
    void (*f)(const char *) = note;
    {
        defer(f, "first");
        f = NULL;
    }
    CHECK_STR(log_text, "first");
}

TEST(deferred_call_in_a_loop_body_runs_every_round)
{
    for (int i = 0; i < 3; i++) {
        defer(note, ";");
        note("x");
    }
    CHECK_STR(log_text, "x;x;x;");
}

TEST(a_million_rounds_of_a_deferring_loop_hold_nothing)
{
    static int n;
    size_t rounds = test_rounds(1000000);
    for (size_t i = 0; i < rounds; i++) {
        defer(ignore_int, n++);
    }
    CHECK_EQ(n, rounds);
}

static void conditional(bool yes)
{
    if (yes) {
        defer(note, "in");
        note("(");
    }
    note(")");
}

TEST(deferred_call_belongs_to_the_innermost_block)
{
    conditional(true);
    conditional(false);
    CHECK_STR(log_text, "(in))");
}

static int add_all(int a, double b, const char *c, long long d)
{
    char text[64];
    snprintf(text, sizeof text, "%d %.1f %s %lld", a, b, c, d);
    note(text);
    return 1;
}

TEST(deferred_call_takes_arguments_of_any_kind_and_drops_the_result)
{
    {
        defer(add_all, 1, 2, "three", 4);
    }
    CHECK_STR(log_text, "1 2.0 three 4");
}

enum colour { RED = 3 };

static void note_words(signed char a, unsigned char b, short c, bool d, enum colour e, unsigned f)
{
    char text[64];
    snprintf(text, sizeof text, "%d %d %d %d %d %u,", a, b, c, d, e, f);
    note(text);
}

static void note_long_words(long a, void (*f)(const char *), const char *b, uint64_t c)
{
    char text[64];
    f(b);
    snprintf(text, sizeof text, " %ld %llx,", a, (unsigned long long)c);
    note(text);
}

static void note_seven(int a, int b, int c, int d, int e, int f, int g)
{
    char text[64];
    snprintf(text, sizeof text, "%d%d%d%d%d%d%d,", a, b, c, d, e, f, g);
    note(text);
}

// Each of its parameters' very type, as where the words are stored in line, and with conversions, as where they are not.
TEST(deferred_call_takes_words_of_every_width_and_sign)
{
    {
        signed char a = -1;
        unsigned char b = 255;
        short c = -300;
        enum colour e = RED;
        unsigned f = 0xffffffff;
        defer(note_seven, 1, 2, 3, 4, 5, 6, 7);
        defer(note_words, -1, 255, -300, 7, 3, 0xffffffff);
        defer(note_long_words, -5L, note, "text", UINT64_MAX);
        defer(note_words, a, b, c, (bool)(c < 0), e, f);
    }
    CHECK_STR(log_text, "-1 255 -300 1 3 4294967295,text -5 ffffffffffffffff,"
                        "-1 255 -300 1 3 4294967295,1234567,");
}

static void print_to(char *into)
{
    defer(sprintf, into, "%s-%s", "variadic", "function");
}

TEST(variadic_function_may_be_deferred)
{
    print_to(log_text);
    CHECK_STR(log_text, "variadic-function");
}

struct pair {
    const char *first, *second;
};

static void note_pair(const struct pair *p)
{
    note(p->second);
    note(p->first);
}

__attribute__((noinline)) static void use_stack(int n)
{
    volatile char room[256];
    for (size_t i = 0; i < sizeof room; i++)
        room[i] = (char)n;
}

TEST(compound_literal_among_the_arguments_lives_as_long_as_the_block)
{
    {
        defer(note_pair, (&(const struct pair){"1", "2"}));
        use_stack(-1);
        note("0");
    }
    CHECK_STR(log_text, "021");
}

// The load is the compiler's to move, but not in front of the registration, nor behind the end of the block. The
// undefined-behaviour sanitizer would stop it before it faults.
__attribute__((noinline, no_sanitize("undefined"))) static int load_after_defer(const int *p)
{
    defer(note, "d");
    return *p;
}

TEST(fault_right_behind_a_defer_finds_it)
{
    const int *volatile nowhere = NULL;
    volatile int loaded;
    EXPECT_PANIC("runtime error: invalid memory address or nil pointer dereference",
                 loaded = load_after_defer(nowhere));
    (void)loaded;
    CHECK_STR(log_text, "d");
}

static void defer_at_once(void *unused)
{
    (void)unused;
    defer(note, "d");
    defer(note, "e");
    note("f");
}

TEST(deferred_call_may_be_the_first_that_a_thread_asks_of_gofer)
{
    test_thread_join(test_thread_start(defer_at_once, NULL));
    CHECK_STR(log_text, "fed");
}

static void free_memory(void)
{
    char *p = malloc(100);
    defer(free, p);
    p[0] = 'x';
}

TEST(library_functions_may_be_deferred)
{
    for (int i = 0; i < 1000; i++)
        free_memory();
}

static void defer_inside(const char *what)
{
    defer(note, ".");
    note(what);
}

TEST(deferred_call_may_itself_defer)
{
    {
        defer(defer_inside, "b");
        defer(defer_inside, "a");
    }
    CHECK_STR(log_text, "a.b.");
}

static void defer_null(bool *registered)
{
    void (*none)(void) = NULL;
    defer(note, "before");
    defer(none);
    *registered = true;
}

TEST(deferred_null_function_panics_when_the_block_is_left_and_not_at_registration)
{
    static bool registered;
    volatile bool caught = false;
    go_try {
        defer_null(&registered);
    }
    go_catch(p) {
        caught = p->runtime_error;
    }
    CHECK(registered);
    CHECK(caught);
    CHECK_STR(log_text, "before");
}

static void park_in_a_defer(chan(int) c)
{
    note_char((char)chan_recv(c));
}

static void send_char(chan(int) c, int v)
{
    chan_send(c, v);
}

TEST(deferred_call_may_park)
{
    chan(int) c = chan_make(int);
    go(send_char, c, 'p');
    {
        defer(park_in_a_defer, c);
        defer(note, "q");
    }
    CHECK_STR(log_text, "qp");
    chan_free(c);
}

static void recurse(int depth)
{
    defer(note_char, (char)('a' + depth));
    if (depth < 5)
        recurse(depth + 1);
}

TEST(deferred_calls_of_a_recursion_run_innermost_first)
{
    recurse(0);
    CHECK_STR(log_text, "fedcba");
}

static void add(atomic_int *sum, int n)
{
    atomic_fetch_add(sum, n);
}

static void defer_and_yield(int rounds, atomic_int *sum)
{
    for (int i = 0; i < rounds; i++) {
        defer(add, sum, 1);
        go_yield();
    }
    defer(add, sum, 1000000);
}

TEST(deferred_calls_of_many_goroutines_do_not_mix)
{
    atomic_int sum = 0;
    for (int i = 0; i < 10; i++)
        go(defer_and_yield, 500, &sum);
    WAIT_UNTIL(atomic_load(&sum) == 10005000);
}

TEST(defer_twin_without_keywords_is_the_same)
{
    {
        GO_DEFER(note, "g");
        GO_DEFER(note, "f");
    }
    CHECK_STR(log_text, "fg");
}
