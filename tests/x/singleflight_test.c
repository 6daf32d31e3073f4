// SPDX-License-Identifier: MIT
// go_singleflight: one run for all who ask at the same time, results, errors, panics and exits for every caller, channels,
// and forgetting. Runs are held up by a channel until all who are to join have been seen to wait.
#include "support/test.h"

#include <errno.h>
#include <gofer/x/singleflight.h>

static go_singleflight group;
static atomic_int runs, ended, shared_count;

static int answer(void **result, int n)
{
    static int answers[] = {0, 1, 2, 3, 4};
    atomic_fetch_add(&runs, 1);
    *result = &answers[n];
    return 0;
}

TEST(function_runs_and_its_result_is_returned)
{
    void *v = NULL;
    bool shared = true;
    CHECK_EQ(go_singleflight_do(&group, "k", &v, &shared, answer, 3), 0);
    CHECK_EQ(*(int *)v, 3);
    CHECK(!shared);
    CHECK_EQ(go_singleflight_do(&group, "k", NULL, NULL, answer, 4), 0);
    CHECK_EQ(atomic_load(&runs), 2);
    go_singleflight_free(&group);
}

static int fail(void **result)
{
    *result = &runs;
    return -EIO;
}

TEST(error_is_returned_and_leaves_the_result)
{
    void *v = &group;
    CHECK_EQ(go_singleflight_do(&group, "k", &v, NULL, fail), -EIO);
    CHECK(v == &group);
    go_singleflight_free(&group);
}

static int wait_and_answer(void **result, recv_chan(go_unit) go_on)
{
    chan_recv(go_on);
    return answer(result, 1);
}

static void ask(recv_chan(go_unit) go_on)
{
    void *v;
    bool shared;
    CHECK_EQ(go_singleflight_do(&group, "k", &v, &shared, wait_and_answer, go_on), 0);
    CHECK_EQ(*(int *)v, 1);
    atomic_fetch_add(&shared_count, shared);
    atomic_fetch_add(&ended, 1);
}

TEST(callers_at_the_same_time_share_one_run)
{
    test_one_processor();
    chan(go_unit) go_on = chan_make(go_unit);
    for (int i = 0; i < 5; i++)
        go(ask, go_on);
    test_settle();
    CHECK_EQ(atomic_load(&ended), 0);
    chan_close(go_on);
    WAIT_UNTIL(atomic_load(&ended) == 5);
    CHECK_EQ(atomic_load(&runs), 1);
    CHECK_EQ(atomic_load(&shared_count), 5);
    chan_free(go_on);
    go_singleflight_free(&group);
}

static void ask_otherwise(const char *key)
{
    CHECK_EQ(go_singleflight_do(&group, key, NULL, NULL, answer, 2), 0);
}

TEST(other_keys_do_not_wait)
{
    test_one_processor();
    chan(go_unit) go_on = chan_make(go_unit);
    go(ask, go_on);
    test_settle();
    ask_otherwise("other");
    CHECK_EQ(atomic_load(&runs), 1);
    chan_close(go_on);
    WAIT_UNTIL(atomic_load(&ended) == 1);
    CHECK_EQ(atomic_load(&shared_count), 0);
    chan_free(go_on);
    go_singleflight_free(&group);
}

TEST(forgotten_key_begins_a_generation_that_the_old_run_leaves_alone)
{
    test_one_processor();
    chan(go_unit) first = chan_make(go_unit), second = chan_make(go_unit);
    go(ask, first);
    test_settle();
    go_singleflight_forget(&group, "k");
    go(ask, second);
    test_settle();
    chan_close(first);
    WAIT_UNTIL(atomic_load(&ended) == 1);
    // The second run is there still: who comes now joins it.
    go(ask, first);
    test_settle();
    CHECK_EQ(atomic_load(&ended), 1);
    chan_close(second);
    WAIT_UNTIL(atomic_load(&ended) == 3);
    CHECK_EQ(atomic_load(&runs), 2);
    chan_free(first);
    chan_free(second);
    go_singleflight_free(&group);
}

static int wait_and_panic(void **result, recv_chan(go_unit) go_on)
{
    (void)result;
    chan_recv(go_on);
    go_panic("no answer");
}

static void ask_in_vain(recv_chan(go_unit) go_on)
{
    EXPECT_PANIC("no answer",
                 (void)go_singleflight_do(&group, "k", NULL, NULL, wait_and_panic, go_on));
    atomic_fetch_add(&ended, 1);
}

TEST(panic_reaches_every_caller)
{
    test_one_processor();
    chan(go_unit) go_on = chan_make(go_unit);
    for (int i = 0; i < 3; i++)
        go(ask_in_vain, go_on);
    test_settle();
    chan_close(go_on);
    WAIT_UNTIL(atomic_load(&ended) == 3);
    ask_otherwise("k");
    chan_free(go_on);
    go_singleflight_free(&group);
}

static int wait_and_exit(void **result, recv_chan(go_unit) go_on)
{
    (void)result;
    chan_recv(go_on);
    go_exit();
}

static void count_end(void)
{
    atomic_fetch_add(&ended, 1);
}

static void ask_and_be_ended(recv_chan(go_unit) go_on)
{
    defer(count_end);
    (void)go_singleflight_do(&group, "k", NULL, NULL, wait_and_exit, go_on);
    FAIL("go_exit did not end the caller");
}

TEST(exit_ends_every_caller)
{
    test_one_processor();
    chan(go_unit) go_on = chan_make(go_unit);
    for (int i = 0; i < 3; i++)
        go(ask_and_be_ended, go_on);
    test_settle();
    chan_close(go_on);
    WAIT_UNTIL(atomic_load(&ended) == 3);
    ask_otherwise("k");
    chan_free(go_on);
    go_singleflight_free(&group);
}

TEST(channels_get_the_result)
{
    test_one_processor();
    chan(go_unit) go_on = chan_make(go_unit);
    recv_chan(go_flight_result)
        a = go_singleflight_do_chan(&group, "k", wait_and_answer, (recv_chan(go_unit))go_on);
    recv_chan(go_flight_result)
        b = go_singleflight_do_chan(&group, "k", wait_and_answer, (recv_chan(go_unit))go_on);
    CHECK_EQ(chan_cap(a), 1);
    // Nobody need receive it.
    chan_free(go_singleflight_do_chan(&group, "k", wait_and_answer, (recv_chan(go_unit))go_on));
    chan_close(go_on);
    go_flight_result ra = chan_recv(a), rb = chan_recv(b);
    CHECK_EQ(ra.err, 0);
    CHECK_EQ(*(int *)ra.result, 1);
    CHECK(ra.shared && rb.shared);
    CHECK(ra.result == rb.result);
    CHECK_EQ(atomic_load(&runs), 1);
    chan_free(a);
    chan_free(b);
    chan_free(go_on);
    go_singleflight_free(&group);
}

TEST(single_channel_is_not_shared_and_gets_errors)
{
    recv_chan(go_flight_result) ch = go_singleflight_do_chan(&group, "k", fail);
    go_flight_result r = chan_recv(ch);
    CHECK_EQ(r.err, -EIO);
    CHECK(!r.result); // though the function left something there
    CHECK(!r.shared);
    chan_free(ch);
    go_singleflight_free(&group);
}

TEST(channel_is_told_of_an_exit)
{
    chan(go_unit) go_on = chan_make(go_unit);
    recv_chan(go_flight_result)
        ch = go_singleflight_do_chan(&group, "k", wait_and_exit, (recv_chan(go_unit))go_on);
    chan_close(go_on);
    CHECK_EQ(chan_recv(ch).err, -ECANCELED);
    chan_free(ch);
    chan_free(go_on);
    go_singleflight_free(&group);
}

static int panic_at_once(void **result)
{
    (void)result;
    go_panic("nobody can be told");
}

static void crash_with_a_channel(void)
{
    go_try {
        chan_recv(go_singleflight_do_chan(&group, "k", panic_at_once));
    }
    go_catch(p) {
        (void)p;
    }
}

TEST(panic_with_a_channel_crashes_the_process)
{
    EXPECT_FATAL(crash_with_a_channel, "panic: nobody can be told");
}

static void stampede(int rounds)
{
    for (int i = 0; i < rounds; i++) {
        void *v = NULL;
        char key[8] = {(char)('a' + i % 3)};
        if (i % 5 == 0) {
            recv_chan(go_flight_result) ch = go_singleflight_do_chan(&group, key, answer, i % 3);
            if (i % 10 == 0)
                CHECK_EQ(*(int *)chan_recv(ch).result, i % 3);
            chan_free(ch);
        } else if (i % 7 == 0) {
            go_singleflight_forget(&group, key);
        } else {
            CHECK_EQ(go_singleflight_do(&group, key, &v, NULL, answer, i % 3), 0);
            CHECK_EQ(*(int *)v, i % 3);
        }
    }
}

static void stampede_in_thread(void *arg)
{
    (void)arg;
    stampede((int)test_rounds(2000));
}

TEST(stampedes_of_goroutines_and_threads_get_right_answers)
{
    go_waitgroup wg = {0};
    go_maxprocs(4);
    test_thread *t = test_thread_start(stampede_in_thread, NULL);
    for (int i = 0; i < 6; i++)
        go_waitgroup_go(&wg, stampede, (int)test_rounds(2000));
    go_waitgroup_wait(&wg);
    test_thread_join(t);
    // Flights that nobody received from may still be under way.
    WAIT_UNTIL(go_map_len(&group.flights) == 0 && go_num_goroutine() == 1);
    go_singleflight_free(&group);
}
