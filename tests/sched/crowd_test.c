// SPDX-License-Identifier: MIT
// Whether processors that only get in each other's way are told to rest (sched/crowd.c), also where no goroutine ever pauses:
// two of them change one word all the time, with a time slice that does not end, and a thread that gofer does not know
// watches until one of the two processors is idle.
#include "sched/view.h"
#include "support/test.h"

#include <gofer/x/lfstack.h>
#include <pthread.h>
#include <unistd.h>

static go_lfstack stack;
static atomic_int restless;
static atomic_bool seen;

static void be_restless(void)
{
    void *value;
    atomic_fetch_add(&restless, 1);
    while (!atomic_load(&seen)) {
        for (int i = 0; i < 3; i++)
            go_lfstack_push(&stack, &stack);
        for (int i = 0; i < 3; i++)
            CHECK(go_lfstack_pop(&stack, &value) && value == &stack);
    }
}

static void *watch_for_rest(void *arg)
{
    (void)arg;
    while (atomic_load(&restless) < 2 || gf_load_relaxed(&gf_sched.idle_p_count) == 0)
        usleep(50);
    atomic_store(&seen, true);
    return NULL;
}

static void check_that_one_rests(const char *debug)
{
    pthread_t watcher;
    go_waitgroup wg = {0};
    test_setenv("GOFER_DEBUG", debug);
    test_setenv("GOFER_MAXPROCS", "2");
    go_waitgroup_go(&wg, be_restless);
    CHECK(pthread_create(&watcher, NULL, watch_for_rest, NULL) == 0);
    be_restless();
    go_waitgroup_wait(&wg);
    pthread_join(watcher, NULL);
    CHECK(!go_lfstack_pop(&stack, NULL));
}

TEST(goroutines_that_never_pause_rest_while_it_is_tried_out)
{
    check_that_one_rests("crowd=2,preempt=60000000");
}

TEST(goroutines_that_never_pause_and_clash_over_a_word_are_tried)
{
    if (sysconf(_SC_NPROCESSORS_ONLN) < 2 || test_under_tsan() || test_under_asan())
        test_skip("nothing to clash with, or too slow to be tried");
    check_that_one_rests("preempt=60000000");
}
