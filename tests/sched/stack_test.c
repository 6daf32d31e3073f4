// SPDX-License-Identifier: MIT
// Stacks: the promised size is usable, a larger one on request, finished ones are recycled, and running over
// the end is reported and ends the process, from a goroutine, main and a small frame or a large one alike.
#include "support/test.h"

#include <sys/resource.h>

static atomic_int ended;

// Uses this many bytes of stack in frames of about 512, and touches all of them.
static int __attribute__((noinline)) use_stack(size_t bytes)
{
    volatile char frame[400];
    memset((char *)frame, (int)bytes, sizeof frame);
    int below = bytes > 512 ? use_stack(bytes - 512) : 0;
    return below + frame[sizeof frame / 2] + frame[0];
}

static void use_stack_and_count(size_t bytes)
{
    use_stack(bytes);
    atomic_fetch_add(&ended, 1);
}

// Sanitizers make frames several times larger, so that the count of frames has to shrink.
static size_t frame_budget(size_t bytes)
{
    return test_under_asan() || test_under_tsan() ? bytes / 4 : bytes;
}

TEST(recursion_may_use_most_of_the_default_256_kib)
{
    go(use_stack_and_count, frame_budget(240 * 1024));
    WAIT_UNTIL(atomic_load(&ended) == 1);
}

TEST(larger_stacks_are_given_on_request)
{
    for (size_t size = (size_t)512 << 10; size <= (size_t)64 << 20; size *= 2)
        go_with(GO_ATTR(.stack_size = size), use_stack_and_count, frame_budget(size - size / 8));
    WAIT_UNTIL(atomic_load(&ended) == 8);
}

TEST(large_frame_fits_the_default_stack)
{
    go(use_stack_and_count, (size_t)1);
    WAIT_UNTIL(atomic_load(&ended) == 1);
}

static void park_deep(size_t bytes, chan(go_unit) gate)
{
    volatile char frame[400];
    memset((char *)frame, 0x5a, sizeof frame);
    if (bytes > 512)
        park_deep(bytes - 512, gate);
    else
        chan_recv(gate);
    for (size_t i = 0; i < sizeof frame; i++)
        CHECK_EQ(frame[i], 0x5a);
    if (bytes == frame_budget(100 * 1024))
        atomic_fetch_add(&ended, 1);
}

TEST(deep_stacks_survive_a_park)
{
    chan(go_unit) gate = chan_make(go_unit);
    for (int i = 0; i < 50; i++)
        go(park_deep, frame_budget(100 * 1024), gate);
    for (int i = 0; i < 20; i++)
        go_yield();
    chan_close(gate);
    WAIT_UNTIL(atomic_load(&ended) == 50);
    chan_free(gate);
}

TEST(finished_stacks_are_recycled)
{
    size_t rounds = test_rounds(20000);
    for (size_t i = 0; i < rounds; i++) {
        go(use_stack_and_count, frame_budget(64 * 1024));
        if (i % 8 == 7)
            WAIT_UNTIL(atomic_load(&ended) == (int)i + 1);
    }
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    CHECK(usage.ru_maxrss < 200 * 1024 || test_under_asan() || test_under_tsan());
}

// Never set; but the compiler cannot know that the recursions below do not end.
static volatile bool enough;

static int __attribute__((noinline)) recurse_for_ever(int depth)
{
    volatile char frame[100];
    if (enough)
        return 0;
    memset((char *)frame, depth, sizeof frame);
    return recurse_for_ever(depth + 1) + frame[depth % 100];
}

static void overflow(void)
{
    recurse_for_ever(0);
}

static void goroutine_overflows(void)
{
    go(overflow);
    chan_recv((chan(int))NULL);
}

TEST(stack_overflow_is_reported_with_its_trace_and_exits_2)
{
    struct outcome o = EXPECT_FATAL(goroutine_overflows, "stack overflow");
    CHECK_MATCH(o.err, "fatal error: stack overflow\n");
    CHECK_MATCH(o.err, "goroutine [0-9]+ \\[running\\]:\n");
    CHECK_CONTAINS(o.err, "recurse_for_ever");
}

static int __attribute__((noinline)) recurse_in_large_frames(int depth)
{
    volatile char frame[16000];
    if (enough)
        return 0;
    frame[0] = (char)depth;
    frame[15999] = (char)depth;
    return recurse_in_large_frames(depth + 1) + frame[depth % 16000];
}

static void overflow_in_large_frames(void)
{
    recurse_in_large_frames(0);
}

static void goroutine_overflows_in_large_frames(void)
{
    go(overflow_in_large_frames);
    chan_recv((chan(int))NULL);
}

TEST(stack_overflow_by_large_frames_is_reported)
{
    EXPECT_FATAL(goroutine_overflows_in_large_frames, "stack overflow");
}

// One frame, larger than the stack and its guard together.
static int __attribute__((noinline)) overflow_at_once(void)
{
    char frame[1 << 20];
    if (!enough)
        memset(frame, 1, sizeof frame);
    // The whole of it may be looked at: a compiler would keep only the byte that is returned.
    __asm__ volatile("" : : "r"(frame) : "memory");
    return frame[0];
}

static void goroutine_overflows_at_once(void)
{
    go(overflow_at_once);
    chan_recv((chan(int))NULL);
}

TEST(stack_overflow_by_one_leaf_that_is_larger_than_the_guard_is_reported)
{
    EXPECT_FATAL(goroutine_overflows_at_once, "stack overflow");
}

static void overflow_in_a_try(void)
{
    go_try {
        overflow();
    }
    go_catch(p) {
        printf("caught %s\n", p->message);
    }
}

static void goroutine_overflows_in_a_try(void)
{
    go(overflow_in_a_try);
    chan_recv((chan(int))NULL);
}

TEST(stack_overflow_cannot_be_caught)
{
    struct outcome o = EXPECT_FATAL(goroutine_overflows_in_a_try, "fatal error: stack overflow\n");
    CHECK_STR(o.out, "");
}

static void main_overflows(void)
{
    struct rlimit limit = {1 << 20, 1 << 20};
    setrlimit(RLIMIT_STACK, &limit);
    go_yield();
    overflow();
}

TEST(stack_overflow_of_main_is_reported)
{
    struct outcome o = EXPECT_FATAL(main_overflows, "stack overflow");
    CHECK_CONTAINS(o.err, "goroutine 1 [running]:");
}

static void wait_at(chan(go_unit) gate)
{
    chan_recv(gate);
    atomic_fetch_add(&ended, 1);
}

TEST(fallback_guards_allow_20000_goroutines)
{
    test_add_debug("noguardinstall");
    int n = test_under_tsan() ? 3000 : 20000;
    chan(go_unit) gate = chan_make(go_unit);
    for (int i = 0; i < n; i++)
        go(wait_at, gate);
    WAIT_UNTIL(go_num_goroutine() == n + 1);
    chan_close(gate);
    WAIT_UNTIL(atomic_load(&ended) == n);
    chan_free(gate);
}

TEST(stack_overflow_is_reported_with_the_fallback_guards)
{
    test_add_debug("noguardinstall");
    EXPECT_FATAL(goroutine_overflows, "stack overflow");
}
