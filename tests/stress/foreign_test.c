// SPDX-License-Identifier: MIT
// Threads that gofer did not make in the midst of goroutines: channels, selects, mutexes and wait groups are
// shared by both kinds, threads come and go, and the freeing loops run with a thread on one side.
#include "support/test.h"

#include <pthread.h>

enum { THREADS = 4, GOROUTINES = 4 };

struct mixed {
    chan(int) c, d;
    chan(go_unit) quit;
    go_mutex mutex;
    go_waitgroup group;
    int rounds;
    long plain;
    atomic_long received;
    atomic_int next;
};

static void send_and_lock(void *arg)
{
    struct mixed *m = arg;
    for (int i = 1; i <= m->rounds; i++) {
        go_select {
            case_send(m->c, i) {}
            case_send(m->d, i) {}
        }
        go_mutex_lock(&m->mutex);
        m->plain++;
        go_mutex_unlock(&m->mutex);
    }
    go_waitgroup_done(&m->group);
}

static void receive_until_quit(void *arg)
{
    struct mixed *m = arg;
    for (bool open = true; open;) {
        int v = 0;
        go_select {
            case_recv(m->c, &v) {}
            case_recv(m->d, &v) {}
            case_recv(m->quit) {
                open = false;
            }
        }
        atomic_fetch_add(&m->received, v);
    }
}

static void run_mixed(int processors)
{
    struct mixed m = {.c = chan_make(int),
                      .d = chan_make(int),
                      .quit = chan_make(go_unit),
                      .rounds = (int)test_rounds(2000)};
    test_thread *senders[THREADS], *receivers[THREADS];
    go_waitgroup done = {0};
    go_maxprocs(processors);
    go_waitgroup_add(&m.group, THREADS + GOROUTINES);
    for (int i = 0; i < THREADS; i++) {
        senders[i] = test_thread_start(send_and_lock, &m);
        receivers[i] = test_thread_start(receive_until_quit, &m);
    }
    for (int i = 0; i < GOROUTINES; i++) {
        go(send_and_lock, &m);
        go_waitgroup_go(&done, receive_until_quit, &m);
    }
    go_waitgroup_wait(&m.group);
    chan_close(m.quit);
    go_waitgroup_wait(&done);
    for (int i = 0; i < THREADS; i++) {
        test_thread_join(senders[i]);
        test_thread_join(receivers[i]);
    }
    long n = m.rounds;
    CHECK_EQ(m.plain, (THREADS + GOROUTINES) * n);
    CHECK_EQ(atomic_load(&m.received), (THREADS + GOROUTINES) * n * (n + 1) / 2);
    chan_free(m.c);
    chan_free(m.d);
    chan_free(m.quit);
}

TEST_LONG(threads_and_goroutines_share_everything, 120)
{
    run_mixed(1);
    run_mixed(2);
    run_mixed(8);
}

static void send_on_each(void *arg)
{
    chan(chan(int)) channels = arg;
    chan_range(c, channels)
        chan_send(c, 3);
}

TEST_LONG(channels_of_a_sending_thread_are_freed_by_the_receiver, 300)
{
    size_t rounds = test_rounds(100000);
    chan(chan(int)) channels = chan_make(chan(int));
    test_thread *t = test_thread_start(send_on_each, channels);
    for (size_t i = 0; i < rounds; i++) {
        chan(int) c = chan_make(int, (int)(i % 2));
        chan_send(channels, c);
        CHECK_EQ(chan_recv(c), 3);
        chan_free(c);
    }
    chan_close(channels);
    test_thread_join(t);
    chan_free(channels);
}

static void answer_groups(chan(go_waitgroup *) groups)
{
    chan_range(wg, groups)
        go_waitgroup_done(wg);
}

static void wait_on_own_stack(chan(go_waitgroup *) groups)
{
    go_waitgroup wg = {0};
    go_waitgroup_add(&wg, 1);
    chan_send(groups, &wg);
    go_waitgroup_wait(&wg);
    memset(&wg, 0xa5, sizeof wg);
}

static void wait_often(void *arg)
{
    size_t rounds = test_rounds(100000);
    for (size_t i = 0; i < rounds; i++)
        wait_on_own_stack(arg);
}

TEST_LONG(waitgroups_on_a_threads_stack_go_away_while_done_returns, 300)
{
    chan(go_waitgroup *) groups = chan_make(go_waitgroup *);
    go(answer_groups, groups);
    test_thread *t = test_thread_start(wait_often, groups);
    wait_often(groups);
    test_thread_join(t);
    chan_close(groups);
    WAIT_UNTIL(go_num_goroutine() == 1);
    chan_free(groups);
}

static void one_exchange(void *arg)
{
    struct mixed *m = arg;
    chan_send(m->c, chan_recv(m->d) + 1);
}

TEST_LONG(threads_come_and_go, 120)
{
    struct mixed m = {.c = chan_make(int), .d = chan_make(int, 1)};
    for (int i = 0; i < (int)test_rounds(3000); i++) {
        test_thread *a = test_thread_start(one_exchange, &m);
        chan_send(m.d, i);
        CHECK_EQ(chan_recv(m.c), i + 1);
        test_thread_join(a);
    }
    chan_free(m.c);
    chan_free(m.d);
}
