// SPDX-License-Identifier: MIT
// GOFER_DEBUG=migrate=1, the torture that finds what belongs to the thread and was kept across a park: a goroutine goes
// on on another thread after every park, also on one processor, unless it is locked to its thread. The key is read
// when the runtime starts, so each test sets it first.
#include "support/test.h"

#include <sys/syscall.h>
#include <unistd.h>

static int thread_id(void)
{
    return (int)syscall(SYS_gettid);
}

static void start_with_migration(void)
{
    test_add_debug("migrate=1");
    go_maxprocs(1);
}

TEST(goroutine_that_yields_goes_on_on_another_thread)
{
    start_with_migration();
    for (int i = 0; i < 100; i++) {
        int before = thread_id();
        go_yield();
        CHECK(thread_id() != before);
    }
}

static void answer(chan(int) question, chan(int) answers)
{
    chan_range(q, question)
        chan_send(answers, q);
}

TEST(goroutine_that_parks_goes_on_on_another_thread)
{
    start_with_migration();
    chan(int) question = chan_make(int), answers = chan_make(int);
    go(answer, question, answers);
    // Either the send or the receive must wait: when nobody was held up by the system, exactly one does.
    int moves = 0;
    for (int i = 0; i < 100; i++) {
        int before = thread_id();
        chan_send(question, i);
        CHECK_EQ(chan_recv(answers), i);
        moves += thread_id() != before;
    }
    CHECK(moves > 50);
}

TEST(sleeper_goes_on_on_another_thread)
{
    start_with_migration();
    for (int i = 0; i < 20; i++) {
        int before = thread_id();
        go_sleep(GO_MICROSECOND);
        CHECK(thread_id() != before);
    }
}

TEST(locked_goroutine_stays_on_its_thread_nevertheless)
{
    start_with_migration();
    go_lock_os_thread();
    int before = thread_id();
    for (int i = 0; i < 20; i++) {
        go_yield();
        CHECK_EQ(thread_id(), before);
    }
    go_unlock_os_thread();
    go_yield();
    CHECK(thread_id() != before);
}

TEST(errno_moves_with_the_goroutine)
{
    start_with_migration();
    for (int i = 1; i < 100; i++) {
        errno = i;
        go_yield();
        CHECK_EQ(errno, i);
    }
}

static void add_up(_Atomic(int) *sum, int turns)
{
    for (int i = 0; i < turns; i++) {
        atomic_fetch_add(sum, 1);
        go_yield();
    }
}

TEST(goroutines_move_on_several_processors_while_their_number_changes)
{
    start_with_migration();
    _Atomic(int) sum = 0;
    for (int i = 0; i < 20; i++)
        go(add_up, &sum, 100);
    for (int i = 0; i < 40; i++)
        go_maxprocs(1 + i % 4);
    WAIT_UNTIL(atomic_load(&sum) == 2000 && go_num_goroutine() == 1);
}
