// SPDX-License-Identifier: MIT
// Goroutines starting and ending in storms: everyone runs exactly once whoever steals it, none is lost when
// processors come and go, stacks and numbers are recycled without bound, and work that piles up on one
// processor is spread over the others.
#include "support/test.h"

static atomic_long ran;

static void run_once(void)
{
    atomic_fetch_add(&ran, 1);
}

static void storm(int n)
{
    for (int i = 0; i < n; i++)
        go(run_once);
}

static void storm_on(int processors)
{
    int n = (int)test_rounds(20000);
    go_maxprocs(processors);
    atomic_store(&ran, 0);
    for (int i = 0; i < 8; i++)
        go(storm, n);
    WAIT_UNTIL(atomic_load(&ran) == 8L * n);
    WAIT_UNTIL(go_num_goroutine() == 1);
}

TEST_LONG(storms_of_short_goroutines_run_each_once, 120)
{
    storm_on(1);
    storm_on(2);
    storm_on(8);
}

static long fib(int n)
{
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

static void fib_parallel(int n, send_chan(long) result)
{
    if (n < 12) {
        chan_send(result, fib(n));
        return;
    }
    chan(long) parts = chan_make(long, 2);
    go(fib_parallel, n - 1, (send_chan(long))parts);
    go(fib_parallel, n - 2, (send_chan(long))parts);
    chan_send(result, chan_recv(parts) + chan_recv(parts));
    chan_free(parts);
}

TEST_LONG(divided_work_is_stolen_and_adds_up, 120)
{
    static const int processors[] = {1, 2, 8};
    int n = test_under_tsan() ? 18 : 24;
    for (int p = 0; p < 3; p++) {
        go_maxprocs(processors[p]);
        chan(long) result = chan_make(long, 1);
        go(fib_parallel, n, (send_chan(long))result);
        CHECK_EQ(chan_recv(result), fib(n));
        chan_free(result);
    }
}

// One goroutine makes all the work while it never parks: without stealing only its own processor would run
// it, and with lost wake-ups the others would sleep on.
static void pile_up(int n, go_waitgroup *wg)
{
    for (int i = 0; i < n; i++) {
        go_waitgroup_add(wg, 1);
        go(go_waitgroup_done, wg);
    }
}

TEST_LONG(work_piled_up_on_one_processor_is_done, 120)
{
    go_maxprocs(8);
    for (int i = 0; i < (int)test_rounds(100); i++) {
        go_waitgroup wg = {0};
        pile_up(1000, &wg);
        go_waitgroup_wait(&wg);
    }
}

static void sleep_a_little(int i)
{
    go_sleep(i % 100 * GO_MICROSECOND);
    run_once();
}

TEST_LONG(workers_that_go_to_sleep_miss_no_work, 120)
{
    go_maxprocs(4);
    long expected = 0;
    for (int i = 0; i < (int)test_rounds(3000); i++) {
        go(sleep_a_little, i);
        go(run_once);
        expected += 2;
        if (i % 8 == 0) {
            WAIT_UNTIL(atomic_load(&ran) >= expected - 6);
            go_sleep(i % 5 * 50 * GO_MICROSECOND);
        }
    }
    WAIT_UNTIL(atomic_load(&ran) == expected);
}

static void exit_somewhere(int depth)
{
    defer(run_once);
    if (depth == 0)
        go_exit();
    exit_somewhere(depth - 1);
}

static void panic_somewhere(int depth)
{
    go_try {
        defer(run_once);
        if (depth == 0)
            go_panic("at the bottom");
        exit_somewhere(0);
    }
    go_catch(p) {
        CHECK_STR(p->message, "at the bottom");
    }
}

TEST_LONG(storms_of_exits_and_panics_run_every_deferred_call, 120)
{
    go_maxprocs(8);
    int n = (int)test_rounds(20000);
    for (int i = 0; i < n; i++) {
        go(exit_somewhere, 2);
        go(panic_somewhere, i % 2);
        if (i % 256 == 0)
            go_yield();
    }
    long panics = (n + 1) / 2, exits = n - panics;
    WAIT_UNTIL(go_num_goroutine() == 1);
    CHECK_EQ(atomic_load(&ran), 3L * n + panics + 2 * exits);
}

static atomic_bool stop;

static void change_processors(void)
{
    for (int i = 0; !atomic_load(&stop); i++) {
        go_maxprocs(1 + i * 5 % 8);
        go_sleep(200 * GO_MICROSECOND);
    }
}

TEST_LONG(storm_while_processors_come_and_go, 120)
{
    int n = (int)test_rounds(40000);
    go(change_processors);
    for (int i = 0; i < 4; i++)
        go(storm, n);
    WAIT_UNTIL(atomic_load(&ran) == 4L * n);
    atomic_store(&stop, true);
    WAIT_UNTIL(go_num_goroutine() == 1);
}

static void use_odd_stack(size_t size)
{
    volatile char frame[1000];
    for (size_t i = 0; i < sizeof frame; i++)
        frame[i] = (char)size;
    go_yield();
    run_once();
}

TEST_LONG(storm_of_mixed_stack_sizes, 120)
{
    static const size_t sizes[] = {0, 1 << 14, 1 << 20, 1 << 18, 1 << 23};
    int n = (int)test_rounds(5000);
    for (int i = 0; i < n; i++) {
        size_t size = sizes[i % 5];
        go_with(GO_ATTR(.stack_size = size), use_odd_stack, size);
        if (i % 64 == 0)
            WAIT_UNTIL(atomic_load(&ran) == i + 1);
    }
    WAIT_UNTIL(atomic_load(&ran) == n);
}
