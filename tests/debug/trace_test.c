// SPDX-License-Identifier: MIT
// What a trace shows of one stack: functions with file and line, inlined ones too, who created the goroutine,
// nothing of the runtime's own, and the ends of a stack that is too deep. Lines are compared with __LINE__.
#include "support/test.h"

#define NOINLINE __attribute__((noinline))
#define INLINE static inline __attribute__((always_inline))

// "\t/…/trace_test.c:LINE"
static const char *place(int line)
{
    static char text[64];
    snprintf(text, sizeof text, "trace_test.c:%d", line);
    return text;
}

static int line_of_stack;

static NOINLINE char *take_stack(void)
{
    line_of_stack = __LINE__ + 1;
    char *text = go_stack();
    CHECK(text != NULL);
    return text;
}

TEST(function_file_and_line_are_named)
{
    char *text = take_stack();
    CHECK_MATCH(text, "^goroutine 1 \\[running\\]:\ntake_stack\\(\\.\\.\\.\\)\n\t/[^\n]*/");
    CHECK_CONTAINS(text, place(line_of_stack));
    free(text);
}

TEST(distance_from_the_functions_start_is_shown)
{
    char *text = take_stack();
    CHECK_MATCH(text, "take_stack\\(\\.\\.\\.\\)\n\t[^\n]*trace_test\\.c:[0-9]+ \\+0x[0-9a-f]+\n");
    free(text);
}

INLINE char *innermost(void)
{
    return go_stack();
}

static int line_of_call;

INLINE char *between(void)
{
    line_of_call = __LINE__ + 1;
    char *text = innermost();
    return text;
}

static NOINLINE char *outermost(void)
{
    char *text = between();
    CHECK(text != NULL);
    return text;
}

TEST(inlined_functions_are_shown_before_the_one_that_contains_them)
{
    char *text = outermost();
    CHECK_MATCH(text, "innermost\\(\\.\\.\\.\\)\n[^\n]*\nbetween\\(\\.\\.\\.\\)\n[^\n]*\n"
                      "outermost\\(\\.\\.\\.\\)\n");
    CHECK_CONTAINS(text, place(line_of_call));
    free(text);
}

static NOINLINE int take_stack_of_callback(const void *a, const void *b)
{
    char **result = *(char ***)a;
    (void)b;
    if (!*result)
        *result = go_stack();
    return 0;
}

TEST(library_functions_between_are_shown)
{
    char *text = NULL, **items[2] = {&text, &text};
    qsort(items, 2, sizeof items[0], take_stack_of_callback);
    CHECK_CONTAINS(text, "take_stack_of_callback");
    CHECK_CONTAINS(text, "qsort");
    CHECK_CONTAINS(text, "library_functions_between_are_shown");
    free(text);
}

static char *once_text;

static NOINLINE void run_once(void)
{
    once_text = take_stack();
}

TEST(public_function_that_calls_back_is_shown_but_not_what_is_inside_it)
{
    go_once once = {0};
    go_once_do(&once, run_once);
    CHECK_MATCH(once_text, "run_once\\(\\.\\.\\.\\)\n");
    CHECK_MATCH(once_text, "go_once_do\\(\\.\\.\\.\\)\n");
    CHECK_LACKS(once_text, "gf_");
    free(once_text);
}

TEST(trace_of_main_ends_with_main)
{
    char *text = take_stack();
    CHECK_MATCH(text, "\nmain\\(\\.\\.\\.\\)\n[^\n]*\n$");
    free(text);
}

static void take_stack_into(char **text, chan(go_unit) done)
{
    *text = take_stack();
    chan_send(done, GO_UNIT);
}

TEST(trace_of_a_goroutine_ends_with_its_function_and_its_creator)
{
    chan(go_unit) done = chan_make(go_unit);
    char *text = NULL;
    int line = __LINE__ + 1;
    go(take_stack_into, &text, done);
    chan_recv(done);
    CHECK_MATCH(text, "^goroutine [0-9]+ \\[running\\]:\ntake_stack\\(\\.\\.\\.\\)\n[^\n]*\n"
                      "take_stack_into\\(\\.\\.\\.\\)\n[^\n]*\n"
                      "created by [a-z_]*ends_with_its_function_and_its_creator in goroutine 1\n"
                      "\t[^\n]*\n$");
    CHECK_CONTAINS(text, place(line));
    free(text);
    chan_free(done);
}

INLINE void create(char **text, chan(go_unit) done)
{
    go(take_stack_into, text, done);
}

TEST(creator_that_was_inlined_is_named)
{
    chan(go_unit) done = chan_make(go_unit);
    char *text = NULL;
    create(&text, done);
    chan_recv(done);
    CHECK_CONTAINS(text, "created by create in goroutine 1\n");
    free(text);
    chan_free(done);
}

static NOINLINE char *recurse(int depth)
{
    char *text = depth > 1 ? recurse(depth - 1) : go_stack();
    CHECK(text != NULL);
    return text;
}

static int count(const char *text, const char *part)
{
    int n = 0;
    for (const char *at = text; (at = strstr(at, part)); at += strlen(part))
        n++;
    return n;
}

TEST(of_a_deep_stack_the_middle_is_left_out)
{
    char *text = recurse(2000);
    CHECK_MATCH(text, "\n\\.\\.\\.[0-9]+ frames elided\\.\\.\\.\n");
    CHECK_CONTAINS(text, "of_a_deep_stack_the_middle_is_left_out");
    CHECK_CONTAINS(text, "\nmain(...)\n");
    CHECK(count(text, "(...)\n") <= 100);
    CHECK(count(text, "recurse(...)\n") > 80);
    free(text);
}

TEST(stack_that_is_not_too_deep_is_shown_whole)
{
    char *text = recurse(80);
    CHECK_LACKS(text, "elided");
    CHECK_EQ(count(text, "recurse(...)\n"), 80);
    free(text);
}

static void take_many(int *ended)
{
    for (int i = 0; i < 50; i++) {
        char *text = recurse(i % 7 + 1);
        CHECK_EQ(count(text, "recurse(...)\n"), i % 7 + 1);
        free(text);
        go_yield();
    }
    __atomic_fetch_add(ended, 1, __ATOMIC_RELAXED);
}

TEST(many_goroutines_take_traces_at_once)
{
    int ended = 0;
    go_maxprocs(4);
    for (int i = 0; i < 20; i++)
        go(take_many, &ended);
    WAIT_UNTIL(__atomic_load_n(&ended, __ATOMIC_RELAXED) == 20);
}

static void take_on_a_small_stack(char **text, chan(go_unit) done)
{
    *text = take_stack();
    chan_send(done, GO_UNIT);
}

TEST(little_stack_is_enough_for_a_trace)
{
    chan(go_unit) done = chan_make(go_unit);
    char *text = NULL;
    go_with(GO_ATTR(.stack_size = 16 << 10), take_on_a_small_stack, &text, done);
    chan_recv(done);
    CHECK_CONTAINS(text, "take_on_a_small_stack(...)\n");
    free(text);
    chan_free(done);
}

TEST(errno_survives_a_trace)
{
    go_yield(); // starts the runtime, which may change errno
    errno = 77;
    free(go_stack());
    CHECK_EQ(errno, 77);
}
