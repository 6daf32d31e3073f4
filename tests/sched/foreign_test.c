// SPDX-License-Identifier: MIT
// Threads that gofer did not make: they use every call and block as threads. Channels in both directions,
// select, mutexes, wait groups, sleeping, panics with a try, starting goroutines, and starting the runtime.
#include "support/test.h"

#include <pthread.h>
#include <signal.h>

static atomic_int counter;

static void produce(void *arg)
{
    chan(int) c = arg;
    for (int i = 1; i <= 1000; i++)
        chan_send(c, i);
    chan_close(c);
}

TEST(foreign_thread_sends_to_a_goroutine)
{
    chan(int) c = chan_make(int);
    test_thread *t = test_thread_start(produce, c);
    int sum = 0;
    chan_range(v, c)
        sum += v;
    CHECK_EQ(sum, 500500);
    test_thread_join(t);
    chan_free(c);
}

static void consume(void *arg)
{
    chan(int) c = arg;
    chan_range(v, c)
        atomic_fetch_add(&counter, v);
}

TEST(foreign_thread_receives_from_a_goroutine)
{
    chan(int) c = chan_make(int, 4);
    test_thread *t = test_thread_start(consume, c);
    produce(c);
    test_thread_join(t);
    CHECK_EQ(atomic_load(&counter), 500500);
    chan_free(c);
}

TEST(foreign_threads_use_channels_among_themselves)
{
    chan(int) c = chan_make(int);
    test_thread *consumer = test_thread_start(consume, c),
                *producer = test_thread_start(produce, c);
    test_thread_join(producer);
    test_thread_join(consumer);
    CHECK_EQ(atomic_load(&counter), 500500);
    chan_free(c);
}

struct select_channels {
    chan(int) a, b;
};

static void select_in_a_thread(void *arg)
{
    struct select_channels *s = arg;
    for (int i = 0; i < 500; i++) {
        int v = 0;
        go_select {
            case_recv(s->a, &v) {}
            case_recv(s->b, &v) {}
            case_timeout(GO_HOUR) {}
        }
        atomic_fetch_add(&counter, v);
    }
}

TEST(foreign_thread_selects)
{
    struct select_channels s = {chan_make(int), chan_make(int, 1)};
    test_thread *t = test_thread_start(select_in_a_thread, &s);
    for (int i = 0; i < 250; i++) {
        chan_send(s.a, 1);
        chan_send(s.b, 2);
    }
    test_thread_join(t);
    CHECK_EQ(atomic_load(&counter), 750);
    chan_free(s.a);
    chan_free(s.b);
}

struct locked {
    go_mutex mutex;
    go_waitgroup group;
    long plain;
};

static void add_under_lock(void *arg)
{
    struct locked *l = arg;
    for (int i = 0; i < 2000; i++) {
        go_mutex_lock(&l->mutex);
        l->plain++;
        go_mutex_unlock(&l->mutex);
    }
    go_waitgroup_done(&l->group);
}

TEST(foreign_threads_and_goroutines_share_a_mutex_and_a_waitgroup)
{
    struct locked l = {.plain = 0};
    test_thread *t[3];
    go_waitgroup_add(&l.group, 6);
    for (int i = 0; i < 3; i++) {
        t[i] = test_thread_start(add_under_lock, &l);
        go(add_under_lock, &l);
    }
    go_waitgroup_wait(&l.group);
    CHECK_EQ(l.plain, 12000);
    for (int i = 0; i < 3; i++)
        test_thread_join(t[i]);
}

static void wait_for_group(void *arg)
{
    struct locked *l = arg;
    go_waitgroup_wait(&l->group);
    CHECK_EQ(l->plain, 2000);
    atomic_fetch_add(&counter, 1);
}

TEST(foreign_thread_waits_for_a_waitgroup)
{
    struct locked l = {.plain = 0};
    go_waitgroup_add(&l.group, 1);
    test_thread *t = test_thread_start(wait_for_group, &l);
    go(add_under_lock, &l);
    test_thread_join(t);
    CHECK_EQ(atomic_load(&counter), 1);
}

static void sleep_and_count(void *arg)
{
    go_duration d = *(go_duration *)arg;
    go_time start = go_now();
    go_sleep(d);
    CHECK(go_since(start) >= d);
    go_yield();
    atomic_fetch_add(&counter, 1);
}

TEST(foreign_thread_sleeps_and_yields)
{
    go_duration d = 5 * GO_MILLISECOND;
    test_thread_join(test_thread_start(sleep_and_count, &d));
    CHECK_EQ(atomic_load(&counter), 1);
}

static void count(int by)
{
    atomic_fetch_add(&counter, by);
}

static void catch_in_a_thread(void *arg)
{
    (void)arg;
    go_try {
        defer(count, 1);
        go_panic("in a thread");
    }
    go_catch(p) {
        CHECK_STR(p->message, "in a thread");
        count(10);
    }
    EXPECT_RUNTIME_PANIC("close of nil channel", chan_close((chan(int))NULL));
}

TEST(foreign_thread_defers_panics_and_catches)
{
    go_yield();
    test_thread_join(test_thread_start(catch_in_a_thread, NULL));
    CHECK_EQ(atomic_load(&counter), 11);
}

static void exit_in_a_thread(void *arg)
{
    (void)arg;
    defer(count, 1);
    go_exit();
}

TEST(exit_of_a_foreign_thread_runs_its_deferred_calls_and_ends_the_thread)
{
    go_yield();
    test_thread_join(test_thread_start(exit_in_a_thread, NULL));
    CHECK_EQ(atomic_load(&counter), 1);
}

static void start_goroutines(void *arg)
{
    (void)arg;
    for (int i = 0; i < 100; i++)
        go(count, 1);
}

TEST(foreign_thread_starts_goroutines)
{
    go_yield();
    test_thread_join(test_thread_start(start_goroutines, NULL));
    WAIT_UNTIL(atomic_load(&counter) == 100);
}

TEST(foreign_threads_are_not_counted_as_goroutines)
{
    chan(int) c = chan_make(int);
    test_thread *t = test_thread_start(consume, c);
    CHECK_EQ(go_num_goroutine(), 1);
    chan_close(c);
    test_thread_join(t);
    chan_free(c);
}

static void store_id(void *arg)
{
    *(uint64_t *)arg = go_id();
}

TEST(foreign_threads_have_ids_of_their_own)
{
    uint64_t a = 0, b = 0;
    go_yield();
    test_thread_join(test_thread_start(store_id, &a));
    test_thread_join(test_thread_start(store_id, &b));
    CHECK(a != 1 && b != 1 && a != b);
}

static void panic_in_a_thread(void *arg)
{
    (void)arg;
    go_panic("uncaught in a thread");
}

static void run_panicking_thread(void)
{
    go_yield();
    test_thread_join(test_thread_start(panic_in_a_thread, NULL));
}

TEST(uncaught_panic_of_a_foreign_thread_ends_the_process)
{
    struct outcome o = EXPECT_FATAL(run_panicking_thread, "panic: uncaught in a thread\n");
    CHECK_CONTAINS(o.err, "[running]:");
}

static void *start_the_runtime(void *arg)
{
    chan(int) c = chan_make(int, 1);
    chan_send(c, 1);
    *(uint64_t *)arg = go_id();
    chan_free(c);
    return NULL;
}

TEST(runtime_may_be_started_by_a_foreign_thread)
{
    uint64_t id = 0;
    pthread_t t;
    CHECK(pthread_create(&t, NULL, start_the_runtime, &id) == 0);
    pthread_join(t, NULL);
    CHECK(id != 1);
    CHECK_EQ(go_id(), 1);
    go(count, 1);
    WAIT_UNTIL(atomic_load(&counter) == 1);
}

static void *start_at_once(void *arg)
{
    pthread_barrier_wait(arg);
    go(count, 1);
    return NULL;
}

TEST(runtime_may_be_started_by_several_threads_at_once)
{
    enum { THREADS = 8 };
    pthread_t t[THREADS];
    pthread_barrier_t barrier;
    pthread_barrier_init(&barrier, NULL, THREADS);
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&t[i], NULL, start_at_once, &barrier) == 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(t[i], NULL);
    WAIT_UNTIL(atomic_load(&counter) == THREADS);
    CHECK_EQ(go_id(), 1);
}

static stack_t former_stack;
static char own_stack[1 << 16];

static void check_and_restore(void *value)
{
    stack_t now;
    (void)value;
    CHECK(sigaltstack(NULL, &now) == 0);
    CHECK(now.ss_sp == own_stack);
    CHECK(sigaltstack(&former_stack, NULL) == 0);
    count(1);
}

static void bring_a_signal_stack(void *last)
{
    stack_t stack = {.ss_sp = own_stack, .ss_size = sizeof own_stack};
    CHECK(sigaltstack(&stack, &former_stack) == 0);
    go_yield();
    CHECK(pthread_setspecific(*(pthread_key_t *)last, own_stack) == 0);
}

// Gofer's end of the thread has come before the key's, which is younger: destructors are called in that order. (A sanitizer
// gives each thread a signal stack, and frees what it finds in the end; so it needs to be given back.)
TEST(foreign_thread_keeps_the_signal_stack_that_it_brought)
{
    pthread_key_t last;
    go_yield();
    CHECK(pthread_key_create(&last, check_and_restore) == 0);
    test_thread_join(test_thread_start(bring_a_signal_stack, &last));
    CHECK_EQ(atomic_load(&counter), 1);
}

static void one_call(void *arg)
{
    chan_send((chan(int))arg, 1);
}

TEST(threads_may_come_and_go)
{
    chan(int) c = chan_make(int);
    for (size_t i = 0; i < test_rounds(500); i++) {
        test_thread *t = test_thread_start(one_call, c);
        CHECK_EQ(chan_recv(c), 1);
        test_thread_join(t);
    }
    chan_free(c);
}
