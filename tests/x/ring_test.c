// SPDX-License-Identifier: MIT
// go_ring: capacity, order, values of several types, blocking on both sides, and many goroutines on each.
#include "support/test.h"

#include <gofer/x/ring.h>

TEST(ring_without_room_is_refused)
{
    go_ring(int) none = go_ring_new(int, 0), negative = go_ring_new(int, -1);
    CHECK(none == NULL);
    CHECK(negative == NULL);
    go_ring_free(none);
}

TEST(ring_has_room_for_exactly_its_capacity)
{
    int v = -1;
    go_ring(int) r = go_ring_new(int, 3);
    CHECK(!go_ring_try_get(r, &v));
    CHECK_EQ(v, -1);
    for (int i = 0; i < 3; i++)
        CHECK(go_ring_try_put(r, i));
    CHECK(!go_ring_try_put(r, 3));
    for (int i = 0; i < 3; i++)
        CHECK(go_ring_try_get(r, &v) && v == i);
    CHECK(!go_ring_try_get(r, &v));
    go_ring_free(r);
}

struct pair {
    double a;
    char b[20];
};

TEST(values_of_any_type_come_out_in_order)
{
    go_ring(struct pair) r = go_ring_new(struct pair, 4);
    go_ring_put(r, (struct pair){1.5, "one"});
    go_ring_put(r, (struct pair){2.5, "two"});
    struct pair p = go_ring_get(r);
    CHECK(p.a == 1.5);
    CHECK_STR(p.b, "one");
    CHECK_STR(go_ring_get(r).b, "two");
    go_ring_free(r);
}

static atomic_int progress;

static void put_three(go_ring(int) r)
{
    for (int i = 0; i < 3; i++) {
        go_ring_put(r, i);
        atomic_fetch_add(&progress, 1);
    }
}

TEST(put_blocks_while_full_and_get_while_empty)
{
    test_one_processor();
    go_ring(int) r = go_ring_new(int, 1);
    go(put_three, r);
    test_settle();
    CHECK_EQ(atomic_load(&progress), 1);
    CHECK_EQ(go_ring_get(r), 0);
    test_settle();
    CHECK_EQ(atomic_load(&progress), 2);
    CHECK_EQ(go_ring_get(r), 1);
    CHECK_EQ(go_ring_get(r), 2);
    go_ring_free(r);
}

static void produce(go_ring(long) r, long first, long n)
{
    for (long i = 0; i < n; i++)
        if (i % 3 != 0 || !go_ring_try_put(r, first + i))
            go_ring_put(r, first + i);
}

static void consume(go_ring(long) r, long n, atomic_long *sum)
{
    for (long i = 0; i < n; i++) {
        long v;
        if (i % 3 != 0 || !go_ring_try_get(r, &v))
            v = go_ring_get(r);
        atomic_fetch_add(sum, v);
    }
}

static void check_many(int processors)
{
    go_waitgroup wg = {0};
    atomic_long sum = 0;
    long n = (long)test_rounds(3000);
    go_ring(long) r = go_ring_new(long, 7);
    go_maxprocs(processors);
    for (long i = 0; i < 4; i++) {
        go_waitgroup_go(&wg, produce, r, i * n, n);
        go_waitgroup_go(&wg, consume, r, n, &sum);
    }
    go_waitgroup_wait(&wg);
    CHECK_EQ(atomic_load(&sum), 4 * n * (4 * n - 1) / 2);
    go_ring_free(r);
}

TEST(each_value_comes_out_once_on_one_processor)
{
    check_many(1);
}

TEST(each_value_comes_out_once_on_eight_processors)
{
    check_many(8);
}
