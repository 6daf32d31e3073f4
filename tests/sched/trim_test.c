// SPDX-License-Identifier: MIT
// Goroutines that stay parked give the memory of deep calls that are over back to the system: in a busy program and in
// an idle one, from large stacks too, and without a bit of what they still need. What a stack holds in memory is counted
// from the resident set of the process.
#include "support/memory.h"
#include "support/test.h"

#include <unistd.h>

enum { DEPTH = 200 << 10, GOROUTINES = 200 };

static atomic_int parked, ended;

// Frames of about 512 bytes, filled and checked.
static void __attribute__((noinline)) go_deep(size_t bytes, int salt)
{
    unsigned char frame[400];
    memset(frame, (int)(bytes / 512 + (size_t)salt), sizeof frame);
    // The whole of it may be looked at: a compiler would keep only what is checked below.
    __asm__ volatile("" : : "r"(frame) : "memory");
    if (bytes > 512)
        go_deep(bytes - 512, salt);
    for (size_t i = 0; i < sizeof frame; i += 57)
        CHECK_EQ(frame[i], (unsigned char)(bytes / 512 + (size_t)salt));
}

static size_t depth(void)
{
    return test_under_asan() || test_under_tsan() ? DEPTH / 4 : DEPTH;
}

static void deep_then_parked(chan(go_unit) gate, size_t bytes)
{
    volatile int kept = (int)go_id();
    go_deep(bytes, 1);
    atomic_fetch_add(&parked, 1);
    chan_recv(gate);
    CHECK_EQ(kept, (int)go_id());
    go_deep(bytes, 2);
    atomic_fetch_add(&ended, 1);
}

static void need_plain_memory(void)
{
    if (test_under_asan() || test_under_tsan())
        test_skip("what the sanitizers know of the memory stays resident");
}

static void check_that_memory_goes_back(int n, size_t stack_size, size_t bytes)
{
    need_plain_memory();
    size_t before = test_resident();
    chan(go_unit) gate = chan_make(go_unit);
    for (int i = 0; i < n; i++)
        go_with(GO_ATTR(.stack_size = stack_size), deep_then_parked, gate, bytes);
    WAIT_UNTIL(atomic_load(&parked) == n);
    size_t deep = test_resident();
    CHECK(deep - before > (size_t)n * bytes / 2);
    WAIT_UNTIL(test_resident() < before + (deep - before) / 5);
    CHECK(go_stats().stacks_trimmed >= (uint64_t)n / 2);
    chan_close(gate);
    WAIT_UNTIL(atomic_load(&ended) == n);
    chan_free(gate);
}

TEST(memory_of_deep_calls_goes_back_while_goroutines_stay_parked)
{
    check_that_memory_goes_back(GOROUTINES, 0, depth());
}

TEST(memory_of_large_stacks_goes_back_too)
{
    check_that_memory_goes_back(4, (size_t)16 << 20, 50 * depth());
}

static void hog(void)
{
    for (volatile long n = 0;;)
        n = n + 1;
}

TEST(memory_goes_back_though_others_compute)
{
    need_plain_memory();
    go_maxprocs(2);
    for (int i = 0; i < 3; i++)
        go(hog);
    check_that_memory_goes_back(GOROUTINES, 0, depth());
}

static void tell_when_trimmed(size_t limit)
{
    // The program is idle but for this look once in a while by a thread that it does not know.
    for (int i = 0; test_resident() > limit; i++) {
        CHECK(i < 3000);
        usleep(10000);
    }
}

TEST(memory_goes_back_in_a_program_that_has_become_idle)
{
    need_plain_memory();
    size_t before = test_resident();
    chan(go_unit) gate = chan_make(go_unit);
    for (int i = 0; i < GOROUTINES; i++)
        go(deep_then_parked, gate, depth());
    WAIT_UNTIL(atomic_load(&parked) == GOROUTINES);
    size_t deep = test_resident();
    go_blocking(tell_when_trimmed, before + (deep - before) / 5);
    chan_close(gate);
    WAIT_UNTIL(atomic_load(&ended) == GOROUTINES);
}

// Goes on until the monitor has given some back: a few rounds may be over before it comes by.
static void nap_and_go_deep(int rounds, int salt)
{
    for (int i = 0; i < rounds || go_stats().stacks_trimmed == 0; i++) {
        go_deep((size_t)(1 + (i * 7 + salt) % 40) * 512, i + salt);
        go_sleep((1 + (i + salt) % 4) * GO_MILLISECOND);
    }
    atomic_fetch_add(&ended, 1);
}

TEST(goroutines_that_wake_while_stacks_are_given_back_lose_nothing)
{
    enum { NAPPERS = 100 };
    test_add_debug("trim=1");
    for (int i = 0; i < NAPPERS; i++)
        go(nap_and_go_deep, (int)test_rounds(300), i);
    WAIT_UNTIL(atomic_load(&ended) == NAPPERS);
}

TEST(stacks_without_guards_keep_their_canary_when_trimmed)
{
    test_add_debug("noguardinstall");
    test_add_debug("guards=0");
    check_that_memory_goes_back(GOROUTINES, 0, depth());
}
