// SPDX-License-Identifier: MIT
// Pipeline stages of every kind: what comes out and in what order, that outputs close with the inputs, and that a
// context which ends leaves no goroutine, whoever reads or does not.
#include "support/test.h"

#include <errno.h>

struct pair {
    int a;
    double b;
};

struct name {
    char text[40];
};

static void count_to(int n, send_chan(int) out)
{
    for (int i = 1; i <= n; i++)
        chan_send(out, i);
    chan_close(out);
}

static chan(int) numbers(int n)
{
    chan(int) out = chan_make(int);
    go(count_to, n, out);
    return out;
}

// A channel that never brings anything to an end.
static void count_for_ever(send_chan(int) out, go_context *ctx)
{
    for (int i = 0, live = 1; live; i++)
        go_select {
            case_send(out, i) {}
            case_done(ctx) {
                live = 0;
            }
        }
    chan_close(out);
}

static struct pair pair_of(int v)
{
    return (struct pair){v, v / 2.0};
}

static struct name name_of(struct pair p)
{
    struct name n;
    snprintf(n.text, sizeof n.text, "%d:%.1f", p.a, p.b);
    return n;
}

static char last_letter(struct name n)
{
    return n.text[strlen(n.text) - 1];
}

static bool is_even(int v)
{
    return v % 2 == 0;
}

TEST(stages_map_values_of_any_type_in_order)
{
    chan(int) in = numbers(50);
    chan(struct pair) pairs = chan_make(struct pair);
    chan(struct name) names = chan_make(struct name, 3);
    chan(char) letters = chan_make(char);
    GO_STAGE(NULL, in, pairs, pair_of);
    GO_STAGE(NULL, pairs, names, name_of);
    GO_STAGE(NULL, names, letters, last_letter);
    // The stages have references of their own.
    chan_free(in);
    chan_free(pairs);
    chan_free(names);
    int n = 0;
    chan_range(c, letters) {
        n++;
        CHECK_EQ(c, n % 2 ? '5' : '0');
    }
    CHECK_EQ(n, 50);
    chan_free(letters);
}

TEST(a_filter_keeps_what_is_true)
{
    chan(int) in = numbers(20), out = chan_make(int);
    GO_FILTER(NULL, in, out, is_even);
    int sum = 0;
    chan_range(v, out) {
        CHECK(v % 2 == 0);
        sum += v;
    }
    CHECK_EQ(sum, 110);
    chan_free(in);
    chan_free(out);
}

TEST(a_merge_brings_everything_once_and_closes_with_the_last_input)
{
    recv_chan(int) ins[] = {numbers(10), numbers(20), numbers(30)};
    chan(int) out = chan_make(int), none = chan_make(int);
    GO_MERGE(NULL, out, ins, 3);
    int sum = 0;
    chan_range(v, out) {
        sum += v;
    }
    CHECK_EQ(sum, 55 + 210 + 465);
    GO_MERGE(NULL, none, ins, 0);
    CHECK(!chan_recv(none, NULL));
    for (int i = 0; i < 3; i++)
        chan_free(ins[i]);
    chan_free(out);
    chan_free(none);
}

static atomic_int fanned;
static void add_up(int v)
{
    atomic_fetch_add(&fanned, v);
}

TEST(a_fan_out_handles_every_value_once)
{
    chan(int) in = numbers(100);
    GO_FAN_OUT(NULL, in, 4, add_up);
    WAIT_UNTIL(fanned == 5050);
    WAIT_UNTIL(go_num_goroutine() == 1);
    chan_free(in);
}

TEST(a_tee_gives_every_value_to_both)
{
    chan(int) in = numbers(10), a = chan_make(int), b = chan_make(int);
    GO_TEE(NULL, in, a, b);
    for (int i = 1; i <= 10; i++) {
        // Whichever side asks first: the other one is served as well.
        CHECK_EQ(i % 2 ? chan_recv(a) : chan_recv(b), i);
        CHECK_EQ(i % 2 ? chan_recv(b) : chan_recv(a), i);
    }
    CHECK(!chan_recv(a, NULL));
    CHECK(!chan_recv(b, NULL));
    chan_free(in);
    chan_free(a);
    chan_free(b);
}

typedef go_batch(int) int_batch;

TEST(a_batch_is_full_or_what_is_left_at_the_end)
{
    chan(int) in = numbers(7);
    chan(int_batch) out = chan_make(int_batch);
    GO_BATCH(NULL, in, out, 3, GO_HOUR);
    size_t sizes[] = {3, 3, 1}, i = 0;
    int next = 1;
    chan_range(b, out) {
        CHECK_EQ(b.n, sizes[i++]);
        for (size_t j = 0; j < b.n; j++)
            CHECK_EQ(b.items[j], next++);
        free(b.items);
    }
    CHECK_EQ(i, 3);
    chan_free(in);
    chan_free(out);
}

TEST(a_batch_goes_out_when_its_time_is_over)
{
    chan(int) in = chan_make(int);
    chan(int_batch) out = chan_make(int_batch);
    GO_BATCH(NULL, in, out, 100, 5 * GO_MILLISECOND);
    chan_send(in, 1);
    int_batch b = chan_recv(out);
    CHECK_EQ(b.n, 1);
    free(b.items);
    chan_close(in);
    CHECK(!chan_recv(out, NULL));
    chan_free(in);
    chan_free(out);
}

TEST(a_throttle_lets_values_through_at_the_limiters_rate)
{
    chan(int) in = numbers(4), out = chan_make(int);
    go_limiter *l = go_limiter_new(100, 1);
    go_time begin = go_now();
    GO_THROTTLE(NULL, in, out, l);
    int n = 0;
    chan_range(v, out) {
        CHECK_EQ(v, ++n);
    }
    CHECK_EQ(n, 4);
    CHECK(go_since(begin) >= 30 * GO_MILLISECOND);
    chan_free(in);
    chan_free(out);
    go_limiter_free(l);
}

TEST(or_done_forwards_until_the_context_ends)
{
    go_context *ctx = go_context_with_cancel(go_context_background());
    chan(int) in = chan_make(int), out = chan_make(int);
    GO_OR_DONE(ctx, in, out);
    chan_send(in, 5);
    CHECK_EQ(chan_recv(out), 5);
    go_context_cancel(ctx);
    CHECK(!chan_recv(out, NULL));
    go_context_free(ctx);
    chan_free(in);
    chan_free(out);
}

// Starts one stage of each kind on an input that never ends, with outputs that nobody reads.
static void start_all(go_context *ctx, chan(int) in, go_limiter *l)
{
    chan(struct pair) pairs = chan_make(struct pair);
    chan(int_batch) batches = chan_make(int_batch);
    chan(int) outs[6];
    for (int i = 0; i < 6; i++)
        outs[i] = chan_make(int);
    recv_chan(int) ins[] = {in, in};
    GO_STAGE(ctx, in, pairs, pair_of);
    GO_FILTER(ctx, in, outs[0], is_even);
    GO_MERGE(ctx, outs[1], ins, 2);
    GO_FAN_OUT(ctx, in, 3, add_up);
    GO_TEE(ctx, in, outs[2], outs[3]);
    GO_OR_DONE(ctx, in, outs[4]);
    GO_BATCH(ctx, in, batches, 3, GO_HOUR);
    GO_THROTTLE(ctx, in, outs[5], l);
    for (int i = 0; i < 6; i++)
        chan_free(outs[i]);
    chan_free(pairs);
    chan_free(batches);
}

TEST(the_end_of_the_context_ends_every_stage_even_if_nobody_reads)
{
    go_limiter *l = go_limiter_new(1000, 1);
    for (int round = 0; round < 20; round++) {
        go_context *ctx = go_context_with_cancel(go_context_background());
        chan(int) in = chan_make(int);
        start_all(ctx, in, l);
        go(count_for_ever, in, ctx);
        for (int i = 0; i < round; i++)
            go_yield();
        go_context_cancel(ctx);
        WAIT_UNTIL(go_num_goroutine() == 1);
        chan_free(in);
        go_context_free(ctx);
    }
    go_limiter_free(l);
}

TEST(stages_whose_neighbours_never_let_them_wait_end_with_their_context)
{
    go_context *ctx = go_context_with_cancel(go_context_background());
    chan(int) in = chan_make(int, 64), out = chan_make(int, 64);
    go(count_for_ever, in, ctx);
    GO_OR_DONE(ctx, in, out);
    for (int i = 0; i < 1000; i++)
        CHECK_EQ(chan_recv(out), i);
    go_context_cancel(ctx);
    while (chan_recv(out, NULL)) {}
    WAIT_UNTIL(go_num_goroutine() == 1);
    chan_free(in);
    chan_free(out);
    go_context_free(ctx);
}

static int leave(int v)
{
    if (v == 3)
        go_exit();
    return v;
}

TEST(a_function_that_exits_ends_its_stage_in_good_order)
{
    chan(int) in = chan_make(int, 5), out = chan_make(int, 5);
    for (int i = 1; i <= 5; i++)
        chan_send(in, i);
    GO_STAGE(NULL, in, out, leave);
    CHECK_EQ(chan_recv(out), 1);
    CHECK_EQ(chan_recv(out), 2);
    CHECK(!chan_recv(out, NULL));
    chan_free(in);
    chan_free(out);
}

TEST(numbers_out_of_range_panic)
{
    chan(int) in = chan_make(int);
    chan(int_batch) out = chan_make(int_batch);
    EXPECT_RUNTIME_PANIC("pipeline: number out of range", GO_FAN_OUT(NULL, in, 0, add_up));
    EXPECT_RUNTIME_PANIC("pipeline: number out of range", GO_BATCH(NULL, in, out, 0, GO_SECOND));
    chan_free(in);
    chan_free(out);
}
