// SPDX-License-Identifier: MIT
// Edges of contexts, timers, maps, pools and atomics: what each operation orders, and what it does not, in programs
// of two goroutines that use one variable.
#include "edges.h"

#include <stdatomic.h>

static go_context *ctx;
static go_timer *timer;
static go_map map;
static go_pool pool;
_Alignas(8) static atomic_int flag; // in no word with the cell

static void await_done_and_read(void)
{
    chan_recv(go_context_done(ctx));
    read_cell();
}

static void await_error_and_read(void)
{
    while (!go_context_err(ctx))
        go_yield();
    read_cell();
}

static void await_cause_and_read(void)
{
    while (!go_context_cause(ctx))
        go_yield();
    read_cell();
}

static void select_done_and_read(void)
{
    go_select {
        case_done(ctx)
            read_cell();
    }
}

ORDERED(ctx_cancel_done)
{
    ctx = go_context_with_cancel(go_context_background());
    go(await_done_and_read);
    nap();
    write_cell();
    go_context_cancel(ctx);
    nap();
}

ORDERED(ctx_cancel_err)
{
    ctx = go_context_with_cancel(go_context_background());
    go(await_error_and_read);
    nap();
    write_cell();
    go_context_cancel(ctx);
    nap();
}

ORDERED(ctx_cancel_cause)
{
    ctx = go_context_with_cancel(go_context_background());
    go(await_cause_and_read);
    nap();
    write_cell();
    go_context_cancel_cause(ctx, -5);
    nap();
}

ORDERED(ctx_cancel_case_done)
{
    ctx = go_context_with_cancel(go_context_background());
    go(select_done_and_read);
    nap();
    write_cell();
    go_context_cancel(ctx);
    nap();
}

static go_context *parent;

ORDERED(ctx_cancel_parent_child_done)
{
    parent = go_context_with_cancel(go_context_background());
    ctx = go_context_with_cancel(go_context_with_value(parent, &cell, &cell));
    go(await_done_and_read);
    go(await_error_and_read);
    nap();
    write_cell();
    go_context_cancel(parent);
    nap();
}

ORDERED(ctx_cancel_after_func)
{
    ctx = go_context_with_cancel(go_context_background());
    go_context_after_func(ctx, read_cell);
    nap();
    write_cell();
    go_context_cancel(ctx);
    nap();
}

RACES(ctx_after_cancel_races)
{
    ctx = go_context_with_cancel(go_context_background());
    go(await_done_and_read);
    nap();
    go_context_cancel(ctx);
    nap();
    write_cell();
}

RACES(ctx_err_zero_orders_nothing)
{
    ctx = go_context_with_cancel(go_context_background());
    go(write_cell);
    nap();
    go_context_err(ctx);
    read_cell();
}

RACES(ctx_timeout_orders_nothing)
{
    ctx = go_context_with_timeout(go_context_background(), 3 * GO_MILLISECOND);
    go(write_cell);
    chan_recv(go_context_done(ctx));
    read_cell();
}

ORDERED(after_func_start_orders)
{
    write_cell();
    timer = go_after_func(GO_MILLISECOND, read_cell);
    nap();
}

ORDERED(after_func_reset_orders)
{
    timer = go_after_func(GO_HOUR, read_cell);
    write_cell();
    go_timer_reset(timer, GO_MILLISECOND);
    nap();
}

RACES(after_func_after_races)
{
    timer = go_after_func(GO_MILLISECOND, read_cell);
    write_cell();
    nap();
    nap();
}

RACES(timer_stop_false_orders_nothing)
{
    timer = go_after_func(1 * GO_MILLISECOND, write_cell);
    nap();
    go_timer_stop(timer);
    read_cell();
}

static int key;

static void write_and_store(void)
{
    write_cell();
    go_map_store(&map, "k", &key);
}

static void read_and_load(void)
{
    read_cell();
    go_map_load(&map, "k", NULL);
}

ORDERED(map_store_load)
{
    go(write_and_store);
    void *v;
    while (!go_map_load(&map, "k", &v))
        go_yield();
    read_cell();
}

RACES(map_load_store_no_edge)
{
    go_map_store(&map, "k", &key);
    go(read_and_load);
    nap();
    go_map_store(&map, "k", NULL);
    write_cell();
}

ORDERED(map_store_before_load_or_store)
{
    go(write_and_store);
    nap();
    bool l;
    go_map_load_or_store(&map, "k", NULL, &l);
    must(l);
    read_cell();
}

ORDERED(map_store_before_load_and_delete)
{
    go(write_and_store);
    nap();
    must(go_map_load_and_delete(&map, "k", NULL));
    read_cell();
}

ORDERED(map_store_before_swap)
{
    go(write_and_store);
    nap();
    must(go_map_swap(&map, "k", NULL, NULL));
    read_cell();
}

ORDERED(map_store_before_compare_and_swap)
{
    go(write_and_store);
    nap();
    must(go_map_compare_and_swap(&map, "k", &key, NULL));
    read_cell();
}

static bool read_in_a_range(const char *k, size_t n, void *v, void *a)
{
    (void)k;
    (void)n;
    (void)v;
    (void)a;
    read_cell();
    return true;
}

ORDERED(map_store_before_range)
{
    go(write_and_store);
    nap();
    go_map_range(&map, read_in_a_range, NULL);
}

RACES(map_other_key_no_edge)
{
    go_map_store(&map, "b", &key);
    go(write_and_store);
    nap();
    go_map_load(&map, "b", NULL);
    read_cell();
}

RACES(map_len_no_edge)
{
    go(write_and_store);
    nap();
    go_map_len(&map);
    read_cell();
}

RACES(map_miss_no_edge)
{
    go(write_and_store);
    nap();
    go_map_load(&map, "zz", NULL);
    read_cell();
}

static void write_and_put(void)
{
    static int many[64];
    write_cell();
    // The first ones stay with their processor, which may never be the caller's.
    for (int i = 0; i < 64; i++)
        go_pool_put(&pool, &many[i]);
}

ORDERED(pool_put_get)
{
    go(write_and_put);
    void *p;
    while (!(p = go_pool_get(&pool)))
        go_yield();
    read_cell();
}

static void write_and_release(void)
{
    write_cell();
    atomic_store_explicit(&flag, 1, memory_order_release);
}

static void write_and_store_relaxed(void)
{
    write_cell();
    atomic_store_explicit(&flag, 1, memory_order_relaxed);
}

ORDERED(atomic_release_acquire)
{
    go(write_and_release);
    while (!atomic_load(&flag))
        go_yield();
    read_cell();
}

RACES(atomic_relaxed)
{
    go(write_and_store_relaxed);
    while (!atomic_load_explicit(&flag, memory_order_relaxed))
        go_yield();
    read_cell();
}
