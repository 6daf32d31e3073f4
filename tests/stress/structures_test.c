// SPDX-License-Identifier: MIT
// The data structures among the patterns, used by goroutines and foreign threads while the number of processors changes
// all the time, so that goroutines are moved and preempted in the middle of everything: nothing is lost, doubled or
// mixed up. Each part ends by freeing what it used, which the address sanitizer watches.
#include "support/disturbed.h"
#include "support/test.h"

// --- Lock-free stack ---

enum { TOKENS = 12 };

static go_lfstack stack;
static atomic_int owners[TOKENS];

static void juggle(long me, long rounds)
{
    void *held[3];
    for (long i = 0; i < rounds; i++) {
        int n = 0;
        while (n < 1 + (i + me) % 3 && go_lfstack_pop(&stack, &held[n]))
            CHECK_EQ(atomic_fetch_add(&owners[(uintptr_t)held[n++]], 1), 0);
        while (n-- > 0) {
            atomic_fetch_sub(&owners[(uintptr_t)held[n]], 1);
            go_lfstack_push(&stack, held[n]);
        }
        if (i % 256 == 0)
            go_yield();
    }
}

TEST_LONG(lock_free_stack_keeps_its_values, 120)
{
    test_short_slices();
    bool seen[TOKENS] = {false};
    void *v;
    for (uintptr_t i = 0; i < TOKENS; i++)
        go_lfstack_push(&stack, (void *)i);
    test_run_disturbed(juggle, 8, (long)test_rounds(100000));
    for (int i = 0; i < TOKENS; i++) {
        CHECK(go_lfstack_pop(&stack, &v) && !seen[(uintptr_t)v]);
        seen[(uintptr_t)v] = true;
    }
    CHECK(!go_lfstack_pop(&stack, &v));
    go_lfstack_free(&stack);
}

// --- Ring ---

static go_ring(long) ring;
static atomic_long put_sum, got_sum;

static void put_or_get(long me, long rounds)
{
    long sum = 0, v;
    for (long i = 0; i < rounds; i++) {
        if (me % 2 == 0) {
            go_ring_put(ring, i);
            sum += i;
        } else {
            v = go_ring_get(ring);
            sum += v;
        }
    }
    atomic_fetch_add(me % 2 == 0 ? &put_sum : &got_sum, sum);
}

TEST_LONG(ring_gives_what_was_put, 120)
{
    test_short_slices();
    long v;
    ring = go_ring_new(long, 5);
    test_run_disturbed(put_or_get, 8, (long)test_rounds(30000));
    CHECK_EQ(atomic_load(&put_sum), atomic_load(&got_sum));
    CHECK(!go_ring_try_get(ring, &v));
    go_ring_free(ring);
}

// --- Barrier ---

enum { MEMBERS = 8 };

static go_barrier *barrier;
static long steps[MEMBERS]; // plain: the barrier orders them

static void step(long me, long rounds)
{
    for (long i = 0; i < rounds; i++) {
        steps[me] = i;
        CHECK_EQ(go_barrier_wait(barrier), 2 * (uint64_t)i);
        for (int k = 0; k < MEMBERS; k++)
            CHECK_EQ(steps[k], i);
        CHECK_EQ(go_barrier_wait(barrier), 2 * (uint64_t)i + 1);
    }
}

TEST_LONG(barrier_keeps_rounds_apart, 120)
{
    test_short_slices();
    barrier = go_barrier_new(MEMBERS);
    test_run_disturbed(step, MEMBERS - 2, (long)test_rounds(5000));
    go_barrier_free(barrier);
}

// --- Cache ---

static go_lru *cache;
static atomic_long puts_of[16], evictions_of[16];

static void note_eviction(const char *key, void *value)
{
    CHECK_EQ(strtol(key, NULL, 10), (long)value);
    atomic_fetch_add(&evictions_of[(long)value / 1000], 1);
}

// Keys of one's own only, so that what was got can be told from what was pushed out.
static void use_cache(long me, long rounds)
{
    char key[32];
    void *v;
    uint32_t seed = (uint32_t)me;
    for (long i = 0; i < rounds; i++) {
        seed = seed * 1664525 + 1013904223;
        long k = me * 1000 + (seed >> 8) % 100;
        snprintf(key, sizeof key, "%ld", k);
        if (go_lru_get(cache, key, &v)) {
            CHECK_EQ((long)v, k);
        } else {
            go_lru_put(cache, key, (void *)k);
            atomic_fetch_add(&puts_of[me], 1);
        }
    }
}

TEST_LONG(cache_loses_nothing_but_what_it_pushes_out, 120)
{
    test_short_slices();
    long left = 0;
    cache = go_lru_new(300, note_eviction);
    test_run_disturbed(use_cache, 8, (long)test_rounds(30000));
    for (int i = 0; i < 10; i++) {
        long here = atomic_load(&puts_of[i]) - atomic_load(&evictions_of[i]);
        CHECK(here >= 0 && here <= 100);
        left += here;
    }
    CHECK_EQ(left, 300);
    CHECK_EQ(go_lru_len(cache), 300);
    go_lru_free(cache);
}

// --- Sharded map ---

static go_shardmap *map;

static bool check_key(const char *key, size_t n, void *value, void *arg)
{
    CHECK_EQ(strlen(key), n);
    CHECK_EQ(strtol(key, NULL, 10), (long)value);
    ++*(long *)arg;
    return true;
}

static void use_map(long me, long rounds)
{
    char key[32];
    void *v;
    bool there[50] = {false};
    for (long i = 0; i < rounds; i++) {
        long k = i * 7 % 50, all = me * 1000 + k, seen = 0;
        snprintf(key, sizeof key, "%ld", all);
        CHECK_EQ(go_shardmap_load(map, key, &v), there[k]);
        CHECK(!there[k] || v == (void *)all);
        if (i % 3 == 0)
            go_shardmap_delete(map, key);
        else
            go_shardmap_store(map, key, (void *)all);
        there[k] = i % 3 != 0;
        if (i % 1000 == 0) {
            go_shardmap_range(map, check_key, &seen);
            CHECK(seen <= 10 * 50);
        }
    }
}

TEST_LONG(sharded_map_is_right_for_each_key, 120)
{
    test_short_slices();
    map = go_shardmap_new(5);
    test_run_disturbed(use_map, 8, (long)test_rounds(30000));
    CHECK(go_shardmap_len(map) <= 10 * 50);
    go_shardmap_free(map);
}

// --- One run for all ---

static go_singleflight group;
static atomic_int running[3];

static int answer(void **result, long key)
{
    static long answers[] = {10, 11, 12};
    CHECK_EQ(atomic_fetch_add(&running[key], 1), 0);
    go_yield();
    *result = &answers[key];
    atomic_fetch_sub(&running[key], 1);
    return 0;
}

static void ask(long me, long rounds)
{
    static const char *const keys[] = {"ten", "eleven", "twelve"};
    for (long i = 0; i < rounds; i++) {
        long key = (i + me) % 3;
        void *v = NULL;
        if (i % 16 == 0) {
            recv_chan(go_flight_result)
                ch = go_singleflight_do_chan(&group, keys[key], answer, key);
            CHECK_EQ(*(long *)chan_recv(ch).result, 10 + key);
            chan_free(ch);
        } else {
            CHECK_EQ(go_singleflight_do(&group, keys[key], &v, NULL, answer, key), 0);
            CHECK_EQ(*(long *)v, 10 + key);
        }
    }
}

TEST_LONG(nothing_runs_twice_at_the_same_time, 120)
{
    test_short_slices();
    test_run_disturbed(ask, 8, (long)test_rounds(10000));
    WAIT_UNTIL(go_map_len(&group.flights) == 0 && go_num_goroutine() == 1);
    go_singleflight_free(&group);
}
