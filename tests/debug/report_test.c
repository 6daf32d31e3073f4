// SPDX-License-Identifier: MIT
// What a report shows of all goroutines: each once, in order, wherever it is: running on another thread, in the
// kernel, parked, not begun, or a thread that gofer did not make; and that a report comes out of a process that
// is badly broken.
#include "support/test.h"

#include "sched/view.h"

#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))
#define UNAVAILABLE "stack unavailable"

static void block_for_ever(void)
{
    chan_recv((chan(int))NULL);
}

static void block_on(chan(int) c)
{
    chan_recv(c);
}

static atomic_int running;
static volatile long turns;

static NOINLINE void spin_for_ever(void)
{
    atomic_fetch_add(&running, 1);
    for (;;)
        turns++;
}

static void crash_while_another_spins(void)
{
    go_maxprocs(2);
    go(spin_for_ever);
    WAIT_UNTIL(atomic_load(&running) == 1);
    go_panic("now");
}

TEST(goroutine_that_runs_on_another_thread_is_shown)
{
    test_needs_signals();
    struct outcome o = EXPECT_FATAL(crash_while_another_spins, "panic: now\n");
    CHECK_MATCH(
        o.err,
        "\ngoroutine [0-9]+ \\[(running|runnable|syscall)\\]:\nspin_for_ever\\(\\.\\.\\.\\)\n"
        "\t[^\n]*report_test\\.c:[0-9]+ [^\n]*\n"
        "created by crash_while_another_spins in goroutine 1\n");
    CHECK_LACKS(o.err, UNAVAILABLE);
}

static void crash_while_more_spin_than_there_are_processors(void)
{
    go_maxprocs(2);
    for (int i = 0; i < 3; i++)
        go(spin_for_ever);
    WAIT_UNTIL(atomic_load(&running) == 3);
    go_panic("now");
}

static int count(const char *text, const char *part)
{
    int n = 0;
    for (const char *at = text; (at = strstr(at, part)); at += strlen(part))
        n++;
    return n;
}

TEST(preempted_goroutines_are_shown)
{
    test_needs_signals();
    struct outcome o = EXPECT_FATAL(crash_while_more_spin_than_there_are_processors,
                                    "panic: now\n");
    CHECK_LACKS(o.err, UNAVAILABLE);
    CHECK_EQ(count(o.err, "spin_for_ever(...)\n"), 3);
}

static NOINLINE void wait_in_the_kernel(void)
{
    atomic_fetch_add(&running, 1);
    go_blocking(usleep, 30 * 1000 * 1000);
}

static void crash_while_another_is_in_the_kernel(void)
{
    go(wait_in_the_kernel);
    WAIT_UNTIL(atomic_load(&running) == 1);
    go_yield();
    go_panic("now");
}

TEST(goroutine_that_blocks_in_the_kernel_is_shown)
{
    struct outcome o = EXPECT_FATAL(crash_while_another_is_in_the_kernel, "panic: now\n");
    CHECK_MATCH(o.err, "\ngoroutine [0-9]+ \\[[a-z]+\\]:\n.*wait_in_the_kernel\\(\\.\\.\\.\\)\n");
    CHECK_LACKS(o.err, UNAVAILABLE);
}

static void crash_before_another_has_begun(void)
{
    test_one_processor();
    go(block_on, (chan(int))NULL);
    go_panic("now");
}

TEST(goroutine_that_has_not_begun_is_shown_as_runnable_with_its_function)
{
    struct outcome o = EXPECT_FATAL(crash_before_another_has_begun, "panic: now\n");
    CHECK_MATCH(o.err, "\ngoroutine [0-9]+ \\[runnable\\]:\nblock_on\\(\\.\\.\\.\\)\n"
                       "\t[^\n]*report_test\\.c:[0-9]+[^\n]*\ncreated by ");
}

static NOINLINE int park_deep(int depth)
{
    int below = 0;
    if (depth > 1)
        below = park_deep(depth - 1);
    else
        block_for_ever();
    return below + (int)turns;
}

static void call_park_deep(int depth)
{
    park_deep(depth);
    turns++;
}

static void crash_beside_a_deep_one(void)
{
    test_one_processor();
    go(call_park_deep, 500);
    test_settle();
    go_panic("now");
}

TEST(deep_stack_of_a_parked_goroutine_is_shown_from_both_ends)
{
    struct outcome o = EXPECT_FATAL(crash_beside_a_deep_one, "panic: now\n");
    CHECK_MATCH(o.err, "\ngoroutine [0-9]+ \\[chan receive \\(nil chan\\)\\]:\n"
                       "block_for_ever\\(\\.\\.\\.\\)\n[^\n]*\npark_deep\\(\\.\\.\\.\\)\n");
    CHECK_MATCH(o.err, "\n\\.\\.\\.[0-9]+ frames elided\\.\\.\\.\n");
    CHECK_CONTAINS(o.err, "call_park_deep(...)\n");
    CHECK_LACKS(o.err, "gf_");
}

static void block_named(void)
{
    go_set_name("say \"%d\"", 7);
    go_lock_os_thread();
    block_for_ever();
}

static void crash_beside_a_named_one(void)
{
    test_one_processor();
    go(block_named);
    test_settle();
    go_panic("now");
}

TEST(name_and_thread_lock_stand_in_the_header)
{
    struct outcome o = EXPECT_FATAL(crash_beside_a_named_one, "panic: now\n");
    CHECK_MATCH(o.err, "\ngoroutine [0-9]+ \"say .7.\" \\[chan receive \\(nil chan\\), "
                       "locked to thread\\]:\n");
}

static void panic_on_id(uint64_t crashing)
{
    if (go_id() == crashing)
        go_panic("now");
    block_for_ever();
}

static void crash_in_the_middle(void)
{
    test_one_processor();
    for (int i = 0; i < 5; i++)
        go(block_for_ever);
    test_settle();
    go(panic_on_id, UINT64_C(0));
    for (int i = 0; i < 5; i++)
        go(block_for_ever);
    test_settle();
    go_panic("now");
}

TEST(others_follow_in_the_order_of_their_numbers)
{
    struct outcome o = EXPECT_FATAL(crash_in_the_middle, "panic: now\n");
    unsigned long last = 0;
    int shown = 0;
    for (const char *at = o.err; (at = strstr(at, "\ngoroutine ")); shown++) {
        unsigned long id = strtoul(at += strlen("\ngoroutine "), NULL, 10);
        CHECK(id > last);
        last = id;
    }
    CHECK_EQ(shown, 12);
}

static void crash_among_thousands(void)
{
    test_one_processor();
    for (int i = 0; i < 2000; i++)
        go(block_for_ever);
    go_panic("now");
}

TEST(of_thousands_the_first_are_shown)
{
    struct outcome o = EXPECT_FATAL(crash_among_thousands, "panic: now\n");
    CHECK_EQ(count(o.err, "\ngoroutine "), 1001);
    CHECK_MATCH(o.err, "\n\n\\.\\.\\.additional goroutines elided\\.\\.\\.\n$");
}

static NOINLINE void wait_in_a_thread(void *arg)
{
    chan_recv(*(chan(int) *)arg);
}

static bool foreign_thread_has_parked(void)
{
    for (const struct m *m = gf_view_next_thread(NULL); m; m = gf_view_next_thread(m)) {
        const struct g *g = gf_view_thread_goroutine(m);
        struct gf_view v;
        if (g && gf_view_read(g, &v) && v.foreign && v.reason == GF_WAIT_CHAN_RECEIVE)
            return true;
    }
    return false;
}

static void crash_beside_a_foreign_thread(void)
{
    chan(int) c = chan_make(int);
    test_thread_start(wait_in_a_thread, &c);
    WAIT_UNTIL(foreign_thread_has_parked());
    go_panic("now");
}

TEST(foreign_thread_is_shown)
{
    test_needs_signals();
    struct outcome o = EXPECT_FATAL(crash_beside_a_foreign_thread, "panic: now\n");
    CHECK_MATCH(o.err, "\ngoroutine [0-9]+ \\[chan receive, foreign thread\\]:\n"
                       "wait_in_a_thread\\(\\.\\.\\.\\)\n");
    CHECK_LACKS(o.err, "\ncreated by thread");
}

static __attribute__((noinline, no_sanitize("undefined"))) void fault_after_the_start(void)
{
    go_yield();
    volatile int *volatile nowhere = NULL;
    *nowhere = 1;
}

TEST(fault_is_shown_where_it_happened)
{
    struct outcome o = EXPECT_FATAL(fault_after_the_start, "panic: ");
    CHECK_MATCH(o.err, "\ngoroutine 1 \\[running\\]:\nfault_after_the_start\\(\\.\\.\\.\\)\n"
                       "\t[^\n]*report_test\\.c:[0-9]+ [^\n]*\n");
}

// ---- SIGQUIT ----

static void quit_while_all_spin(void)
{
    go_maxprocs(2);
    go(spin_for_ever);
    go(block_for_ever);
    WAIT_UNTIL(atomic_load(&running) == 1);
    kill(getpid(), SIGQUIT);
    spin_for_ever();
}

TEST(sigquit_shows_all_goroutines_and_exits_2)
{
    test_needs_signals();
    struct outcome o = EXPECT_FATAL(quit_while_all_spin, "SIGQUIT: quit\n");
    CHECK_MATCH(o.err, "^SIGQUIT: quit\n\ngoroutine [0-9]+ \\[running\\]:\n");
    CHECK_EQ(count(o.err, "\ngoroutine "), 3);
    CHECK_CONTAINS(o.err, "spin_for_ever(...)\n");
    CHECK_LACKS(o.err, UNAVAILABLE);
}

static void on_quit(int sig)
{
    (void)sig;
    static const char text[] = "own handler\n";
    _exit(write(STDOUT_FILENO, text, sizeof text - 1) > 0 ? 3 : 4);
}

static void quit_with_an_own_handler(void)
{
    signal(SIGQUIT, on_quit);
    go_yield();
    raise(SIGQUIT);
    block_for_ever();
}

TEST(programs_own_handler_of_sigquit_is_kept)
{
    struct outcome o = test_run_child(quit_with_an_own_handler);
    CHECK_EQ(o.status, 3);
    CHECK_STR(o.out, "own handler\n");
}

static void quit_ignored(void)
{
    signal(SIGQUIT, SIG_IGN);
    go_yield();
    raise(SIGQUIT);
    printf("went on\n");
}

TEST(ignored_sigquit_stays_ignored)
{
    struct outcome o = test_run_child(quit_ignored);
    CHECK_EQ(o.status, 0);
    CHECK_STR(o.out, "went on\n");
}

// ---- Processes in a bad state ----

static NOINLINE void allocate_for_ever(void)
{
    atomic_fetch_add(&running, 1);
    for (size_t n = 0;; n++) {
        void *volatile p = malloc(2000 + n % 200000);
        free(p);
    }
}

static void crash_while_another_allocates(void)
{
    mallopt(M_ARENA_MAX, 1);
    go_maxprocs(2);
    go(allocate_for_ever);
    WAIT_UNTIL(atomic_load(&running) == 1);
    go_panic("now");
}

TEST(report_does_not_hang_on_a_lock_of_malloc)
{
    if (test_under_asan() || test_under_tsan())
        test_skip("the sanitizer's malloc is hardly ever left");
    for (int i = 0; i < 10; i++) {
        struct outcome o = EXPECT_FATAL(crash_while_another_allocates, "panic: now\n");
        CHECK_MATCH(o.err, "\ngoroutine 1 \\[running\\]:\ncrash_while_another_allocates");
    }
}

static NOINLINE void crash_with_a_broken_heap(void)
{
    char *piece[64];
    for (int i = 0; i < 64; i++)
        piece[i] = malloc((size_t)i * 40 + 24);
    go_yield();
    for (int i = 0; i < 64; i += 2)
        free(piece[i]);
    // Now the lists of free pieces lead nowhere, and the sizes of all are wrong.
    for (int i = 0; i < 64; i++)
        for (char *volatile p = piece[i] - 8; p < piece[i] + i * 40 + 24; p++)
            *p = 0x5a;
    raise(SIGQUIT);
    block_for_ever();
}

TEST(report_comes_out_of_a_process_with_a_broken_heap)
{
    if (test_under_asan() || test_under_tsan())
        test_skip("the sanitizer stops it first");
    struct outcome o = EXPECT_FATAL(crash_with_a_broken_heap, "SIGQUIT: quit\n");
    CHECK_MATCH(o.err, "\ngoroutine 1 \\[[a-z]+");
    CHECK_CONTAINS(o.err, "crash_with_a_broken_heap");
}

// Nearly at the end: what is left is less than a library needs to read symbols.
static NOINLINE void panic_near_the_end(const char *start)
{
    volatile char frame[64];
    frame[0] = 1;
    if (start - (const char *)frame > 236 * 1024)
        go_panic("now");
    if (turns >= 0)
        panic_near_the_end(start);
    turns += frame[0];
}

static void use_up_the_stack(void)
{
    char start = 0;
    panic_near_the_end(&start);
}

static void crash_at_the_end_of_a_stack(void)
{
    go(use_up_the_stack);
    block_for_ever();
}

TEST(panic_near_the_end_of_a_stack_is_reported_whole)
{
    if (test_under_asan() || test_under_tsan())
        test_skip("the sanitizer makes frames larger");
    struct outcome o = EXPECT_FATAL(crash_at_the_end_of_a_stack, "panic: now\n");
    CHECK_MATCH(o.err, "panic_near_the_end\\(\\.\\.\\.\\)\n\t[^\n]*report_test\\.c:");
    CHECK_CONTAINS(o.err, "created by crash_at_the_end_of_a_stack in goroutine 1\n");
}

// ---- How much ----

static void crash_beside_another(void)
{
    test_one_processor();
    go(block_for_ever);
    test_settle();
    go_panic("now");
}

static char *report_at(const char *level, int status)
{
    test_setenv("GOFER_TRACEBACK", level);
    struct outcome o = test_run_child(crash_beside_another);
    CHECK_EQ(o.status, status);
    CHECK_CONTAINS(o.err, "panic: now\n");
    return o.err;
}

TEST(level_none_shows_no_goroutine)
{
    CHECK_LACKS(report_at("none", 2), "goroutine ");
}

TEST(level_single_shows_the_one_that_failed)
{
    char *text = report_at("single", 2);
    CHECK_CONTAINS(text, "goroutine 1 [running]:\n");
    CHECK_LACKS(text, "block_for_ever");
}

TEST(level_all_shows_the_others_without_the_runtime)
{
    char *text = report_at("all", 2);
    CHECK_CONTAINS(text, "block_for_ever(...)\n");
    CHECK_LACKS(text, "gf_arch_first_frame");
}

TEST(level_system_shows_the_runtime_too)
{
    CHECK_CONTAINS(report_at("system", 2), "gf_arch_first_frame(...)\n");
}

TEST(levels_have_the_numbers_that_go_knows_too)
{
    CHECK_LACKS(report_at("0", 2), "goroutine ");
    CHECK_LACKS(report_at("1", 2), "gf_arch_first_frame");
    CHECK_CONTAINS(report_at("1", 2), "block_for_ever(...)\n");
    CHECK_CONTAINS(report_at("2", 2), "gf_arch_first_frame(...)\n");
}

TEST(level_crash_ends_by_a_signal_that_leaves_a_core)
{
    CHECK_CONTAINS(report_at("crash", 128 + SIGABRT), "gf_arch_first_frame(...)\n");
}
