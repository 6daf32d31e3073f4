// SPDX-License-Identifier: MIT
// C11's atomics between goroutines: sequentially consistent by default, as Go's are, on whichever threads the goroutines
// run. The litmus test is store buffering: of two goroutines that each store and then look at the other's, one sees it.
#include "support/test.h"

static atomic_int x, y, turn, seen_by_x, seen_by_y;

static void store_and_look(atomic_int *own, atomic_int *other, atomic_int *seen, size_t rounds)
{
    for (size_t i = 1; i <= rounds; i++) {
        while (atomic_load(&turn) < (int)i)
            go_yield();
        atomic_store(own, (int)i);
        atomic_store(seen, atomic_load(other) == (int)i ? (int)i : -(int)i);
    }
}

TEST(of_two_stores_and_two_looks_one_is_seen)
{
    size_t rounds = test_rounds(1000);
    go_maxprocs(4);
    go(store_and_look, &x, &y, &seen_by_x, rounds);
    go(store_and_look, &y, &x, &seen_by_y, rounds);
    for (size_t i = 1; i <= rounds; i++) {
        atomic_store(&turn, (int)i);
        WAIT_UNTIL(abs(atomic_load(&seen_by_x)) == (int)i &&
                   abs(atomic_load(&seen_by_y)) == (int)i);
        CHECK(atomic_load(&seen_by_x) == (int)i || atomic_load(&seen_by_y) == (int)i);
    }
    WAIT_UNTIL(go_num_goroutine() == 1);
}

static void add_many(atomic_long *n)
{
    for (int i = 0; i < 10000; i++)
        atomic_fetch_add(n, 1);
}

TEST(no_addition_is_lost)
{
    atomic_long n = 0;
    go_waitgroup wg = {0};
    for (int i = 0; i < 8; i++)
        go_waitgroup_go(&wg, add_many, &n);
    go_waitgroup_wait(&wg);
    CHECK_EQ(atomic_load(&n), 80000);
}
