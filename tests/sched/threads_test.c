// SPDX-License-Identifier: MIT
// The number of threads: those that blocked calls needed are used again and end after a while, the bound holds and is
// fatal to exceed, in Go's words, and where the system or the bound allows no more, preemption waits and the program
// goes on with what it has. And threads that end do not hide a deadlock.
#include "support/test.h"

#include <pthread.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static atomic_int blocked, ended;

// The kernel's count.
static int threads_now(void)
{
    char line[128];
    int n = 0;
    FILE *f = fopen("/proc/self/status", "r");
    CHECK(f != NULL);
    while (fgets(line, sizeof line, f))
        if (sscanf(line, "Threads: %d", &n) == 1)
            break;
    fclose(f);
    return n;
}

static void read_one(int fd)
{
    char c;
    atomic_fetch_add(&blocked, 1);
    go_blocking_begin();
    CHECK(read(fd, &c, 1) == 1);
    go_blocking_end();
    atomic_fetch_add(&ended, 1);
}

// n calls that block at the same time, and then return.
static void block_in_many_calls(int n)
{
    int fds[2];
    CHECK(pipe(fds) == 0);
    atomic_store(&blocked, 0);
    atomic_store(&ended, 0);
    for (int i = 0; i < n; i++)
        go(read_one, fds[0]);
    WAIT_UNTIL(atomic_load(&blocked) == n);
    for (int i = 0; i < n; i++)
        CHECK(write(fds[1], "x", 1) == 1);
    WAIT_UNTIL(atomic_load(&ended) == n);
    close(fds[0]);
    close(fds[1]);
}

TEST(idle_threads_are_used_again)
{
    enum { CALLS = 20, OTHERS = 8 };
    test_setenv("GOFER_DEBUG", ""); // forced migration needs more threads
    go_maxprocs(2);
    for (int round = 0; round < 30; round++) {
        block_in_many_calls(CALLS);
        CHECK(go_stats().threads <= CALLS + OTHERS);
    }
}

TEST(idle_threads_that_nobody_needs_end_after_a_while)
{
    enum { KEPT_IDLE = 2 + 2, MAIN_MONITOR_AND_SANITIZERS = 4 };
    int printer = test_under_race(); // of reports
    test_add_debug("threadlife=20");
    go_maxprocs(2);
    block_in_many_calls(30);
    WAIT_UNTIL(go_stats().threads <= KEPT_IDLE + MAIN_MONITOR_AND_SANITIZERS);
    WAIT_UNTIL(threads_now() <= KEPT_IDLE + MAIN_MONITOR_AND_SANITIZERS + printer);
    block_in_many_calls(30); // and new ones are made when needed
}

// --- The bound ---

TEST(bound_is_gos_by_default_and_may_be_set)
{
    CHECK_EQ(go_set_max_threads(0), 10000);
    CHECK_EQ(go_set_max_threads(500), 10000);
    CHECK_EQ(go_set_max_threads(0), 500);
}

TEST(environment_sets_the_bound)
{
    test_setenv("GOFER_MAXTHREADS", "77");
    CHECK_EQ(go_set_max_threads(0), 77);
}

static void need_ten_threads(void)
{
    block_in_many_calls(10);
}

TEST(more_threads_than_the_bound_are_fatal_in_gos_words)
{
    test_setenv("GOFER_MAXTHREADS", "5");
    struct outcome o = EXPECT_FATAL(need_ten_threads, "fatal error: thread exhaustion\n");
    CHECK_CONTAINS(o.err, "runtime: program exceeds 5-thread limit\n");
    CHECK_CONTAINS(o.err, "read_one");
}

static void lower_the_bound_too_far(void)
{
    go_maxprocs(2);
    block_in_many_calls(8);
    go_set_max_threads(1);
}

TEST(bound_below_the_number_of_threads_there_are_is_fatal)
{
    EXPECT_FATAL(lower_the_bound_too_far, "runtime: program exceeds 1-thread limit\n"
                                          "fatal error: thread exhaustion\n");
}

static int64_t cpu_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * GO_SECOND + t.tv_nsec;
}

static void compute_for_three_slices(void)
{
    for (int64_t end = cpu_now() + 30 * GO_MILLISECOND; cpu_now() < end;)
        ;
    atomic_fetch_add(&ended, 1);
}

static void compute_in_four(void)
{
    for (int i = 0; i < 4; i++)
        go(compute_for_three_slices);
    WAIT_UNTIL(atomic_load(&ended) == 4);
}

TEST(preemption_waits_while_there_may_be_no_more_threads)
{
    test_setenv("GOFER_DEBUG", ""); // forced migration needs more threads
    test_setenv("GOFER_MAXTHREADS", "1");
    test_one_processor();
    compute_in_four();
    CHECK_EQ(go_stats().preemptions, 0);
    go_set_max_threads(100);
    atomic_store(&ended, 0);
    WAIT_UNTIL((compute_in_four(), atomic_store(&ended, 0), go_stats().preemptions > 0));
}

// --- What the system refuses ---

// Gives this process a user of its own, with so many threads: no other test's either, for they may run at the same time.
static void limit_threads(rlim_t most)
{
    struct rlimit limit = {most, most};
    const uid_t nobody_else = 30000 + (uid_t)getpid() % 30000;
    CHECK(setrlimit(RLIMIT_NPROC, &limit) == 0);
    if (setresuid(nobody_else, nobody_else, nobody_else) != 0)
        _exit(77);
}

static void need_more_than_the_system_gives(void)
{
    limit_threads(6);
    need_ten_threads();
}

// Whether a process may be limited so at all: only root may take another user's place.
static bool can_limit_threads(void)
{
    return getuid() == 0 && !test_under_tsan();
}

TEST(threads_that_the_system_refuses_are_fatal_in_gos_words)
{
    if (!can_limit_threads())
        test_skip("needs to be root, to become another user");
    struct outcome o = EXPECT_FATAL(need_more_than_the_system_gives, "fatal error: newosproc\n");
    CHECK_MATCH(o.err,
                "runtime: failed to create new OS thread \\(have [0-9]+ already; errno=11\\)\n"
                "runtime: may need to increase max user processes \\(ulimit -u\\)\n");
}

static void count_up(chan(int) in, chan(int) out)
{
    chan_range(i, in)
        chan_send(out, i + 1);
    chan_close(out);
}

static void work_with_few_threads(void)
{
    test_setenv("GOFER_DEBUG", ""); // forced migration needs more threads
    limit_threads(3);
    go_maxprocs(8);
    chan(int) first = chan_make(int), last = first;
    for (int i = 0; i < 50; i++) {
        chan(int) next = chan_make(int);
        go(count_up, last, next);
        last = next;
    }
    for (int round = 0; round < 200; round++) {
        chan_send(first, round);
        CHECK_EQ(chan_recv(last), round + 50);
    }
}

TEST(program_goes_on_with_fewer_threads_where_the_system_refuses_more)
{
    if (!can_limit_threads())
        test_skip("needs to be root, to become another user");
    struct outcome o = test_run_child(work_with_few_threads);
    CHECK_STR(o.err, "");
    CHECK_EQ(o.status, 0);
}

static void compute_with_two_threads(void)
{
    test_setenv("GOFER_DEBUG", ""); // forced migration needs more threads
    limit_threads(2);               // main's and the monitor
    test_one_processor();
    compute_in_four();
}

TEST(no_processor_is_lost_where_the_system_refuses_a_thread_for_preemption)
{
    if (!can_limit_threads())
        test_skip("needs to be root, to become another user");
    struct outcome o = test_run_child(compute_with_two_threads);
    CHECK_STR(o.err, "");
    CHECK_EQ(o.status, 0);
}

// --- Threads that end and deadlocks ---

#define DEADLOCK "fatal error: all goroutines are asleep - deadlock!\n"

static void exit_locked(void)
{
    go_lock_os_thread();
    go_yield();
}

static void wait_while_a_thread_ends(void)
{
    go(exit_locked);
    go(exit_locked);
    chan_recv((chan(int))chan_make(int));
}

TEST(thread_that_is_just_ending_does_not_hide_a_deadlock)
{
    for (int i = 0; i < 40; i++)
        EXPECT_FATAL(wait_while_a_thread_ends, DEADLOCK);
}

static void wait_for_ever(chan(int) c)
{
    chan_recv(c);
}

static void exit_locked_in_main(void)
{
    go(wait_for_ever, chan_make(int));
    go_yield();
    go_lock_os_thread();
    go_exit();
}

TEST(thread_of_main_that_ended_locked_does_not_hide_a_deadlock)
{
    EXPECT_FATAL(exit_locked_in_main, DEADLOCK);
}

static void *send_and_end(void *c)
{
    chan_send((chan(int))c, 1);
    return NULL;
}

static void wait_while_a_foreign_thread_ends(void)
{
    pthread_t id;
    chan(int) c = chan_make(int);
    CHECK(pthread_create(&id, NULL, send_and_end, c) == 0);
    chan_recv(c);
    pthread_detach(id);
    chan_recv(c);
}

TEST(foreign_thread_that_is_just_ending_does_not_hide_a_deadlock)
{
    for (int i = 0; i < 40; i++)
        EXPECT_FATAL(wait_while_a_foreign_thread_ends, DEADLOCK);
}
