// SPDX-License-Identifier: MIT
// Calls that block in the kernel give their processor to others: marked regions at once, unmarked calls when
// the monitor notices; go_blocking is an expression; and a goroutine locked to its thread stays there.
#include "support/test.h"

#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_int ended;

static int read_byte(int fd)
{
    char c;
    return read(fd, &c, 1) == 1 ? c : -1;
}

static void read_in_a_region(int fd, chan(int) result)
{
    chan_send(result, go_blocking(read_byte, fd));
}

static void write_byte(int fd, char c)
{
    CHECK(write(fd, &c, 1) == 1);
}

TEST(marked_call_gives_its_processor_to_others)
{
    test_one_processor();
    int fds[2];
    chan(int) result = chan_make(int, 1);
    CHECK(pipe(fds) == 0);
    go(read_in_a_region, fds[0], result);
    test_settle();
    CHECK_EQ(chan_len(result), 0);
    write_byte(fds[1], 'k');
    CHECK_EQ(chan_recv(result), 'k');
    chan_free(result);
}

static void read_unmarked(int fd, chan(int) result)
{
    chan_send(result, read_byte(fd));
}

TEST(unmarked_blocking_call_is_noticed_and_gives_its_processor_to_others)
{
    test_one_processor();
    int fds[2];
    chan(int) result = chan_make(int, 1);
    CHECK(pipe(fds) == 0);
    go(read_unmarked, fds[0], result);
    go_yield();
    write_byte(fds[1], 'u');
    CHECK_EQ(chan_recv(result), 'u');
    chan_free(result);
}

TEST(many_blocking_calls_run_at_the_same_time)
{
    enum { CALLS = 32 };
    test_one_processor();
    int fds[2];
    chan(int) result = chan_make(int, CALLS);
    CHECK(pipe(fds) == 0);
    for (int i = 0; i < CALLS; i++)
        go(read_in_a_region, fds[0], result);
    test_settle();
    for (int i = 0; i < CALLS; i++)
        write_byte(fds[1], 'm');
    for (int i = 0; i < CALLS; i++)
        CHECK_EQ(chan_recv(result), 'm');
    chan_free(result);
}

static double half(double x)
{
    return x / 2;
}

static struct outcome make_outcome(int status, char *text)
{
    return (struct outcome){status, text, NULL};
}

static void nothing(void)
{
}

TEST(blocking_is_an_expression_of_the_functions_value)
{
    CHECK(go_blocking(half, 5) == 2.5);
    CHECK_EQ(go_blocking(make_outcome, 3, NULL).status, 3);
    go_blocking(nothing);
    CHECK_EQ(go_blocking(abs, -4) + go_blocking(abs, -5), 9);
}

static int set_errno_to(int e)
{
    errno = e;
    return -1;
}

TEST(errno_set_inside_a_blocking_call_is_kept)
{
    errno = 0;
    CHECK_EQ(go_blocking(set_errno_to, EPIPE), -1);
    CHECK_EQ(errno, EPIPE);
}

static int panicking_call(void)
{
    go_panic("inside a blocking call");
}

TEST(panic_inside_a_blocking_call_ends_the_region)
{
    EXPECT_PANIC("inside a blocking call", go_blocking(panicking_call));
    CHECK_EQ(go_blocking(abs, -1), 1);
    chan(int) c = chan_make(int, 1);
    chan_send(c, 1);
    CHECK_EQ(chan_recv(c), 1);
    chan_free(c);
}

static void begin_and_end(int rounds)
{
    for (int i = 0; i < rounds; i++) {
        go_blocking_begin();
        go_blocking_end();
    }
    atomic_fetch_add(&ended, 1);
}

TEST(regions_may_be_entered_often_and_by_many)
{
    int rounds = (int)test_rounds(20000);
    for (int i = 0; i < 8; i++)
        go(begin_and_end, rounds);
    WAIT_UNTIL(atomic_load(&ended) == 8);
}

static pid_t thread_id(void)
{
    return (pid_t)syscall(SYS_gettid);
}

TEST(main_starts_on_the_thread_whose_id_is_the_processs)
{
    CHECK_EQ(thread_id(), getpid());
    CHECK_EQ(go_id(), 1);
    CHECK_EQ(thread_id(), getpid());
}

TEST(locked_main_stays_on_the_thread_whose_id_is_the_processs)
{
    go_lock_os_thread();
    for (int i = 0; i < 100; i++) {
        CHECK_EQ(thread_id(), getpid());
        go_yield();
    }
    go_sleep(GO_MILLISECOND);
    CHECK_EQ(thread_id(), getpid());
    go_unlock_os_thread();
}

static void stay_on_one_thread(chan(int) c)
{
    go_lock_os_thread();
    pid_t mine = thread_id();
    for (int i = 0; i < 200; i++) {
        chan_recv(c);
        CHECK_EQ(thread_id(), mine);
        go_yield();
        CHECK_EQ(thread_id(), mine);
    }
    go_unlock_os_thread();
    atomic_fetch_add(&ended, 1);
}

TEST(locked_goroutine_stays_on_its_thread)
{
    go_maxprocs(4);
    chan(int) c = chan_make(int);
    for (int i = 0; i < 4; i++)
        go(stay_on_one_thread, c);
    for (int i = 0; i < 800; i++)
        chan_send(c, i);
    WAIT_UNTIL(atomic_load(&ended) == 4);
    chan_free(c);
}

static atomic_int locked_thread;
static atomic_bool release_locked;

static void hold_a_thread(void)
{
    go_lock_os_thread();
    go_lock_os_thread();
    go_unlock_os_thread();
    atomic_store(&locked_thread, thread_id());
    while (!atomic_load(&release_locked))
        go_yield();
    CHECK_EQ(atomic_load(&locked_thread), thread_id());
    atomic_fetch_add(&ended, 1);
}

static void avoid_the_locked_thread(void)
{
    for (int i = 0; i < 100; i++) {
        CHECK(thread_id() != atomic_load(&locked_thread));
        go_yield();
    }
    atomic_fetch_add(&ended, 1);
}

TEST(no_other_goroutine_runs_on_a_locked_thread_until_the_last_unlock)
{
    go_maxprocs(2);
    go(hold_a_thread);
    WAIT_UNTIL(atomic_load(&locked_thread) != 0);
    for (int i = 0; i < 20; i++)
        go(avoid_the_locked_thread);
    WAIT_UNTIL(atomic_load(&ended) == 20);
    atomic_store(&release_locked, true);
    WAIT_UNTIL(atomic_load(&ended) == 21);
}

static _Thread_local int tainted;

static void taint_and_exit_locked(void)
{
    go_lock_os_thread();
    tainted = 1;
    atomic_fetch_add(&ended, 1);
}

static void expect_clean_thread(void)
{
    CHECK_EQ(tainted, 0);
    atomic_fetch_add(&ended, 1);
}

TEST(thread_of_a_goroutine_that_ends_locked_is_never_used_again)
{
    for (int i = 0; i < 20; i++) {
        go(taint_and_exit_locked);
        WAIT_UNTIL(atomic_load(&ended) == i + 1);
    }
    WAIT_UNTIL(go_num_goroutine() == 1);
    for (int i = 0; i < 200; i++)
        go(expect_clean_thread);
    WAIT_UNTIL(atomic_load(&ended) == 220);
}

static void lock_and_unlock(void)
{
    go_lock_os_thread();
    go_yield();
    go_unlock_os_thread();
}

TEST(main_may_lock_itself_to_its_thread)
{
    for (int i = 0; i < 20; i++) {
        lock_and_unlock();
        go(lock_and_unlock);
    }
    WAIT_UNTIL(go_num_goroutine() == 1);
}
