// SPDX-License-Identifier: MIT
// The worker pool: what is accepted and what is not, errors and panics of jobs, and every road to the end.
#include "support/test.h"

static int give(int err)
{
    return err;
}

// Says that it runs, and waits to be let go.
static int hold(send_chan(int) begun, recv_chan(go_unit) gate, int id)
{
    chan_send(begun, id);
    chan_recv(gate);
    return 0;
}

static int count_up(atomic_int *n)
{
    atomic_fetch_add(n, 1);
    return 0;
}

static int fail_loudly(int n)
{
    go_panic("job %d broke", n);
}

static int leave(void)
{
    go_exit();
}

TEST(every_accepted_job_runs_exactly_once)
{
    atomic_int ran = 0;
    go_workers *p = go_workers_new((go_workers_options){.workers = 3, .queue = 4});
    for (int i = 0; i < 1000; i++)
        CHECK_EQ(go_workers_submit_wait(p, NULL, count_up, &ran), 0);
    CHECK_EQ(go_workers_shutdown(p, NULL), 0);
    CHECK_EQ(ran, 1000);
    CHECK_EQ(go_workers_abandoned(p), 0);
    go_workers_free(p);
}

TEST(the_queue_counts_what_waits_and_not_what_runs)
{
    chan(int) begun = chan_make(int, 8);
    chan(go_unit) gate = chan_make(go_unit);
    go_workers *p = go_workers_new((go_workers_options){.workers = 2, .queue = 1});
    for (int i = 0; i < 3; i++)
        CHECK_EQ(go_workers_submit(p, hold, begun, gate, i), 0);
    CHECK_EQ(go_workers_submit(p, hold, begun, gate, 3), -EAGAIN);
    CHECK_EQ(chan_recv(begun) + chan_recv(begun), 1);
    CHECK_EQ(go_workers_submit(p, hold, begun, gate, 3), -EAGAIN);
    CHECK_EQ(chan_len(begun), 0);
    chan_close(gate);
    go_workers_free(p);
    CHECK_EQ(chan_recv(begun), 2);
    chan_free(begun);
    chan_free(gate);
}

TEST(without_a_queue_a_job_is_accepted_only_if_a_worker_is_free)
{
    chan(int) begun = chan_make(int, 8);
    chan(go_unit) gate = chan_make(go_unit);
    go_workers *p = go_workers_new((go_workers_options){.workers = 1});
    CHECK_EQ(go_workers_submit(p, hold, begun, gate, 0), 0);
    CHECK_EQ(go_workers_submit(p, hold, begun, gate, 1), -EAGAIN);
    chan_close(gate);
    WAIT_UNTIL(go_workers_submit(p, give, 0) == 0);
    go_workers_free(p);
    chan_free(begun);
    chan_free(gate);
}

static void submit_and_tell(go_workers *p, go_context *ctx, atomic_int *ran, send_chan(int) result)
{
    chan_send(result, go_workers_submit_wait(p, ctx, count_up, ran));
}

TEST(a_submit_that_waits_ends_with_its_context_or_with_the_shutdown)
{
    atomic_int ran = 0;
    chan(int) begun = chan_make(int, 8), a = chan_make(int, 1), b = chan_make(int, 1);
    chan(go_unit) gate = chan_make(go_unit);
    go_context *ctx = go_context_with_cancel(go_context_background());
    test_one_processor();
    go_workers *p = go_workers_new((go_workers_options){.workers = 1});
    CHECK_EQ(go_workers_submit(p, hold, begun, gate, 0), 0);
    go(submit_and_tell, p, ctx, &ran, a);
    go(submit_and_tell, p, NULL, &ran, b);
    test_settle();
    go_context_cancel(ctx);
    CHECK_EQ(chan_recv(a), -ECANCELED);
    CHECK_EQ(go_workers_submit_wait(p, ctx, give, 0), -ECANCELED);
    CHECK_EQ(go_workers_shutdown(p, ctx), -ECANCELED);
    CHECK_EQ(chan_recv(b), -ESHUTDOWN);
    CHECK_EQ(go_workers_submit(p, give, 0), -ESHUTDOWN);
    CHECK_EQ(go_workers_submit_wait(p, NULL, give, 0), -ESHUTDOWN);
    chan_close(gate);
    go_workers_free(p);
    CHECK_EQ(ran, 0);
    chan_free(begun);
    chan_free(a);
    chan_free(b);
    chan_free(gate);
    go_context_free(ctx);
}

TEST(errors_and_panics_of_jobs_are_reported_and_cost_no_worker)
{
    int panics = 0, errors = 0;
    go_workers *p = go_workers_new((go_workers_options){.workers = 1, .queue = 8, .errors = 8});
    CHECK_EQ(go_workers_submit(p, give, -EIO), 0);
    CHECK_EQ(go_workers_submit(p, fail_loudly, 7), 0);
    CHECK_EQ(go_workers_submit(p, give, 0), 0);
    CHECK_EQ(go_workers_shutdown(p, NULL), 0);
    chan_range(e, go_workers_errors(p)) {
        if (e.err == -EFAULT) {
            panics++;
            CHECK_STR(e.message, "job 7 broke");
            CHECK_CONTAINS(e.stack, "fail_loudly");
        } else {
            errors++;
            CHECK_EQ(e.err, -EIO);
            CHECK_STR(e.message, go_strerror(-EIO));
            CHECK(e.stack == NULL);
        }
    }
    CHECK_EQ(panics, 1);
    CHECK_EQ(errors, 1);
    CHECK_EQ(go_workers_errors_dropped(p), 0);
    go_workers_free(p);
}

TEST(errors_that_nobody_reads_are_counted)
{
    go_workers *p = go_workers_new((go_workers_options){.workers = 1, .queue = 8, .errors = 1});
    for (int i = 0; i < 3; i++)
        CHECK_EQ(go_workers_submit(p, fail_loudly, i), 0);
    CHECK_EQ(go_workers_shutdown(p, NULL), 0);
    CHECK_EQ(go_workers_errors_dropped(p), 2);
    go_workers_free(p);
}

TEST(go_exit_in_a_job_costs_no_worker)
{
    atomic_int ran = 0;
    go_workers *p = go_workers_new((go_workers_options){.workers = 1, .queue = 100});
    for (int i = 0; i < 50; i++) {
        CHECK_EQ(go_workers_submit(p, leave), 0);
        CHECK_EQ(go_workers_submit(p, count_up, &ran), 0);
    }
    CHECK_EQ(go_workers_shutdown(p, NULL), 0);
    CHECK_EQ(ran, 50);
    go_workers_free(p);
}

TEST(a_shutdown_that_gives_up_counts_the_jobs_that_never_run)
{
    atomic_int ran = 0;
    chan(int) begun = chan_make(int, 8);
    chan(go_unit) gate = chan_make(go_unit);
    go_context *ctx = go_context_with_timeout(go_context_background(), 10 * GO_MILLISECOND);
    go_workers *p = go_workers_new((go_workers_options){.workers = 1, .queue = 8});
    CHECK_EQ(go_workers_submit(p, hold, begun, gate, 0), 0);
    chan_recv(begun);
    for (int i = 0; i < 5; i++)
        CHECK_EQ(go_workers_submit(p, count_up, &ran), 0);
    CHECK_EQ(go_workers_shutdown(p, ctx), -ETIMEDOUT);
    CHECK_EQ(go_workers_abandoned(p), 5);
    chan_close(gate);
    CHECK_EQ(go_workers_shutdown(p, NULL), 0);
    CHECK_EQ(go_workers_shutdown(p, NULL), 0);
    CHECK_EQ(ran, 0);
    CHECK(!chan_recv(go_workers_errors(p), NULL));
    go_workers_free(p);
    go_context_free(ctx);
    chan_free(begun);
    chan_free(gate);
}

static int shut_down(go_workers *p, atomic_int *ran, send_chan(int) result)
{
    int err = go_workers_shutdown(p, NULL);
    chan_send(result, err ? err : atomic_load(ran));
    return -EIO;
}

TEST(a_job_may_shut_its_pool_down_and_the_queue_is_finished_by_others)
{
    atomic_int ran = 0;
    chan(int) result = chan_make(int, 2);
    go_workers *p = go_workers_new((go_workers_options){.workers = 1, .queue = 20, .errors = 2});
    test_one_processor();
    CHECK_EQ(go_workers_submit(p, shut_down, p, &ran, result), 0);
    CHECK_EQ(go_workers_submit(p, shut_down, p, &ran, result), 0);
    for (int i = 0; i < 10; i++)
        CHECK_EQ(go_workers_submit(p, count_up, &ran), 0);
    CHECK_EQ(go_workers_shutdown(p, NULL), 0);
    CHECK_EQ(chan_recv(result), 10);
    CHECK_EQ(chan_recv(result), 10);
    CHECK_EQ(chan_recv(go_workers_errors(p)).err, -EIO);
    go_workers_free(p);
    chan_free(result);
}

TEST(an_idle_pool_has_no_goroutines)
{
    go_workers *p = go_workers_new((go_workers_options){.workers = 8, .queue = 8});
    for (int i = 0; i < 8; i++)
        CHECK_EQ(go_workers_submit(p, give, 0), 0);
    WAIT_UNTIL(go_num_goroutine() == 1);
    go_workers_free(p);
    CHECK(go_workers_new((go_workers_options){.workers = -1}) == NULL);
    go_workers_free(NULL);
}

static int measure(atomic_int *now, atomic_int *most)
{
    int n = atomic_fetch_add(now, 1) + 1, m = atomic_load(most);
    while (n > m && !atomic_compare_exchange_weak(most, &m, n)) {}
    go_yield();
    atomic_fetch_sub(now, 1);
    return 0;
}

TEST(no_more_jobs_run_at_once_than_there_are_workers)
{
    atomic_int now = 0, most = 0;
    go_workers *p = go_workers_new((go_workers_options){.workers = 3, .queue = 16});
    for (int i = 0; i < 2000; i++)
        CHECK_EQ(go_workers_submit_wait(p, NULL, measure, &now, &most), 0);
    go_workers_free(p);
    CHECK(most >= 1 && most <= 3);
}

__attribute__((no_sanitize("undefined"))) static int read_null(volatile int *p)
{
    return *p;
}

TEST(a_bad_pointer_in_a_job_is_an_error_of_the_job)
{
    go_workers *p = go_workers_new((go_workers_options){.workers = 1, .errors = 1});
    CHECK_EQ(go_workers_submit(p, read_null, (volatile int *)NULL), 0);
    go_job_error e = chan_recv(go_workers_errors(p));
    CHECK_EQ(e.err, -EFAULT);
    CHECK_CONTAINS(e.message, "nil pointer dereference");
    go_workers_free(p);
}
