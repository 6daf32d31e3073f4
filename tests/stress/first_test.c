// SPDX-License-Identifier: MIT
// First wins, again and again at once, with questions that are answered, refused and never answered, under contexts that
// end at any moment: the answer is that of one that succeeded, and all have returned.
#include "support/disturbed.h"
#include "support/test.h"

#include <errno.h>

enum { MOST = 6 };

enum how { ANSWERS, ANSWERS_LATE, REFUSES, WAITS, HOWS };

struct question {
    enum how how[MOST];
    int answers[MOST];
    atomic_int returned;
};

static int ask(void **result, int index, go_context *ctx, struct question *q)
{
    int err = 0;
    switch (q->how[index]) {
    case ANSWERS_LATE:
        go_yield();
        break;
    case REFUSES:
        err = -EIO;
        break;
    case WAITS:
        chan_recv(go_context_done(ctx));
        err = go_context_err(ctx);
        break;
    default:
        break;
    }
    if (!err)
        *result = &q->answers[index];
    atomic_fetch_add(&q->returned, 1);
    return err;
}

static void ask_once(uint32_t *seed)
{
    struct question q = {0};
    bool has_answer = false;
    void *result = NULL;
    int n = 1 + (int)test_random(seed, MOST);
    for (int i = 0; i < n; i++) {
        q.how[i] = (enum how)test_random(seed, HOWS);
        has_answer |= q.how[i] <= ANSWERS_LATE;
    }
    go_context *ctx = go_context_with_timeout(go_context_background(),
                                              test_random(seed, 200) * GO_MICROSECOND);
    int err = go_first(ctx, &result, n, ask, &q);
    CHECK_EQ(atomic_load(&q.returned), n);
    CHECK_EQ(err == 0, has_answer);
    CHECK(err == 0 || err == -EIO || err == go_context_err(ctx));
    if (has_answer) {
        long winner = (int *)result - q.answers;
        CHECK(winner >= 0 && winner < n && q.how[winner] <= ANSWERS_LATE);
    } else {
        CHECK(!result);
    }
    go_context_free(ctx);
}

static void ask_again_and_again(long me, long rounds)
{
    uint32_t seed = (uint32_t)me;
    for (long i = 0; i < rounds; i++)
        ask_once(&seed);
}

TEST_LONG(the_answer_is_one_that_was_given_and_all_have_returned, 120)
{
    test_short_slices();
    test_run_disturbed(ask_again_and_again, 8, (long)test_rounds(1500));
    WAIT_UNTIL(go_num_goroutine() == 1);
}
