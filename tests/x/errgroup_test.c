// SPDX-License-Identifier: MIT
// Groups of goroutines with errors: the first error and its context, limits, and the ways a goroutine can end.
#include "support/test.h"

static int give(int err)
{
    return err;
}

static int give_after(recv_chan(go_unit) gate, int err)
{
    chan_recv(gate);
    return err;
}

static int until_done(go_context *ctx)
{
    chan_recv(go_context_done(ctx), NULL);
    return go_context_err(ctx);
}

TEST(a_group_without_errors_waits_for_all_and_returns_zero)
{
    atomic_int count = 0;
    go_errgroup *g = go_errgroup_new(NULL);
    CHECK(go_errgroup_context(g) == NULL);
    CHECK_EQ(go_errgroup_wait(g), 0);
    for (int i = 0; i < 100; i++)
        go_errgroup_go(g, give, 0);
    CHECK_EQ(go_errgroup_wait(g), 0);
    CHECK_EQ(count, 0);
    go_errgroup_free(g);
}

TEST(the_first_error_sticks_and_is_the_cause_of_the_derived_context)
{
    go_errgroup *g = go_errgroup_new(go_context_background());
    chan(go_unit) gate = chan_make(go_unit);
    go_errgroup_go(g, give_after, gate, -EIO);
    go_errgroup_go(g, until_done, go_errgroup_context(g));
    CHECK_EQ(go_context_err(go_errgroup_context(g)), 0);
    chan_send(gate, GO_UNIT);
    chan_recv(go_context_done(go_errgroup_context(g)), NULL);
    CHECK_EQ(go_context_cause(go_errgroup_context(g)), -EIO);
    go_errgroup_go(g, give, -ENOENT);
    CHECK_EQ(go_errgroup_wait(g), -EIO);
    CHECK_EQ(go_errgroup_wait(g), -EIO);
    chan_free(gate);
    go_errgroup_free(g);
}

TEST(the_wait_ends_the_derived_context)
{
    go_context *parent = go_context_with_cancel(go_context_background());
    go_errgroup *g = go_errgroup_new(parent);
    go_context *ctx = go_context_ref(go_errgroup_context(g));
    go_errgroup_go(g, give, 0);
    CHECK_EQ(go_errgroup_wait(g), 0);
    CHECK_EQ(go_context_err(ctx), -ECANCELED);
    CHECK_EQ(go_context_err(parent), 0);
    go_errgroup_free(g);
    go_context_free(ctx);
    go_context_free(parent);
}

TEST(a_limit_refuses_a_try_and_blocks_a_go)
{
    go_errgroup *g = go_errgroup_new(NULL);
    chan(go_unit) gate = chan_make(go_unit);
    go_errgroup_set_limit(g, 2);
    CHECK(go_errgroup_try_go(g, give_after, gate, 0));
    CHECK(go_errgroup_try_go(g, give_after, gate, -EIO));
    CHECK(!go_errgroup_try_go(g, give_after, gate, 0));
    EXPECT_RUNTIME_PANIC("errgroup: modify limit while 2 goroutines in the group are still active",
                         go_errgroup_set_limit(g, 3));
    chan_close(gate);
    go_errgroup_go(g, give_after, gate, 0);
    CHECK_EQ(go_errgroup_wait(g), -EIO);
    go_errgroup_set_limit(g, 0);
    CHECK(!go_errgroup_try_go(g, give, 0));
    go_errgroup_set_limit(g, -1);
    CHECK(go_errgroup_try_go(g, give, 0));
    CHECK_EQ(go_errgroup_wait(g), -EIO);
    chan_free(gate);
    go_errgroup_free(g);
}

static int leave(void)
{
    go_exit();
}

TEST(go_exit_frees_the_place_and_counts_as_success)
{
    go_errgroup *g = go_errgroup_new(NULL);
    go_errgroup_set_limit(g, 1);
    for (int i = 0; i < 10; i++)
        go_errgroup_go(g, leave);
    CHECK_EQ(go_errgroup_wait(g), 0);
    go_errgroup_free(g);
}

static int fail_loudly(void)
{
    go_panic("broken part");
}

static void panic_in_a_group(void)
{
    go_errgroup *g = go_errgroup_new(NULL);
    go_errgroup_go(g, fail_loudly);
    (void)go_errgroup_wait(g);
    printf("went on\n");
}

TEST(a_panic_in_a_group_crashes_before_the_wait_returns)
{
    struct outcome o = EXPECT_FATAL(panic_in_a_group, "panic: broken part");
    CHECK_LACKS(o.out, "went on");
}

struct wide {
    double a, b, c;
};

static int add_wide(struct wide w, double d, int64_t *sum)
{
    *sum = (int64_t)(w.a + w.b + w.c + d);
    return 0;
}

TEST(arguments_of_any_kind_reach_the_function)
{
    int64_t sum = 0;
    go_errgroup *g = go_errgroup_new(NULL);
    go_errgroup_go(g, add_wide, ((struct wide){1, 2, 3}), 4.0, &sum);
    CHECK_EQ(go_errgroup_wait(g), 0);
    CHECK_EQ(sum, 10);
    go_errgroup_set_limit(g, 0);
    // vet: allow deadframe: it is refused
    CHECK(!go_errgroup_try_go(g, add_wide, ((struct wide){1, 2, 3}), 4.0, &sum));
    go_errgroup_free(g);
}
