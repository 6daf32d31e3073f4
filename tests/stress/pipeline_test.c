// SPDX-License-Identifier: MIT
// Pipelines of all kinds of stages, built by goroutines and foreign threads, some of which end in the middle, by their
// context or because nobody reads any more: what comes out of those that end by themselves is exact, and of none a goroutine
// or an open channel is left.
#include "support/disturbed.h"
#include "support/test.h"

typedef go_batch(long) long_batch;

enum { MOST_VALUES = 60 };

static void feed(go_context *ctx, send_chan(long) in, long n)
{
    for (long i = 0; i < n && go_context_err(ctx) == 0; i++) {
        go_select {
            case_send(in, i) {}
            case_recv(go_context_done(ctx)) {}
        }
    }
    chan_close(in);
    chan_free(in);
    go_context_free(ctx);
}

static long doubled(long v)
{
    return 2 * v;
}

static bool is_multiple_of_four(long v)
{
    return v % 4 == 0;
}

// 0 to n - 1, doubled, once as they are and once more those that can be divided by four, in batches.
static recv_chan(long_batch) build(go_context *ctx, long n, uint32_t *seed)
{
    chan(long) c[6];
    chan(long_batch) batches = chan_make(long_batch, test_random(seed, 3));
    for (int i = 0; i < 6; i++)
        c[i] = chan_make(long, test_random(seed, 3));
    go(feed, go_context_ref(ctx), chan_ref(c[0]), n);
    GO_STAGE(ctx, c[0], c[1], doubled);
    GO_TEE(ctx, c[1], c[2], c[3]);
    GO_FILTER(ctx, c[2], c[4], is_multiple_of_four);
    GO_MERGE(ctx, c[5], ((chan(long)[]){c[3], c[4]}), 2);
    GO_BATCH(ctx, c[5], batches, 1 + test_random(seed, 8),
             test_random(seed, 3) * 20 * GO_MICROSECOND);
    for (int i = 0; i < 6; i++)
        chan_free(c[i]);
    return batches;
}

static long expected_sum(long n)
{
    long sum = 0;
    for (long i = 0; i < n; i++)
        sum += 2 * i + (i % 2 == 0 ? 2 * i : 0);
    return sum;
}

static long sum_of(long_batch b)
{
    long sum = 0;
    CHECK(b.n > 0);
    for (size_t i = 0; i < b.n; i++) {
        CHECK(b.items[i] >= 0 && b.items[i] % 2 == 0 && b.items[i] < 2 * MOST_VALUES);
        sum += b.items[i];
    }
    free(b.items);
    return sum;
}

// Reads to the end, or some batches only: what is left in the channel then is freed, and what a stage holds it frees itself.
static void run_to_the_end(uint32_t *seed)
{
    long n = test_random(seed, MOST_VALUES), sum = 0;
    recv_chan(long_batch) batches = build(go_context_background(), n, seed);
    chan_range(b, batches) {
        sum += sum_of(b);
    }
    CHECK_EQ(sum, expected_sum(n));
    chan_free(batches);
}

static void end_in_the_middle(uint32_t *seed)
{
    long n = test_random(seed, MOST_VALUES), sum = 0;
    go_context *ctx = go_context_with_timeout(go_context_background(),
                                              test_random(seed, 200) * GO_MICROSECOND);
    recv_chan(long_batch) batches = build(ctx, n, seed);
    long_batch b;
    for (uint32_t k = test_random(seed, 20); k > 0 && chan_recv(batches, &b); k--)
        sum += sum_of(b);
    CHECK(sum <= expected_sum(n));
    go_context_cancel(ctx);
    while (chan_recv(batches, &b)) // closed, though nobody has read for a while
        sum_of(b);
    chan_free(batches);
    go_context_free(ctx);
}

// --- A throttle, and behind it a fan-out and a reader ---

static atomic_long handled, fed;

static void handle(long v)
{
    atomic_fetch_add(&handled, v + 1);
    if (v % 8 == 0)
        go_yield();
}

static void throttle_and_fan_out(uint32_t *seed)
{
    long n = test_random(seed, MOST_VALUES), seen = 0;
    go_limiter *l = go_limiter_new(1e6, 1 + (int)test_random(seed, 5));
    chan(long) c[5];
    for (int i = 0; i < 5; i++)
        c[i] = chan_make(long, test_random(seed, 3));
    go(feed, go_context_background(), chan_ref(c[0]), n);
    GO_THROTTLE(NULL, c[0], c[1], l);
    GO_TEE(NULL, c[1], c[2], c[3]);
    GO_FAN_OUT(NULL, c[2], 1 + test_random(seed, 4), handle);
    GO_OR_DONE(NULL, c[3], c[4]);
    atomic_fetch_add(&fed, n * (n + 1) / 2);
    chan_range(v, c[4]) {
        CHECK_EQ(v, seen++);
    }
    CHECK_EQ(seen, n);
    go_limiter_free(l);
    for (int i = 0; i < 5; i++)
        chan_free(c[i]);
}

static void build_and_run(long me, long rounds)
{
    static void (*const kinds[])(uint32_t *) = {run_to_the_end, end_in_the_middle,
                                                throttle_and_fan_out};
    uint32_t seed = (uint32_t)me;
    for (long i = 0; i < rounds; i++)
        kinds[test_random(&seed, 3)](&seed);
}

TEST_LONG(pipelines_are_exact_or_end_early_and_leave_nothing, 120)
{
    test_short_slices();
    test_run_disturbed(build_and_run, 6, (long)test_rounds(400));
    WAIT_UNTIL(go_num_goroutine() == 1);
    CHECK_EQ(atomic_load(&handled), atomic_load(&fed));
}
