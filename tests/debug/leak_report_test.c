// SPDX-License-Identifier: MIT
// The report on goroutines that can never wake: what it says, how the process ends, and what it must leave alone:
// whatever a global, a timer, a thread that gofer did not make, or a goroutine in the kernel can still wake.
#include "support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

#define NOINLINE __attribute__((noinline))

static void receive(chan(int) c)
{
    chan_recv(c);
}

static NOINLINE void leak_one(void)
{
    go_with(GO_ATTR(.name = "lost"), receive, chan_make(int, 2));
}

static void need_an_exact_search(void)
{
    if (test_under_other_malloc())
        test_skip("a conservative search finds the pointer in the allocator's own records");
}

static void end_main_with_a_leak(void)
{
    test_add_debug("leak=1");
    leak_one();
}

TEST(leak_at_the_end_of_main_is_reported_and_the_status_is_3)
{
    need_an_exact_search();
    struct outcome o = test_run_child(end_main_with_a_leak);
    CHECK_EQ(o.status, 3);
    CHECK_MATCH(o.err, "^gofer: 1 goroutine can never wake \\(marking was [^\n]*\\)\n\n"
                       "goroutine [0-9]+ \"lost\" \\[chan receive \\(leaked\\)\\]:\n");
    CHECK_MATCH(o.err, "\nreceive\\(\\.\\.\\.\\)\n\t[^\n]*leak_report_test\\.c:[0-9]+ [^\n]*\n"
                       "created by leak_one in goroutine 1\n\t[^\n]*leak_report_test\\.c:[0-9]+ ");
    CHECK_MATCH(
        o.err, "\twaits at channel 0x[0-9a-f]+ \\(0 of 2 buffered\\) since [0-9]+\\.[0-9]{3} s\n$");
}

static void fail_with_a_leak(void)
{
    end_main_with_a_leak();
    exit(7);
}

TEST(leak_leaves_the_status_of_a_failure_alone)
{
    need_an_exact_search();
    struct outcome o = test_run_child(fail_with_a_leak);
    CHECK_EQ(o.status, 7);
    CHECK_CONTAINS(o.err, "can never wake");
}

static void print_and_leak(void)
{
    end_main_with_a_leak();
    printf("kept");
}

TEST(what_the_program_has_printed_is_not_lost)
{
    struct outcome o = test_run_child(print_and_leak);
    CHECK_STR(o.out, "kept");
}

static void leak_without_the_key(void)
{
    leak_one();
}

TEST(leak_is_not_looked_for_unless_asked)
{
    struct outcome o = test_run_child(leak_without_the_key);
    CHECK_EQ(o.status, 0);
    CHECK_STR(o.err, "");
}

static void profile_and_leak(void)
{
    end_main_with_a_leak();
    test_settle();
    int nowhere = open("/dev/null", O_WRONLY);
    CHECK_EQ(go_profile_write("goroutine", nowhere, 1), 0);
    close(nowhere);
}

TEST(looking_at_all_goroutines_before_hides_no_leak)
{
    need_an_exact_search();
    CHECK_EQ(test_run_child(profile_and_leak).status, 3);
}

static void lock_twice(go_mutex *m)
{
    go_mutex_lock(m);
    go_mutex_lock(m);
}

static void leak_a_lock(void)
{
    go(lock_twice, (go_mutex *)calloc(1, sizeof(go_mutex)));
}

static void watch_and_leak_a_lock(void)
{
    test_add_debug("leak=1");
    test_add_debug("locks=1");
    go(leak_a_lock);
    test_settle();
}

TEST(books_on_watched_locks_hide_no_leak)
{
    need_an_exact_search();
    struct outcome o = test_run_child(watch_and_leak_a_lock);
    CHECK_EQ(o.status, 3);
    CHECK_CONTAINS(o.err, "[sync.Mutex.Lock (leaked)]");
}

static chan(int) volatile global;

static void park_at_a_global(void)
{
    test_add_debug("leak=1");
    global = chan_make(int);
    go(receive, global);
}

TEST(goroutine_that_a_global_leads_to_is_no_leak)
{
    CHECK_EQ(test_run_child(park_at_a_global).status, 0);
}

static void wait_a_minute(chan(int) c)
{
    go_select {
        case_recv(c) {}
        case_timeout(GO_MINUTE) {}
    }
}

static NOINLINE void park_until_the_timer(void)
{
    chan(int) c = chan_make(int);
    go(receive, c);
    go_after_func(GO_MINUTE, go_chan_close_, (struct go_chan *)c);
}

static void park_on_timers(void)
{
    test_add_debug("leak=1");
    go(wait_a_minute, chan_make(int));
    park_until_the_timer();
}

TEST(goroutine_that_a_timer_will_wake_is_no_leak)
{
    CHECK_EQ(test_run_child(park_on_timers).status, 0);
}

static atomic_bool holds;

// Holds the only pointer on its own stack, in the kernel.
static void *hold(void *arg)
{
    void *volatile kept = arg;
    atomic_store(&holds, true);
    for (;;)
        pause();
    return kept;
}

static NOINLINE void give_to_a_thread(void)
{
    pthread_t thread;
    chan(int) c = chan_make(int);
    go(receive, c);
    pthread_create(&thread, NULL, hold, (void *)c);
}

static void park_at_what_a_thread_holds(void)
{
    test_add_debug("leak=1");
    give_to_a_thread();
    WAIT_UNTIL(atomic_load(&holds));
}

TEST(goroutine_that_a_foreign_thread_can_wake_is_no_leak)
{
    CHECK_EQ(test_run_child(park_at_what_a_thread_holds).status, 0);
}

static void hold_in_the_kernel(chan(int) c)
{
    atomic_store(&holds, true);
    go_blocking(pause);
    chan_send(c, 1);
}

static NOINLINE void give_to_a_goroutine_in_the_kernel(void)
{
    chan(int) c = chan_make(int);
    go(receive, c);
    go(hold_in_the_kernel, c);
}

static void park_at_what_a_goroutine_in_the_kernel_holds(void)
{
    test_add_debug("leak=1");
    give_to_a_goroutine_in_the_kernel();
    WAIT_UNTIL(atomic_load(&holds));
}

TEST(goroutine_that_one_in_the_kernel_can_wake_is_no_leak)
{
    CHECK_EQ(test_run_child(park_at_what_a_goroutine_in_the_kernel_holds).status, 0);
}

static volatile long turns;

static void hold_computing(chan(int) c)
{
    atomic_store(&holds, true);
    for (;;)
        turns++;
    chan_send(c, 1);
}

static NOINLINE void give_to_a_computing_goroutine(void)
{
    chan(int) c = chan_make(int);
    go(receive, c);
    go(hold_computing, c);
}

static void park_at_what_a_computing_goroutine_holds(void)
{
    test_add_debug("leak=1");
    go_maxprocs(2);
    for (int i = 0; i < 3; i++)
        give_to_a_computing_goroutine();
    WAIT_UNTIL(atomic_load(&holds));
}

TEST(report_on_request_comes_while_others_compute_and_allocate)
{
    test_needs_signals();
    CHECK_EQ(test_run_child(park_at_what_a_computing_goroutine_holds).status, 0);
}

static void allocate_for_ever(void)
{
    for (;;)
        free(malloc(100));
}

TEST_EXIT(search_succeeds_while_all_threads_are_busy_in_malloc, 0)
{
    test_needs_signals();
    go_maxprocs(2);
    for (int i = 0; i < 3; i++)
        go(allocate_for_ever);
    go_yield();
    for (int i = 0; i < 5; i++)
        CHECK(go_leak_report() >= 0);
}

TEST(program_goes_on_after_a_search)
{
    chan(int) c = chan_make(int);
    go(receive, c);
    for (int i = 0; i < 20; i++)
        CHECK_EQ(go_leak_report(), 0);
    chan_send(c, 1);
    chan_free(c);
}

TEST(goroutine_with_a_large_stack_is_looked_at_and_not_its_guard)
{
    chan(int) c = chan_make(int);
    go_with(GO_ATTR(.stack_size = 1 << 20), receive, c);
    test_settle();
    CHECK_EQ(go_leak_report(), 0);
    chan_send(c, 1);
    chan_free(c);
}

TEST(pages_that_the_program_has_guarded_by_advice_are_not_read)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *p = mmap(NULL, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(p != MAP_FAILED);
    p[0] = p[2 * page] = 1;
    if (madvise(p + page, page, MADV_GUARD_INSTALL) != 0)
        test_skip("the kernel has no guards by advice");
    CHECK_EQ(go_leak_report(), 0);
    munmap(p, 3 * page);
}

static void nothing(void)
{
}

// The slot of one that has ended serves one that has not run yet, and has no stack.
TEST(goroutine_that_has_not_run_yet_hides_no_roots)
{
    test_one_processor();
    global = chan_make(int);
    go(receive, global);
    go(nothing);
    test_settle();
    go(nothing);
    CHECK_EQ(go_leak_report(), 0);
    chan_send(global, 1);
    chan_free(global);
}

static void use_up_descriptors(void)
{
    struct rlimit few;
    CHECK_EQ(getrlimit(RLIMIT_NOFILE, &few), 0);
    few.rlim_cur = 64;
    CHECK_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
    while (open("/dev/null", O_RDONLY) >= 0)
        ;
}

TEST_EXIT(search_that_cannot_look_around_says_so_and_accuses_nobody, 0)
{
    go_yield();
    global = chan_make(int);
    go(receive, global);
    test_settle();
    use_up_descriptors();
    CHECK_EQ(go_leak_report(), -EBUSY);
}

static atomic_bool enough;

static void *call_in_and_end(void *arg)
{
    go(nothing);
    go_yield();
    return arg;
}

static void *start_threads(void *arg)
{
    pthread_t t[4];
    while (!atomic_load(&enough)) {
        for (int i = 0; i < 4; i++)
            CHECK_EQ(pthread_create(&t[i], NULL, call_in_and_end, NULL), 0);
        for (int i = 0; i < 4; i++)
            pthread_join(t[i], NULL);
    }
    return arg;
}

TEST(search_succeeds_while_threads_begin_and_end)
{
    pthread_t starter;
    global = chan_make(int);
    go(receive, global);
    CHECK_EQ(pthread_create(&starter, NULL, start_threads, NULL), 0);
    for (int i = 0; i < (test_under_asan() || test_under_tsan() ? 5 : 15); i++)
        CHECK(go_leak_report() <= 0);
    atomic_store(&enough, true);
    go_blocking(pthread_join, starter, NULL);
    chan_send(global, 1);
    chan_free(global);
}
