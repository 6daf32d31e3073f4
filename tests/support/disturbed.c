// SPDX-License-Identifier: MIT
// Users of a structure under disturbance. Changing the number of processors moves goroutines between run queues, and so
// makes others steal them; short time slices preempt them wherever they are.
#include "support/disturbed.h"

#include "support/test.h"

enum { MOST_PROCESSORS = 8 };

static atomic_bool stop;

void test_short_slices(void)
{
    test_add_debug("preempt=100");
}

uint32_t test_random(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525 + 1013904223;
    return (*seed >> 8) % below;
}

static void change_processors(go_waitgroup *wg)
{
    for (int i = 0; !atomic_load(&stop); i++) {
        go_maxprocs(1 + i % MOST_PROCESSORS);
        go_sleep(GO_MILLISECOND);
    }
    go_waitgroup_done(wg);
}

struct work {
    void (*f)(long me, long rounds);
    long me, rounds;
};

static void work_in_thread(void *arg)
{
    const struct work *w = arg;
    w->f(w->me, w->rounds);
}

void test_run_disturbed(void (*f)(long me, long rounds), long n, long rounds)
{
    go_waitgroup users = {0}, others = {0};
    struct work works[TEST_THREADS];
    test_thread *threads[TEST_THREADS];
    atomic_store(&stop, false);
    go_waitgroup_add(&others, 1);
    go(change_processors, &others);
    for (int i = 0; i < TEST_THREADS; i++) {
        works[i] = (struct work){f, n + i, rounds};
        threads[i] = test_thread_start(work_in_thread, &works[i]);
    }
    for (long i = 0; i < n; i++)
        go_waitgroup_go(&users, f, i, rounds);
    go_waitgroup_wait(&users);
    for (int i = 0; i < TEST_THREADS; i++)
        test_thread_join(threads[i]);
    atomic_store(&stop, true);
    go_waitgroup_wait(&others);
}
