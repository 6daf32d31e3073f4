// SPDX-License-Identifier: MIT
// Waiting for states, and foreign threads. A test that needs to know that a goroutine has parked leaves one
// processor and yields so often that every runnable goroutine has had its turns; one whose thread the
// machine held up in the middle of its turn has lost its processor and is waited for by its state. Everything
// else is waited for by looking at it between two yields.
#include "support/test.h"

#include "sched/view.h"

#include <pthread.h>
#include <sched.h>
#include <time.h>

enum { SECONDS_TO_HANG = 25, TURNS_TO_SETTLE = 200 };
#define TIME_TO_SETTLE                                                                             \
    (200 * GO_MILLISECOND) // for those that never park: they keep what is asked for waiting

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

static bool another_can_run(void)
{
    for (uint32_t i = 0; i < gf_view_g_count(); i++) {
        const struct g *g = gf_view_g(i);
        struct gf_view v;
        if (g != gf_view_current() && gf_view_read(g, &v) && !v.foreign &&
            (strcmp(v.state, "runnable") == 0 || strcmp(v.state, "running") == 0))
            return true;
    }
    return false;
}

void test_settle(void)
{
    for (int i = 0; i < TURNS_TO_SETTLE; i++)
        go_yield();
    int64_t end = monotonic() + TIME_TO_SETTLE * test_slowdown();
    while (another_can_run() && monotonic() < end) {
        sched_yield();
        go_yield();
    }
}

int test_count_waiters(const void *object, size_t size)
{
    int count = 0;
    for (uint32_t i = 0; i < gf_view_g_count(); i++) {
        struct gf_view v;
        count += gf_view_read(gf_view_g(i), &v) && (uintptr_t)v.object - (uintptr_t)object < size;
    }
    return count;
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

void test_open_poller(void)
{
    int fds[2];
    CHECK_EQ(go_pipe(fds), 0);
    CHECK_EQ(go_fd_wait(fds[0], POLLIN, GO_MILLISECOND), -ETIMEDOUT);
    go_close(fds[0]);
    go_close(fds[1]);
}
