// SPDX-License-Identifier: MIT
// Jumps over a defer, which gcc allows: the cleanup of the record that was jumped over runs on memory that
// nobody filled in, and must notice. clang refuses such code (compile_fail/goto_over_a_defer.c), so there is
// nothing to run there.
#include "support/test.h"

#ifdef __clang__

TEST(jumps_over_a_defer_are_refused_by_this_compiler)
{
    test_skip("clang refuses a jump over a defer");
}

#else

static int ran;

static void run(int n)
{
    ran += n;
}

static void __attribute__((noinline)) fill_stack(void)
{
    volatile char frame[2048];
    memset((char *)frame, 0xee, sizeof frame);
}

static void __attribute__((noinline)) goto_over(bool jump)
{
    if (jump)
        goto inside;
    defer(run, 1);
inside:
    run(100);
}

TEST(goto_over_a_defer_runs_nothing_for_it)
{
    fill_stack();
    goto_over(true);
    CHECK_EQ(ran, 100);
    goto_over(false);
    CHECK_EQ(ran, 201);
}

static void __attribute__((noinline)) switch_over(int n)
{
    switch (n) {
    case 0:
        defer(run, 1);
        run(10);
        break;
    case 1:
        run(100);
        break;
    }
}

TEST(case_label_behind_a_defer_runs_nothing_for_it)
{
    fill_stack();
    switch_over(1);
    CHECK_EQ(ran, 100);
    switch_over(0);
    CHECK_EQ(ran, 111);
    fill_stack();
    switch_over(1);
    CHECK_EQ(ran, 211);
}

static void switch_over_inside_a_deferring_block(void)
{
    defer(run, 1000);
    fill_stack();
    switch_over(1);
    goto_over(true);
}

TEST(jumped_over_record_does_not_take_the_place_of_a_real_one)
{
    switch_over_inside_a_deferring_block();
    CHECK_EQ(ran, 1200);
}

#endif
