// SPDX-License-Identifier: MIT
// The system's limits: where address space, mappings or stacks run out, the program ends with one clear fatal error, or goes
// on; it never crashes. Limits are set in a child process, before the runtime starts. And stacks at their end: a leaf with a
// large frame, a handler of the program's own, and stacks without a guard, where a canary speaks.
#include "support/memory.h"
#include "support/test.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

static atomic_int ended;

static void limit_address_space(size_t more)
{
    rlim_t most = test_mapped() + more;
    CHECK(setrlimit(RLIMIT_AS, &(struct rlimit){most, most}) == 0);
}

static void need_plain_build(void)
{
    if (test_under_asan() || test_under_tsan())
        test_skip("the sanitizers need terabytes of address space themselves");
}

static void wait_at(chan(go_unit) gate)
{
    chan_recv(gate);
    atomic_fetch_add(&ended, 1);
}

static void start_until_no_room(void)
{
    limit_address_space((size_t)64 << 20);
    chan(go_unit) gate = chan_make(go_unit);
    for (;;) {
        go(wait_at, gate);
        go_yield();
    }
}

TEST(no_address_space_for_another_stack_is_a_clear_fatal_error)
{
    need_plain_build();
    struct outcome o = test_run_child(start_until_no_room);
    CHECK_MATCH(o.err,
                "^fatal error: out of memory \\((stack|goroutine) allocation\\)\n\ngoroutine ");
    CHECK_EQ(o.status, 2);
}

static void start_hundred_in_little_room(void)
{
    limit_address_space((size_t)64 << 20);
    chan(go_unit) gate = chan_make(go_unit);
    for (int i = 0; i < 100; i++)
        go(wait_at, gate);
    for (int i = 0; i < 100; i++)
        chan_send(gate, GO_UNIT);
    WAIT_UNTIL(atomic_load(&ended) == 100);
}

TEST(little_address_space_is_enough_for_a_hundred_goroutines)
{
    need_plain_build();
    struct outcome o = test_run_child(start_hundred_in_little_room);
    CHECK_STR(o.err, "");
    CHECK_EQ(o.status, 0);
}

static void ask_for_a_huge_stack(void)
{
    go_with(GO_ATTR(.stack_size = (size_t)1 << 46), wait_at, (chan(go_unit))NULL);
}

TEST(stack_larger_than_the_address_space_is_a_clear_fatal_error)
{
    EXPECT_FATAL(ask_for_a_huge_stack, "fatal error: out of memory (stack allocation)\n");
}

static void block_in_read(int fd)
{
    char c;
    go_blocking_begin();
    CHECK(read(fd, &c, 1) == 0);
    go_blocking_end();
}

static void start_threads_until_no_room(void)
{
    int fds[2];
    CHECK(pipe(fds) == 0);
    limit_address_space((size_t)96 << 20);
    for (int i = 0; i < 1000; i++) {
        go(block_in_read, fds[0]);
        go_yield();
    }
    go_sleep(GO_MINUTE);
}

TEST(no_address_space_for_another_thread_is_a_clear_fatal_error)
{
    need_plain_build();
    struct outcome o = test_run_child(start_threads_until_no_room);
    CHECK_MATCH(o.err, "^(runtime: failed to create new OS thread|fatal error: out of memory)");
    CHECK_CONTAINS(o.err, "fatal error: ");
    CHECK_EQ(o.status, 2);
}

// Uses up the process's mappings: each page protected otherwise than its neighbour is one.
static void use_up_mappings(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    for (;;) {
        char *p = mmap(NULL, 2000 * page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (p == MAP_FAILED)
            return;
        for (size_t i = 1; i < 2000; i += 2)
            if (mprotect(p + i * page, page, PROT_NONE) != 0)
                return;
    }
}

static void start_without_mappings(void)
{
    go(wait_at, (chan(go_unit))NULL);
    go_yield();
    use_up_mappings();
    start_hundred_in_little_room();
    for (size_t size = (size_t)512 << 10;; size *= 2)
        go_with(GO_ATTR(.stack_size = size), wait_at, chan_make(go_unit));
}

TEST(no_mappings_left_is_a_clear_fatal_error_or_no_error_at_all)
{
    need_plain_build();
    struct outcome o = test_run_child(start_without_mappings);
    CHECK_MATCH(o.err, "fatal error: out of memory|newosproc");
    CHECK_EQ(o.status, 2);
}

// --- Stacks at their end ---

static volatile bool enough;

static int __attribute__((noinline)) leaf_with_a_large_frame(int n)
{
    volatile char frame[48 << 10];
    frame[0] = (char)n; // the far end only
    return frame[0];
}

static int __attribute__((noinline)) descend(int depth)
{
    volatile char frame[1000];
    frame[depth % 1000] = 1;
    if (enough)
        return 0;
    return leaf_with_a_large_frame(depth) + descend(depth + 1) + frame[depth % 1000];
}

static void overflow_in_a_leaf(void)
{
    go(descend, 0);
    chan_recv((chan(int))NULL);
}

TEST(stack_overflow_in_a_leaf_with_a_large_frame_is_reported)
{
    EXPECT_FATAL(overflow_in_a_leaf, "fatal error: stack overflow\n");
}

static int __attribute__((noinline)) recurse(int depth)
{
    volatile char frame[200];
    frame[depth % 200] = 1;
    if (enough)
        return 0;
    return recurse(depth + 1) + frame[depth % 200];
}

static void overflowing_handler(int sig)
{
    recurse(sig);
}

static void raise_it(void)
{
    raise(SIGUSR1);
}

static void overflow_in_a_handler(void)
{
    signal(SIGUSR1, overflowing_handler);
    go(raise_it);
    chan_recv((chan(int))NULL);
}

TEST(stack_overflow_in_a_handler_of_the_program_is_reported)
{
    if (test_under_tsan())
        test_skip("thread sanitizer calls handlers by itself, later");
    EXPECT_FATAL(overflow_in_a_handler, "fatal error: stack overflow\n");
}

static void overflow_in_a_handler_on_the_signal_stack(void)
{
    struct sigaction action = {.sa_handler = overflowing_handler, .sa_flags = SA_ONSTACK};
    sigaction(SIGUSR1, &action, NULL);
    go(raise_it);
    chan_recv((chan(int))NULL);
}

// The kernel finds the stack pointer outside of the signal stack, and begins at its top again.
TEST(stack_overflow_of_a_handler_on_the_signal_stack_is_reported_too)
{
    if (test_under_asan() || test_under_tsan())
        test_skip("the sanitizers have signal stacks, or calls of handlers, of their own");
    EXPECT_FATAL(overflow_in_a_handler_on_the_signal_stack, "fatal error: stack overflow\n");
}

// --- Without guards ---

static int __attribute__((noinline)) use_stack(size_t bytes)
{
    volatile char frame[400];
    memset((char *)frame, 0x55, sizeof frame);
    return (bytes > 512 ? use_stack(bytes - 512) : 0) + frame[bytes % 400];
}

static void go_over_the_end_and_park(void)
{
    use_stack((size_t)330 << 10);
    go_yield();
}

static void overflow_without_a_guard(void)
{
    go(go_over_the_end_and_park);
    chan_recv((chan(int))NULL);
}

TEST(stack_overflow_without_a_guard_is_found_by_the_canary_at_the_next_park)
{
    if (test_under_asan() || test_under_tsan())
        test_skip("the sanitizers' frames would go too far over the end");
    test_add_debug("noguardinstall");
    test_add_debug("guards=0");
    struct outcome o = EXPECT_FATAL(overflow_without_a_guard, "fatal error: stack overflow\n");
    CHECK_CONTAINS(o.err, "gofer: no more guard pages for stacks");
}

static void use_most_of_it(void)
{
    use_stack(test_under_asan() || test_under_tsan() ? 50 << 10 : 200 << 10);
    go_yield();
    atomic_fetch_add(&ended, 1);
}

TEST(stacks_without_guards_serve_as_well)
{
    test_add_debug("noguardinstall");
    test_add_debug("guards=2");
    for (int i = 0; i < 100; i++)
        go(use_most_of_it);
    WAIT_UNTIL(atomic_load(&ended) == 100);
}
