// SPDX-License-Identifier: MIT
// Waiting for states, and foreign threads. A test that needs to know that a goroutine has parked has no
// call to ask: it leaves one processor and yields so often that every runnable goroutine has had its turns,
// which holds whatever the order of the run queues and however often somebody was preempted. Everything
// else is waited for by looking at it between two yields.
#include "support/test.h"

#include <pthread.h>
#include <time.h>

enum { SECONDS_TO_HANG = 25, TURNS_TO_SETTLE = 200 };

static int64_t monotonic(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * GO_SECOND + t.tv_nsec;
}

struct deadline test_deadline(void)
{
    return (struct deadline){monotonic() + SECONDS_TO_HANG * test_slowdown() * GO_SECOND, 0};
}

// Looks at the clock now and then only, and leaves the machine to other threads after a while: what is
// waited for may be up to one of them.
bool test_wait_more(struct deadline *d)
{
    go_yield();
    if (++d->turns % 64 != 0)
        return true;
    if (d->turns % 1024 == 0)
        go_sleep(50 * GO_MICROSECOND);
    return monotonic() < d->at;
}

void test_one_processor(void)
{
    go_maxprocs(1);
}

void test_settle(void)
{
    for (int i = 0; i < TURNS_TO_SETTLE; i++)
        go_yield();
}

struct test_thread {
    pthread_t id;
    void (*f)(void *arg);
    void *arg;
};

static void *thread_main(void *arg)
{
    struct test_thread *t = arg;
    t->f(t->arg);
    return NULL;
}

test_thread *test_thread_start(void (*f)(void *arg), void *arg)
{
    struct test_thread *t = calloc(1, sizeof *t);
    *t = (struct test_thread){.f = f, .arg = arg};
    if (pthread_create(&t->id, NULL, thread_main, t) != 0)
        FAIL("cannot create a thread");
    return t;
}

void test_thread_join(test_thread *t)
{
    go_blocking_begin();
    pthread_join(t->id, NULL);
    go_blocking_end();
    free(t);
}
