// SPDX-License-Identifier: MIT
// The global deadlock: reported when every goroutine waits, with all goroutines, their states and where they
// were created; and silent when a timer, a sleeper, a thread or a running goroutine may still do something.
#include "support/test.h"

#include <pthread.h>
#include <unistd.h>

#define DEADLOCK "fatal error: all goroutines are asleep - deadlock!\n"

static void receive_alone(void)
{
    chan(int) c = chan_make(int);
    chan_recv(c);
}

TEST(main_alone_waiting_is_a_deadlock)
{
    struct outcome o = EXPECT_FATAL(receive_alone, DEADLOCK);
    CHECK_MATCH(o.err, "^fatal error: all goroutines are asleep - deadlock!\n\n"
                       "goroutine 1 \\[chan receive\\]:\n");
}

TEST(report_names_function_file_and_line)
{
    struct outcome o = EXPECT_FATAL(receive_alone, DEADLOCK);
    CHECK_CONTAINS(o.err, "receive_alone");
    CHECK_MATCH(o.err, "deadlock_test\\.c:[0-9]+");
}

static void send_alone(void)
{
    chan(int) c = chan_make(int);
    chan_send(c, 1);
}

TEST(waiting_sender_is_shown_as_chan_send)
{
    EXPECT_FATAL(send_alone, "goroutine 1 [chan send]:\n");
}

static void lock_twice(void)
{
    go_mutex m = {0};
    go_mutex_lock(&m);
    go_mutex_lock(&m);
}

TEST(waiting_for_a_mutex_is_shown_as_in_go)
{
    struct outcome o = EXPECT_FATAL(lock_twice, DEADLOCK);
    CHECK_CONTAINS(o.err, "goroutine 1 [sync.Mutex.Lock]:\n");
}

static void wait_for_nobody(void)
{
    go_waitgroup wg = {0};
    go_waitgroup_add(&wg, 1);
    go_waitgroup_wait(&wg);
}

TEST(waiting_for_a_waitgroup_is_shown_as_in_go)
{
    struct outcome o = EXPECT_FATAL(wait_for_nobody, DEADLOCK);
    CHECK_CONTAINS(o.err, "goroutine 1 [sync.WaitGroup.Wait]:\n");
}

static void child_waits(chan(int) c)
{
    chan_send(c, 1);
}

static void creator(chan(int) c)
{
    go(child_waits, c);
}

static void several_wait(void)
{
    chan(int) a = chan_make(int), b = chan_make(int);
    creator(a);
    creator(a);
    chan_recv(b);
}

TEST(report_shows_every_goroutine_and_who_created_it)
{
    struct outcome o = EXPECT_FATAL(several_wait, DEADLOCK);
    CHECK_CONTAINS(o.err, "goroutine 1 [chan receive]:\n");
    CHECK_MATCH(o.err, "goroutine [0-9]+ \\[chan send\\]:\n.*child_waits.*"
                       "created by creator in goroutine 1\n.*"
                       "goroutine [0-9]+ \\[chan send\\]:\n.*child_waits.*"
                       "created by creator in goroutine 1\n");
}

TEST(goroutines_of_the_runtime_are_hidden)
{
    struct outcome o = EXPECT_FATAL(several_wait, DEADLOCK);
    int shown = 0;
    for (const char *p = o.err; (p = strstr(p, "goroutine ")); p++)
        shown += p == o.err || p[-1] == '\n';
    CHECK_EQ(shown, 3);
}

TEST(deadlock_is_found_with_any_number_of_processors)
{
    static const char *processors[] = {"1", "2", "8"};
    for (int i = 0; i < 3; i++) {
        test_setenv("GOFER_MAXPROCS", processors[i]);
        for (int round = 0; round < 10; round++)
            EXPECT_FATAL(several_wait, DEADLOCK);
    }
}

static void sleep_and_send(chan(int) c)
{
    go_sleep(30 * GO_MILLISECOND);
    chan_send(c, 1);
}

TEST(sleeper_is_no_deadlock)
{
    chan(int) c = chan_make(int);
    go(sleep_and_send, c);
    CHECK_EQ(chan_recv(c), 1);
    chan_free(c);
}

TEST(pending_timer_is_no_deadlock)
{
    recv_chan(go_time) c = go_after(30 * GO_MILLISECOND);
    chan_recv(c);
    chan_free(c);
}

static void freed_timer_is_none(void)
{
    recv_chan(go_time) c = go_after(GO_HOUR);
    chan_free(c);
    receive_alone();
}

TEST(freed_timer_hides_no_deadlock)
{
    EXPECT_FATAL(freed_timer_is_none, DEADLOCK);
}

static void send_after_a_while(void *arg)
{
    chan(int) c = arg;
    usleep(30000);
    chan_send(c, 1);
}

TEST(foreign_thread_is_no_deadlock)
{
    chan(int) c = chan_make(int);
    test_thread *t = test_thread_start(send_after_a_while, c);
    CHECK_EQ(chan_recv(c), 1);
    test_thread_join(t);
    chan_free(c);
}

static void block_in_the_kernel(chan(int) c)
{
    usleep(30000);
    chan_send(c, 1);
}

TEST(unmarked_blocking_call_is_no_deadlock)
{
    chan(int) c = chan_make(int);
    go(block_in_the_kernel, c);
    CHECK_EQ(chan_recv(c), 1);
    chan_free(c);
}

static void block_in_a_marked_region(chan(int) c)
{
    go_blocking(usleep, 30000);
    chan_send(c, 1);
}

TEST(marked_blocking_call_is_no_deadlock)
{
    chan(int) c = chan_make(int);
    go(block_in_a_marked_region, c);
    CHECK_EQ(chan_recv(c), 1);
    chan_free(c);
}

static void wait_locked(chan(int) c)
{
    go_lock_os_thread();
    chan_recv(c);
}

static void locked_goroutines_wait(void)
{
    chan(int) c = chan_make(int);
    go(wait_locked, c);
    wait_locked(c);
}

TEST(goroutines_locked_to_threads_do_not_hide_a_deadlock)
{
    EXPECT_FATAL(locked_goroutines_wait, DEADLOCK);
}

static atomic_bool stop;

static void keep_running(void)
{
    while (!atomic_load(&stop))
        go_yield();
}

static void wait_for_ever(void)
{
    chan_recv((chan(int))NULL);
}

TEST(partial_deadlock_is_silent)
{
    for (int i = 0; i < 10; i++)
        go(wait_for_ever);
    go(keep_running);
    go_sleep(20 * GO_MILLISECOND);
    CHECK_EQ(go_num_goroutine(), 12);
    atomic_store(&stop, true);
}

static void say(const char *what)
{
    printf("%s\n", what);
    fflush(stdout);
}

static void deadlock_in_a_try(void)
{
    go_try {
        defer(say, "deferred");
        receive_alone();
    }
    go_catch(p) {
        printf("caught %s\n", p->message);
    }
}

TEST(deadlock_is_caught_by_nothing_and_runs_no_deferred_call)
{
    struct outcome o = EXPECT_FATAL(deadlock_in_a_try, DEADLOCK);
    CHECK_STR(o.out, "");
}

static void worked_before(chan(int) c)
{
    for (int i = 0; i < 1000; i++)
        chan_send(c, i);
}

static void deadlock_after_work(void)
{
    chan(int) c = chan_make(int);
    go(worked_before, c);
    go_sleep(2 * GO_MILLISECOND);
    for (int i = 0; i < 1000; i++)
        chan_recv(c);
    go_select {
        case_recv(c) {}
        case_timeout(2 * GO_MILLISECOND) {}
    }
    chan_recv(c);
}

TEST(deadlock_after_timers_and_work_is_found)
{
    EXPECT_FATAL(deadlock_after_work, DEADLOCK);
}
