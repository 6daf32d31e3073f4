// SPDX-License-Identifier: MIT
// Edges of goroutines, channels and select: what each operation orders, and what it does not, in programs of two
// goroutines that use one variable.
#include "edges.h"

static chan(int) c, other;
static go_waitgroup group;

ORDERED(go_orders_what_came_before)
{
    write_cell();
    go(read_cell);
    nap();
}

RACES(go_does_not_order_what_comes_after)
{
    go(read_cell);
    write_cell();
    nap();
}

ORDERED(go_with_orders)
{
    write_cell();
    go_with(GO_ATTR(.name = "a"), read_cell);
    nap();
}

ORDERED(go_safe_orders)
{
    write_cell();
    go_safe(read_cell);
    nap();
}

ORDERED(waitgroup_go_orders_both_ends)
{
    write_cell();
    go_waitgroup_go(&group, write_cell);
    go_waitgroup_wait(&group);
    read_cell();
}

RACES(yield_orders_nothing)
{
    go(write_cell);
    for (int i = 0; i < 50; i++)
        go_yield();
    nap();
    read_cell();
}

static void write_and_receive(void)
{
    write_cell();
    chan_recv(c);
}

ORDERED(unbuffered_receive_before_the_send_returns)
{
    c = chan_make(int);
    go(write_and_receive);
    nap();
    chan_send(c, 1);
    read_cell();
}

RACES(receive_into_room_not_before_the_send)
{
    c = chan_make(int, 1);
    go(write_and_receive);
    nap();
    chan_send(c, 1);
    nap();
    read_cell();
}

ORDERED(first_receive_of_two_before_the_third_send)
{
    c = chan_make(int, 2);
    chan_send(c, 1);
    chan_send(c, 2);
    go(write_and_receive);
    nap();
    chan_send(c, 3);
    read_cell();
}

RACES(first_receive_of_two_not_before_the_second_send)
{
    c = chan_make(int, 2);
    chan_send(c, 1);
    go(write_and_receive);
    nap();
    chan_send(c, 2);
    read_cell();
}

ORDERED(receive_before_the_try_that_uses_its_room)
{
    c = chan_make(int, 1);
    chan_send(c, 1);
    go(write_and_receive);
    nap();
    must(chan_try_send(c, 1));
    read_cell();
}

static void send_write_and_close(void)
{
    chan_send(c, 1);
    write_cell();
    chan_close(c);
}

RACES(value_sent_before_does_not_order_the_close)
{
    c = chan_make(int, 1);
    go(send_write_and_close);
    nap();
    int v;
    chan_recv(c, &v);
    read_cell();
    nap();
}

ORDERED(close_before_who_sees_it)
{
    c = chan_make(int, 1);
    go(send_write_and_close);
    nap();
    int v;
    while (chan_recv(c, &v)) {}
    read_cell();
}

ORDERED(close_before_a_try_that_sees_it)
{
    c = chan_make(int, 1);
    go(send_write_and_close);
    nap();
    chan_recv(c);
    must(!(chan_try_recv(c, NULL) != GO_CLOSED));
    read_cell();
}

ORDERED(close_before_the_end_of_a_range)
{
    c = chan_make(int, 1);
    go(send_write_and_close);
    chan_range(v, c)
        (void)v;
    read_cell();
}

static void write_and_try_to_receive(void)
{
    write_cell();
    chan_try_recv(c, NULL);
}

RACES(try_recv_would_block_orders_nothing)
{
    c = chan_make(int);
    go(write_and_try_to_receive);
    nap();
    chan_try_send(c, 1);
    read_cell();
}

static void write_and_send(void)
{
    write_cell();
    chan_send(c, 1);
}

ORDERED(select_recv_ordered)
{
    c = chan_make(int);
    other = chan_make(int);
    go(write_and_send);
    nap();
    go_select {
        case_recv(c) {}
        case_recv(other) {}
    }
    read_cell();
}

ORDERED(select_recv_parked_ordered)
{
    c = chan_make(int);
    other = chan_make(int);
    write_cell();
    go(write_and_send);
    go_select {
        case_recv(c) {}
        case_recv(other) {}
    }
    read_cell();
}

static void write_and_send_in_a_select(void)
{
    write_cell();
    go_select {
        case_send(c, 1) {}
        case_recv(other) {}
    }
}

ORDERED(select_send_ordered)
{
    c = chan_make(int);
    other = chan_make(int);
    go(write_and_send_in_a_select);
    nap();
    chan_recv(c);
    read_cell();
}

ORDERED(select_send_buf_ordered)
{
    c = chan_make(int, 1);
    other = chan_make(int);
    go(write_and_send_in_a_select);
    nap();
    go_select {
        case_recv(c) {}
        case_default {
            must(false);
        }
    }
    read_cell();
}

static void write_and_receive_in_a_select(void)
{
    write_cell();
    go_select {
        case_recv(c) {}
        case_recv(other) {}
    }
}

ORDERED(select_unbuf_recv_before_send)
{
    c = chan_make(int);
    other = chan_make(int);
    go(write_and_receive_in_a_select);
    nap();
    chan_send(c, 1);
    read_cell();
}

RACES(select_other_case_orders_nothing)
{
    c = chan_make(int, 1);
    other = chan_make(int, 1);
    go(write_and_send);
    nap();
    chan_send(other, 1);
    chan_recv(other);
    read_cell();
}

RACES(select_timeout_orders_nothing)
{
    c = chan_make(int);
    go(write_cell);
    go_select {
        case_timeout(5 * GO_MILLISECOND) {}
        case_recv(c) {}
    }
    read_cell();
}

ORDERED(select_close_ordered)
{
    c = chan_make(int, 1);
    other = chan_make(int);
    go(send_write_and_close);
    nap();
    chan_recv(c);
    go_select {
        case_recv(c) {}
        case_recv(other) {}
    }
    read_cell();
}

RACES(after_chan_orders_nothing)
{
    go(write_cell);
    recv_chan(go_time) a = go_after(5 * GO_MILLISECOND);
    chan_recv(a);
    read_cell();
}

RACES(ticker_orders_nothing)
{
    go(write_cell);
    go_ticker *t = go_ticker_new(3 * GO_MILLISECOND);
    chan_recv(go_ticker_chan(t));
    read_cell();
}

static void send_and_write_deferred(void)
{
    defer(write_cell);
    chan_send(c, 1);
}

RACES(deferred_write_after_send_races)
{
    c = chan_make(int);
    go(send_and_write_deferred);
    chan_recv(c);
    read_cell();
    nap();
}

static void write_and_count_down_deferred(void)
{
    defer(go_waitgroup_done, &group);
    defer(write_cell);
}

ORDERED(deferred_done_ordered)
{
    go_waitgroup_add(&group, 1);
    go(write_and_count_down_deferred);
    go_waitgroup_wait(&group);
    read_cell();
}

static void write_and_panic(void)
{
    write_cell();
    go_panic("x");
}

static void panic_protected_and_send(void)
{
    go_panic_info *p = go_protect(write_and_panic);
    go_panic_free(p);
    chan_send(c, 1);
}

ORDERED(protect_then_send_ordered)
{
    c = chan_make(int);
    go(panic_protected_and_send);
    chan_recv(c);
    read_cell();
}

static chan(go_unit) signals;

static void write_and_signal(void)
{
    write_cell();
    chan_send(signals, GO_UNIT);
}

ORDERED(unit_ordered)
{
    signals = chan_make(go_unit);
    go(write_and_signal);
    chan_recv(signals);
    read_cell();
}

static void write_and_take_a_signal(void)
{
    write_cell();
    chan_recv(signals);
}

ORDERED(unit_cap_ordered)
{
    signals = chan_make(go_unit, 1);
    chan_send(signals, GO_UNIT);
    go(write_and_take_a_signal);
    chan_send(signals, GO_UNIT);
    read_cell();
}

struct large_value {
    char b[100000];
};
static chan(struct large_value) larges;
static struct large_value large;

static void write_and_send_a_large_value(void)
{
    large.b[5]++;
    chan_send(larges, large);
}

ORDERED(big_value_reuse_ok)
{
    larges = chan_make(struct large_value);
    go(write_and_send_a_large_value);
    static struct large_value l;
    chan_recv(larges, &l);
    large.b[5]++;
}

static void receive_into_the_cell(void)
{
    chan_recv(c, &cell);
}

RACES(recv_destination_races)
{
    c = chan_make(int, 1);
    go(receive_into_the_cell);
    nap();
    chan_send(c, 3);
    nap();
    read_cell();
}

static void select_into_the_cell(void)
{
    go_select {
        case_recv(c, &cell) {}
        case_recv(other) {}
    }
}

RACES(select_destination_races)
{
    c = chan_make(int, 1);
    other = chan_make(int);
    go(select_into_the_cell);
    nap();
    chan_send(c, 3);
    nap();
    read_cell();
}

static void write_and_exit(void)
{
    write_cell();
    go_exit();
}

RACES(go_exit_orders_nothing)
{
    go(write_and_exit);
    while (go_num_goroutine() > 1)
        go_yield();
    read_cell();
}
