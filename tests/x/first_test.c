// SPDX-License-Identifier: MIT
// First wins: which result counts, what becomes of the others, and that nobody is left when it returns.
#include "support/test.h"

static int answer_if(void **result, int index, go_context *ctx, int winner)
{
    if (index == winner) {
        *result = (void *)(intptr_t)(100 + index);
        return 0;
    }
    chan_recv(go_context_done(ctx), NULL);
    return go_context_err(ctx);
}

TEST(the_first_success_is_kept_and_the_others_are_cancelled_and_awaited)
{
    void *result = NULL;
    CHECK_EQ(go_first(go_context_background(), &result, 8, answer_if, 5), 0);
    CHECK_EQ((intptr_t)result, 105);
    CHECK_EQ(go_first(NULL, NULL, 3, answer_if, 0), 0);
    WAIT_UNTIL(go_num_goroutine() == 1);
}

static int fail_in_turn(void **result, int index, go_context *ctx, chan(int) turn)
{
    (void)result, (void)ctx;
    int mine = chan_recv(turn);
    if (mine < 2)
        chan_send(turn, mine + 1);
    return -(1000 + mine) + 0 * index;
}

TEST(without_a_success_the_last_error_counts_and_the_result_stays)
{
    void *result = &result;
    chan(int) turn = chan_make(int, 1);
    chan_send(turn, 0);
    int err = go_first(NULL, &result, 3, fail_in_turn, turn);
    CHECK(err <= -1000 && err >= -1002);
    CHECK(result == &result);
    chan_free(turn);
}

TEST(an_ended_context_ends_all)
{
    go_context *ctx = go_context_with_timeout(go_context_background(), 10 * GO_MILLISECOND);
    CHECK_EQ(go_first(ctx, NULL, 4, answer_if, -1), -ETIMEDOUT);
    go_context_free(ctx);
    CHECK_EQ(go_first(NULL, NULL, 0, answer_if, 0), -EINVAL);
}

struct point {
    double x, y, z;
};

static int sum_point(void **result, int index, go_context *ctx, struct point p, double d, int i)
{
    (void)ctx;
    *result = (void *)(intptr_t)(p.x + p.y + p.z + d + i);
    return index == 0 ? 0 : -EIO;
}

TEST(arguments_of_any_kind_reach_every_runner)
{
    void *result = NULL;
    CHECK_EQ(go_first(NULL, &result, 5, sum_point, ((struct point){1, 2, 3}), 4.0, 5), 0);
    CHECK_EQ((intptr_t)result, 15);
}
