// SPDX-License-Identifier: MIT
// Pointers into a frame whose function waits for the goroutine: on a wait group, a channel, an errgroup, in a helper, by a
// deferred call, by asking in a loop; and pointers that do not lead into a frame.
#include <gofer.h>
#include <stdatomic.h>
#include <stdlib.h>

static void add(int *n)
{
    ++*n;
}

static int job(int *n)
{
    return *n;
}

static void add_and_tell(int *n, chan(go_unit) done)
{
    ++*n;
    chan_send(done, GO_UNIT);
}

static void set(atomic_int *n)
{
    atomic_store(n, 1);
}

static int by_wait_group(void)
{
    int n = 0;
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, add, &n);
    go_waitgroup_wait(&wg);
    return n;
}

static int by_channel(void)
{
    int n = 0;
    chan(go_unit) done = chan_make(go_unit);
    go(add_and_tell, &n, done);
    chan_recv(done);
    chan_free(done);
    return n;
}

static int by_many(void)
{
    int n[3] = {0};
    chan(go_unit) done = chan_make(go_unit);
    for (int i = 0; i < 3; i++)
        go(add_and_tell, &n[i], done);
    for (int i = 0; i < 3; i++)
        chan_recv(done);
    chan_free(done);
    return n[0];
}

static int by_errgroup(void)
{
    int n = 0;
    go_errgroup *g = go_errgroup_new(NULL);
    go_errgroup_go(g, job, &n);
    int err = go_errgroup_wait(g);
    go_errgroup_free(g);
    return err;
}

static int by_defer(void)
{
    int n = 0;
    go_waitgroup wg = {0};
    defer(go_waitgroup_wait, &wg);
    go_waitgroup_go(&wg, add, &n);
    return 0;
}

static void finish(go_waitgroup *wg)
{
    go_waitgroup_wait(wg);
}

static int by_a_helper(void)
{
    int n = 0;
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, add, &n);
    finish(&wg);
    return n;
}

static int by_select(void)
{
    int n = 0;
    chan(go_unit) done = chan_make(go_unit);
    go(add_and_tell, &n, done);
    go_select {
        case_recv(done) {}
        case_timeout(GO_HOUR) {}
    }
    return n;
}

static int by_range(void)
{
    int n = 0;
    chan(go_unit) done = chan_make(go_unit, 1);
    go(add_and_tell, &n, done);
    chan_range(u, done) {
        (void)u;
    }
    return n;
}

static int by_asking(void)
{
    atomic_int n = 0;
    go(set, &n);
    while (!atomic_load(&n))
        go_yield();
    return 1;
}

static int in_both_branches(bool quick)
{
    int n = 0;
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, add, &n);
    if (quick) {
        go_waitgroup_wait(&wg);
        return n;
    }
    go_waitgroup_wait(&wg);
    return -n;
}

void somewhere_else(go_waitgroup *wg);

static int by_somebody_else(void)
{
    int n = 0;
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, add, &n);
    somewhere_else(&wg);
    return n;
}

static void start(int *n, chan(go_unit) done)
{
    go(add_and_tell, n, done);
}

static int by_a_helper_that_starts(void)
{
    int n = 0;
    chan(go_unit) done = chan_make(go_unit);
    start(&n, done);
    chan_recv(done);
    return n;
}

static void fan_out(go_waitgroup *wg, int depth, int *n)
{
    ++*n;
    if (depth > 0)
        go_waitgroup_go(wg, fan_out, wg, depth - 1, n);
}

static void by_a_tree(void)
{
    for (int i = 0; i < 3; i++) {
        int n = 0;
        go_waitgroup wg = {0};
        go_waitgroup_go(&wg, fan_out, &wg, 3, &n);
        go_waitgroup_wait(&wg);
    }
}

static int if_started(bool parallel)
{
    int n = 0;
    go_waitgroup wg = {0};
    if (parallel)
        go_waitgroup_go(&wg, add, &n);
    else
        add(&n);
    if (parallel)
        go_waitgroup_wait(&wg);
    return n;
}

static void stopped_in_time(go_context *ctx)
{
    int n = 0;
    go_after_stop *h = go_context_after_func(ctx, add, &n);
    if (!go_after_stop_call(h))
        go_sleep(GO_SECOND);
    go_after_stop_free(h);
}

static void for_ever(void)
{
    int n = 0;
    go(add, &n);
    for (;;)
        n++;
}

static void not_in_a_frame(int *given)
{
    static int kept;
    int *made = calloc(1, sizeof *made);
    go(add, &kept);
    go(add, made);
    go(add, given);
}

void somewhere_else(go_waitgroup *wg)
{
    go_waitgroup_wait(wg);
}

int main(void)
{
    int n = 0;
    go(add, &n); // as long as the process
    by_wait_group();
    by_channel();
    by_many();
    by_errgroup();
    by_defer();
    by_a_helper();
    by_select();
    by_range();
    by_asking();
    in_both_branches(true);
    by_somebody_else();
    by_a_helper_that_starts();
    by_a_tree();
    if_started(true);
    stopped_in_time(go_context_background());
    not_in_a_frame(&n);
    for_ever();
    return 0;
}
