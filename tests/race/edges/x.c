// SPDX-License-Identifier: MIT
// Edges of the patterns of gofer/x: what each operation orders, and what it does not, in programs of two goroutines
// that use one variable.
#include "edges.h"

#include <stdatomic.h>

static int key;
static go_semaphore *units;
static go_lfstack stack;
static go_ring(int) ring;
static go_pubsub *topics;
static chan(int) messages;
static go_barrier *barrier;
static go_lru *cache;
static go_shardmap *shards;
static go_workers *workers;
static go_errgroup *tasks;
static go_singleflight flights;

static void write_with_a_unit(void)
{
    go_semaphore_acquire(units, go_context_background(), 1);
    write_cell();
    go_semaphore_release(units, 1);
}

ORDERED(sem_ordered)
{
    units = go_semaphore_new(1);
    go(write_with_a_unit);
    nap();
    go_semaphore_acquire(units, go_context_background(), 1);
    read_cell();
}

ORDERED(sem_try_ordered)
{
    units = go_semaphore_new(1);
    go(write_with_a_unit);
    nap();
    must(go_semaphore_try_acquire(units, 1));
    read_cell();
}

ORDERED(sem_parked_ordered)
{
    units = go_semaphore_new(1);
    go_semaphore_acquire(units, go_context_background(), 1);
    go(write_with_a_unit);
    nap();
    write_cell();
    go_semaphore_release(units, 1);
    nap();
}

static void write_and_push(void)
{
    write_cell();
    go_lfstack_push(&stack, &key);
}

ORDERED(lfstack_ordered)
{
    go(write_and_push);
    void *p;
    while (!go_lfstack_pop(&stack, &p))
        go_yield();
    read_cell();
}

static void write_and_put(void)
{
    write_cell();
    go_ring_put(ring, 1);
}

ORDERED(ring_ordered)
{
    ring = go_ring_new(int, 2);
    go(write_and_put);
    go_ring_get(ring);
    read_cell();
}

static void write_and_get(void)
{
    write_cell();
    go_ring_get(ring);
}

ORDERED(ring_room_ordered)
{
    ring = go_ring_new(int, 1);
    go_ring_put(ring, 1);
    go(write_and_get);
    go_ring_put(ring, 2);
    read_cell();
}

RACES(ring_get_not_before_put_with_room)
{
    ring = go_ring_new(int, 4);
    go_ring_put(ring, 1);
    go(write_and_get);
    nap();
    go_ring_put(ring, 2);
    read_cell();
}

static void write_and_publish(void)
{
    write_cell();
    int v = 1;
    go_pubsub_publish(topics, "t", &v);
}

ORDERED(pubsub_ordered)
{
    topics = go_pubsub_new();
    messages = go_pubsub_subscribe(topics, "t", int, 1);
    go(write_and_publish);
    chan_recv(messages);
    read_cell();
}

static void write_and_meet(void)
{
    write_cell();
    go_barrier_wait(barrier);
}

ORDERED(barrier_ordered)
{
    barrier = go_barrier_new(2);
    go(write_and_meet);
    go_barrier_wait(barrier);
    read_cell();
}

static void meet_and_read(void)
{
    go_barrier_wait(barrier);
    read_cell();
}

ORDERED(barrier_ordered_other)
{
    barrier = go_barrier_new(2);
    go(meet_and_read);
    nap();
    write_cell();
    go_barrier_wait(barrier);
    nap();
}

static void meet_and_write(void)
{
    go_barrier_wait(barrier);
    write_cell();
}

RACES(barrier_after_races)
{
    barrier = go_barrier_new(2);
    go(meet_and_write);
    go_barrier_wait(barrier);
    read_cell();
    nap();
}

static void write_and_keep(void)
{
    write_cell();
    go_lru_put(cache, "k", &key);
}

ORDERED(lru_ordered)
{
    cache = go_lru_new(2, NULL);
    go(write_and_keep);
    void *v;
    while (!go_lru_get(cache, "k", &v))
        go_yield();
    read_cell();
}

static void write_and_store(void)
{
    write_cell();
    go_shardmap_store(shards, "k", &key);
}

ORDERED(shardmap_ordered)
{
    shards = go_shardmap_new(4);
    go(write_and_store);
    void *v;
    while (!go_shardmap_load(shards, "k", &v))
        go_yield();
    read_cell();
}

static int writing_job(void)
{
    write_cell();
    return 0;
}

static int failing_job_that_reads(void)
{
    read_cell();
    return -5;
}

ORDERED(workers_submit_and_shutdown)
{
    workers = go_workers_new((go_workers_options){.workers = 2, .queue = 2, .errors = 2});
    write_cell();
    go_workers_submit(workers, writing_job);
    go_workers_shutdown(workers, go_context_background());
    read_cell();
}

ORDERED(workers_error_ordered)
{
    workers = go_workers_new((go_workers_options){.workers = 2, .queue = 2, .errors = 2});
    write_cell();
    go_workers_submit(workers, failing_job_that_reads);
    chan_recv(go_workers_errors(workers));
    write_cell();
}

RACES(workers_after_submit_races)
{
    workers = go_workers_new((go_workers_options){.workers = 2, .queue = 2, .errors = 2});
    go_workers_submit(workers, failing_job_that_reads);
    nap();
    write_cell();
}

static int write_beside_another(void)
{
    static atomic_int there;
    write_cell();
    atomic_fetch_add_explicit(&there, 1, memory_order_relaxed);
    while (atomic_load_explicit(&there, memory_order_relaxed) < 2)
        go_sleep(GO_MILLISECOND);
    return 0;
}

RACES(two_jobs)
{
    workers = go_workers_new((go_workers_options){.workers = 2, .queue = 2, .errors = 2});
    go_workers_submit(workers, write_beside_another);
    go_workers_submit(workers, write_beside_another);
    go_workers_shutdown(workers, go_context_background());
}

ORDERED(errgroup_ordered)
{
    tasks = go_errgroup_new(go_context_background());
    write_cell();
    go_errgroup_go(tasks, writing_job);
    go_errgroup_wait(tasks);
    read_cell();
}

ORDERED(errgroup_ctx_ordered)
{
    tasks = go_errgroup_new(go_context_background());
    write_cell();
    go_errgroup_go(tasks, failing_job_that_reads);
    chan_recv(go_context_done(go_errgroup_context(tasks)));
    write_cell();
}

RACES(errgroup_before_wait_races)
{
    tasks = go_errgroup_new(go_context_background());
    go_errgroup_go(tasks, writing_job);
    nap();
    read_cell();
    go_errgroup_wait(tasks);
}

RACES(errgroup_siblings_race)
{
    tasks = go_errgroup_new(NULL);
    go_errgroup_go(tasks, writing_job);
    go_errgroup_go(tasks, failing_job_that_reads);
    go_errgroup_wait(tasks);
}

ORDERED(errgroup_limit_1_siblings_ordered)
{
    tasks = go_errgroup_new(NULL);
    go_errgroup_set_limit(tasks, 1);
    go_errgroup_go(tasks, writing_job);
    go_errgroup_go(tasks, writing_job);
    go_errgroup_wait(tasks);
    read_cell();
}

static atomic_int flying, landing; // relaxed: they order nothing

// The first flight writes and stays up until it is told to land. One that comes too late for it has one of its own.
static int writing_flight(void **result)
{
    if (atomic_exchange_explicit(&flying, 1, memory_order_relaxed))
        return 0;
    write_cell();
    *result = &cell;
    while (!atomic_load_explicit(&landing, memory_order_relaxed))
        go_sleep(GO_MILLISECOND);
    return 0;
}

static void fly_and_read(void)
{
    bool shared;
    go_singleflight_do(&flights, "k", NULL, &shared, writing_flight);
    if (shared)
        read_cell();
}

ORDERED(singleflight_ordered)
{
    go(fly_and_read);
    while (!atomic_load_explicit(&flying, memory_order_relaxed))
        nap();
    go(fly_and_read);
    nap();
    recv_chan(go_flight_result) ch = go_singleflight_do_chan(&flights, "k", writing_flight);
    atomic_store_explicit(&landing, 1, memory_order_relaxed);
    chan_recv(ch);
    read_cell();
    nap();
}

ORDERED(singleflight_chan_ordered)
{
    atomic_store_explicit(&landing, 1, memory_order_relaxed);
    recv_chan(go_flight_result) ch = go_singleflight_do_chan(&flights, "k", writing_flight);
    chan_recv(ch);
    read_cell();
}

static int first_one_writes(void **result, int i, go_context *ctx)
{
    (void)result;
    (void)ctx;
    if (i == 0) {
        write_cell();
        return 0;
    }
    return -1;
}

ORDERED(first_ordered)
{
    void *r;
    go_first(go_context_background(), &r, 2, first_one_writes);
    read_cell();
}

static int write_and_pass_on(int v)
{
    write_cell();
    return v;
}

ORDERED(stage_ordered)
{
    chan(int) a = chan_make(int), b = chan_make(int);
    GO_STAGE(go_context_background(), a, b, write_and_pass_on);
    write_cell();
    chan_send(a, 1);
    chan_recv(b);
    read_cell();
}

static void take_and_write(int v)
{
    (void)v;
    write_cell();
}

RACES(fan_out_workers_race)
{
    chan(int) a = chan_make(int, 4);
    GO_FAN_OUT(go_context_background(), a, 2, take_and_write);
    for (int i = 0; i < 20; i++) {
        chan_send(a, 1);
        nap();
    }
}
