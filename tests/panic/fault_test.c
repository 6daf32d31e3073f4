// SPDX-License-Identifier: MIT
// Faults as panics: reading or writing through a NULL or wild pointer, and dividing by zero. They can be
// caught where only the program's own frames lie between fault and try, run the deferred calls, and speak
// Go's words when nobody catches them. The undefined-behaviour sanitizer would stop the faults before they
// happen, so it is off in the functions that make them.
#include "support/test.h"

#define FAULTING __attribute__((noinline, no_sanitize("undefined")))

static int *volatile null_pointer;
static char *volatile wild_pointer = (char *)0x1234567890;
static volatile int zero;

static FAULTING int read_null(void)
{
    return *(volatile int *)null_pointer;
}

static FAULTING void write_wild(void)
{
    *(volatile char *)wild_pointer = 1;
}

static FAULTING int divide_by_zero(void)
{
    volatile int result = 10 / zero;
    return result;
}

static FAULTING int divide_out_of_range(void)
{
    volatile int low = INT32_MIN, minus_one = zero - 1;
    volatile int result = low / minus_one;
    return result;
}

#define NIL_TEXT "runtime error: invalid memory address or nil pointer dereference"
#define DIVIDE_TEXT "runtime error: integer divide by zero"

TEST(read_through_null_is_a_panic_that_can_be_caught)
{
    EXPECT_RUNTIME_PANIC(NIL_TEXT, read_null());
}

TEST(integer_division_by_zero_is_a_panic_that_can_be_caught)
{
    EXPECT_RUNTIME_PANIC(DIVIDE_TEXT, divide_by_zero());
}

static volatile bool caught_fault;

static void expect_runtime_error(int (*f)(void))
{
    caught_fault = false;
    go_try {
        f();
    }
    go_catch(p) {
        caught_fault = p->runtime_error;
    }
    CHECK(caught_fault);
}

static int call_write_wild(void)
{
    write_wild();
    return 0;
}

TEST(write_through_a_wild_pointer_is_a_runtime_error)
{
    expect_runtime_error(call_write_wild);
}

TEST(quotient_out_of_range_is_a_runtime_error)
{
    expect_runtime_error(divide_out_of_range);
}

TEST(faults_may_be_caught_again_and_again)
{
    for (int i = 0; i < 1000; i++) {
        expect_runtime_error(read_null);
        expect_runtime_error(divide_by_zero);
    }
}

// In the block itself, without a call in between, for a compiler may move such an instruction up to the beginning.
#define EXPECT_FAULT_IN_THE_BLOCK(expression)                                                      \
    do {                                                                                           \
        caught_fault = false;                                                                      \
        go_try {                                                                                   \
            volatile long result = (expression);                                                   \
            (void)result;                                                                          \
        }                                                                                          \
        go_catch(p) {                                                                              \
            caught_fault = p->runtime_error;                                                       \
        }                                                                                          \
        CHECK(caught_fault);                                                                       \
    } while (0)

struct faults {
    int *null;
    int zero, ten;
};

static FAULTING void expect_faults_at_the_beginning(const struct faults *f)
{
    EXPECT_FAULT_IN_THE_BLOCK(1 % zero);
    EXPECT_FAULT_IN_THE_BLOCK(f->ten / f->zero);
    EXPECT_FAULT_IN_THE_BLOCK(f->ten % f->zero);
    EXPECT_FAULT_IN_THE_BLOCK((long)f->ten / f->zero);
    EXPECT_FAULT_IN_THE_BLOCK(*f->null);
    EXPECT_FAULT_IN_THE_BLOCK(*f->null % f->ten);
    EXPECT_FAULT_IN_THE_BLOCK(*wild_pointer);
}

TEST(fault_that_begins_a_try_block_finds_it_ready)
{
    const struct faults f = {NULL, 0, 10};
    expect_faults_at_the_beginning(&f);
}

static atomic_int deferred, goroutines_done;

static void count(void)
{
    atomic_fetch_add(&deferred, 1);
}

static int fault_after_a_defer(void)
{
    defer(count);
    return read_null();
}

TEST(fault_runs_the_deferred_calls)
{
    expect_runtime_error(fault_after_a_defer);
    CHECK_EQ(atomic_load(&deferred), 1);
}

static void fault_in_a_goroutine(int rounds)
{
    for (int i = 0; i < rounds; i++) {
        go_yield();
        EXPECT_RUNTIME_PANIC(NIL_TEXT, read_null());
    }
    atomic_fetch_add(&goroutines_done, 1);
}

TEST(fault_in_any_goroutine_can_be_caught)
{
    for (int i = 0; i < 20; i++)
        go(fault_in_a_goroutine, 20);
    WAIT_UNTIL(atomic_load(&goroutines_done) == 20);
}

static void fault_in_a_thread(void *arg)
{
    (void)arg;
    EXPECT_RUNTIME_PANIC(NIL_TEXT, read_null());
    atomic_fetch_add(&goroutines_done, 1);
}

TEST(fault_in_a_foreign_thread_can_be_caught)
{
    go_yield();
    test_thread_join(test_thread_start(fault_in_a_thread, NULL));
    CHECK_EQ(atomic_load(&goroutines_done), 1);
}

static void fault_uncaught(void)
{
    go_yield();
    read_null();
}

TEST(uncaught_nil_dereference_prints_gos_words_and_the_signal)
{
    struct outcome o = EXPECT_FATAL(fault_uncaught, "panic: " NIL_TEXT "\n");
    CHECK_MATCH(o.err,
                "\\[signal SIGSEGV: segmentation violation code=.* addr=0x0 pc=0x[0-9a-f]+\\]");
    CHECK_MATCH(o.err, "\ngoroutine 1 \\[running\\]:\n");
    CHECK_CONTAINS(o.err, "read_null");
}

static void divide_uncaught(void)
{
    go_yield();
    divide_by_zero();
}

TEST(uncaught_division_by_zero_prints_gos_words)
{
    struct outcome o = EXPECT_FATAL(divide_uncaught, "panic: " DIVIDE_TEXT "\n");
    CHECK_CONTAINS(o.err, "divide_by_zero");
}

static void wait_for_ever(void)
{
    chan_recv((chan(int))NULL);
}

static void fault_uncaught_in_a_goroutine(void)
{
    go(fault_uncaught);
    wait_for_ever();
}

TEST(uncaught_fault_of_a_goroutine_shows_where_it_was_created)
{
    struct outcome o = EXPECT_FATAL(fault_uncaught_in_a_goroutine, "panic: " NIL_TEXT "\n");
    CHECK_CONTAINS(o.err, "created by fault_uncaught_in_a_goroutine in goroutine 1");
}

static int compare_by_faulting(const void *a, const void *b)
{
    (void)a;
    (void)b;
    return read_null();
}

static void fault_below_a_library_frame(void)
{
    int v[2] = {2, 1};
    go_try {
        qsort(v, 2, sizeof *v, compare_by_faulting);
    }
    go_catch(p) {
        printf("caught %s\n", p->message);
    }
}

TEST(fault_with_a_library_frame_between_it_and_the_try_is_fatal)
{
    struct outcome o = test_run_child(fault_below_a_library_frame);
    CHECK_EQ(o.status, 2);
    CHECK_STR(o.out, "");
    CHECK_CONTAINS(o.err, "read_null");
}
