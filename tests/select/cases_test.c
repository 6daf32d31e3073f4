// SPDX-License-Identifier: MIT
// Cases in unusual numbers and places: in loops and conditions, by the thousand, one channel in several
// cases, a select inside a case, a select inside an operand, large values, and defer, try and return
// around and inside a select.
#include "support/test.h"

static void send_value(chan(int) c, int v)
{
    chan_send(c, v);
}

static void check_loop_of_cases(int n)
{
    chan(int) *c = calloc((size_t)n, sizeof *c);
    for (int i = 0; i < n; i++)
        c[i] = chan_make(int);
    for (int target = 0; target < n; target += n / 10) {
        int v = -1, chosen = -1;
        go(send_value, c[target], 1000 + target);
        go_select {
            for (int i = 0; i < n; i++)
                case_recv(c[i], &v) {
                    chosen = i;
                }
        }
        CHECK_EQ(chosen, target);
        CHECK_EQ(v, 1000 + target);
    }
    for (int i = 0; i < n; i++)
        chan_free(c[i]);
    free(c);
}

TEST(cases_may_stand_in_a_loop)
{
    check_loop_of_cases(10);
}

TEST(a_select_may_have_thousands_of_cases)
{
    check_loop_of_cases(100);
    check_loop_of_cases(5000);
}

static int receive_if(bool with_a, chan(int) a, chan(int) b)
{
    int v = -1;
    go_select {
        if (with_a)
            case_recv(a, &v) {}
        case_recv(b, &v) {}
        case_default {}
    }
    return v;
}

TEST(cases_may_stand_in_a_condition)
{
    chan(int) a = chan_make(int, 1), b = chan_make(int, 1);
    chan_send(a, 1);
    CHECK_EQ(receive_if(false, a, b), -1);
    CHECK_EQ(receive_if(true, a, b), 1);
    chan_send(b, 2);
    CHECK_EQ(receive_if(false, a, b), 2);
    chan_free(a);
    chan_free(b);
}

TEST(several_sends_of_one_select_to_one_channel_send_once)
{
    chan(int) c = chan_make(int, 8);
    int chosen = 0;
    go_select {
        case_send(c, 1) {
            chosen = 1;
        }
        case_send(c, 2) {
            chosen = 2;
        }
        case_send(c, 3) {
            chosen = 3;
        }
    }
    CHECK_EQ(chan_len(c), 1);
    CHECK_EQ(chan_recv(c), chosen);
    chan_free(c);
}

TEST(a_select_may_stand_inside_a_case)
{
    chan(int) outer = chan_make(int, 1), inner = chan_make(int, 1);
    int v = 0, w = 0;
    chan_send(outer, 1);
    chan_send(inner, 2);
    go_select {
        case_recv(outer, &v) {
            go_select {
                case_recv(inner, &w) {
                    w *= 10;
                }
                case_default {
                    FAIL("the inner channel was ready");
                }
            }
            v *= 10;
        }
        case_timeout(GO_HOUR) {}
    }
    CHECK_EQ(v, 10);
    CHECK_EQ(w, 20);
    chan_free(outer);
    chan_free(inner);
}

struct block {
    int64_t word[500];
};

static struct block block_of(int64_t n)
{
    struct block b;
    for (int i = 0; i < 500; i++)
        b.word[i] = n;
    return b;
}

static bool is_block_of(const struct block *b, int64_t n)
{
    for (int i = 0; i < 500; i++)
        if (b->word[i] != n)
            return false;
    return true;
}

static struct block selected_block(chan(struct block) c, int64_t n)
{
    struct block b = {{0}};
    go_select {
        case_send(c, block_of(n)) {}
        case_send(c, block_of(n)) {}
    }
    chan_recv(c, &b);
    return b;
}

TEST(large_values_of_several_send_cases_are_kept_apart)
{
    chan(struct block) c = chan_make(struct block, 1);
    bool seen[4] = {false};
    for (int i = 0; i < 200; i++) {
        int chosen = 0;
        go_select {
            case_send(c, block_of(1)) {
                chosen = 1;
            }
            case_send(c, block_of(2)) {
                chosen = 2;
            }
            case_send(c, block_of(3)) {
                chosen = 3;
            }
        }
        struct block b = chan_recv(c);
        CHECK(is_block_of(&b, chosen));
        seen[chosen] = true;
    }
    CHECK(seen[1] && seen[2] && seen[3]);
    chan_free(c);
}

TEST(operand_may_itself_select_over_large_values)
{
    chan(struct block) outer = chan_make(struct block, 1), inner = chan_make(struct block, 1);
    for (int i = 0; i < 50; i++) {
        int chosen = 0;
        go_select {
            case_send(outer, block_of(1)) {
                chosen = 1;
            }
            case_send(outer, selected_block(inner, 2)) {
                chosen = 2;
            }
            case_send(outer, block_of(3)) {
                chosen = 3;
            }
        }
        struct block b = chan_recv(outer);
        CHECK(is_block_of(&b, chosen));
    }
    chan_free(outer);
    chan_free(inner);
}

static void receive_blocks(chan(struct block) c, int n, chan(int) result)
{
    int intact = 0;
    for (int i = 0; i < n; i++) {
        struct block b;
        chan_recv(c, &b);
        intact += is_block_of(&b, b.word[0]);
    }
    chan_send(result, intact);
}

TEST(large_values_pass_from_a_parked_select_to_a_receiver)
{
    chan(struct block) a = chan_make(struct block), b = chan_make(struct block);
    chan(int) result = chan_make(int);
    go(receive_blocks, a, 100, result);
    go(receive_blocks, b, 100, result);
    int to_a = 0, to_b = 0;
    while (to_a + to_b < 200) {
        go_select {
            if (to_a < 100)
                case_send(a, block_of(to_a)) {
                    to_a++;
                }
            if (to_b < 100)
                case_send(b, block_of(to_b)) {
                    to_b++;
                }
        }
    }
    CHECK_EQ(chan_recv(result) + chan_recv(result), 200);
    chan_free(a);
    chan_free(b);
    chan_free(result);
}

static void count_up(int *n)
{
    ++*n;
}

TEST(deferred_calls_of_a_case_run_when_its_block_is_left)
{
    chan(int) c = chan_make(int, 4);
    int ended = 0;
    for (int i = 1; i <= 4; i++) {
        go_select {
            case_send(c, i) {
                defer(count_up, &ended);
                CHECK_EQ(ended, i - 1);
                if (i == 2)
                    // vet: allow breakloop: it leaves the select
                    break;
            }
        }
        CHECK_EQ(ended, i);
    }
    chan_free(c);
}

TEST(panic_in_a_case_leaves_the_select_and_the_next_one_works)
{
    chan(int) c = chan_make(int, 2);
    volatile int v = 0;
    chan_send(c, 1);
    chan_send(c, 2);
    go_try {
        go_select {
            case_recv(c) {
                go_panic("in a case");
            }
        }
    }
    go_catch(p) {
        CHECK_STR(p->message, "in a case");
    }
    int w = 0;
    go_select {
        case_recv(c, &w) {
            v = w;
        }
    }
    CHECK_EQ(v, 2);
    chan_free(c);
}

static int panicking_operand(void)
{
    go_panic("in an operand");
}

static void select_with_a_panicking_operand(chan(int) c)
{
    go_select {
        case_send(c, 1) {}
        case_send(c, panicking_operand()) {}
    }
}

TEST(panic_in_an_operand_sends_nothing)
{
    chan(int) c = chan_make(int, 4);
    EXPECT_PANIC("in an operand", select_with_a_panicking_operand(c));
    CHECK_EQ(chan_len(c), 0);
    chan_free(c);
}

TEST(cases_take_channels_of_different_types)
{
    chan(double) d = chan_make(double, 1);
    chan(const char *) s = chan_make(const char *, 1);
    chan(go_unit) u = chan_make(go_unit, 1);
    send_chan(double) out = d;
    recv_chan(const char *) in = s;
    chan_send(s, "text");
    int done = 0;
    const char *text = NULL;
    while (done != 7) {
        go_select {
            if (!(done & 1))
                case_send(out, 1) {
                    done |= 1;
                }
            if (!(done & 2))
                case_recv(in, &text) {
                    done |= 2;
                }
            if (!(done & 4))
                case_send(u, GO_UNIT) {
                    done |= 4;
                }
        }
    }
    CHECK(chan_recv(d) == 1.0);
    CHECK_STR(text, "text");
    CHECK_EQ(chan_len(u), 1);
    chan_free(d);
    chan_free(s);
    chan_free(u);
}
