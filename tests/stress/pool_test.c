// SPDX-License-Identifier: MIT
// A pool used by goroutines and foreign threads while the number of processors changes and others drain it: no object is
// given to two, and each one that was made is freed in the end.
#include "support/test.h"

struct object {
    atomic_int users;
};

static atomic_int made, freed;
static atomic_bool stop;

static void *make_object(void)
{
    atomic_fetch_add(&made, 1);
    return calloc(1, sizeof(struct object));
}

static void free_object(void *o)
{
    CHECK_EQ(atomic_exchange(&((struct object *)o)->users, -1000), 0);
    atomic_fetch_add(&freed, 1);
    free(o);
}

static go_pool pool = GO_POOL(.make = make_object, .free = free_object);

static void use_pool(long rounds, uint32_t seed)
{
    struct object *held[16];
    int n = 0;
    for (long i = 0; i < rounds; i++) {
        seed = seed * 1664525 + 1013904223;
        if (n < 16 && (n == 0 || seed >> 31)) {
            held[n] = go_pool_get(&pool);
            CHECK_EQ(atomic_fetch_add(&held[n++]->users, 1), 0);
        } else {
            CHECK_EQ(atomic_fetch_sub(&held[--n]->users, 1), 1);
            go_pool_put(&pool, held[n]);
        }
        if (i % 500 == 0)
            go_yield();
    }
    while (n > 0) {
        atomic_fetch_sub(&held[--n]->users, 1);
        go_pool_put(&pool, held[n]);
    }
}

static void use_in_goroutine(long rounds, uint32_t seed, go_waitgroup *wg)
{
    use_pool(rounds, seed);
    go_waitgroup_done(wg);
}

static void use_in_thread(void *seed)
{
    use_pool(test_rounds(50000), (uint32_t)(uintptr_t)seed);
}

static void disturb(bool drain, go_waitgroup *wg)
{
    for (int i = 0; !atomic_load(&stop); i++) {
        go_maxprocs(1 + i % 8);
        if (drain && i % 4 == 0)
            go_pool_drain(&pool);
        go_sleep(GO_MILLISECOND);
    }
    go_waitgroup_done(wg);
}

static void run(bool disturbed, bool drained)
{
    go_waitgroup users = {0}, others = {0};
    test_thread *threads[2];
    go_waitgroup_add(&users, 8);
    for (uintptr_t i = 0; i < 2; i++)
        threads[i] = test_thread_start(use_in_thread, (void *)i);
    for (uint32_t i = 0; i < 8; i++)
        go(use_in_goroutine, test_rounds(100000), 100 + i, &users);
    if (disturbed) {
        go_waitgroup_add(&others, 1);
        go(disturb, drained, &others);
    }
    go_waitgroup_wait(&users);
    for (int i = 0; i < 2; i++)
        test_thread_join(threads[i]);
    atomic_store(&stop, true);
    go_waitgroup_wait(&others);
    go_pool_drain(&pool);
    CHECK_EQ(atomic_load(&made), atomic_load(&freed));
}

TEST_LONG(pool_is_right_on_two_processors, 120)
{
    go_maxprocs(2);
    run(false, false);
    // Far fewer than the million gets: most objects were used again.
    CHECK((size_t)atomic_load(&made) < test_rounds(100000));
}

TEST_LONG(pool_is_right_on_eight_processors, 120)
{
    go_maxprocs(8);
    run(false, false);
}

TEST_LONG(pool_is_right_while_the_number_of_processors_changes, 120)
{
    run(true, false);
}

TEST_LONG(pool_is_right_while_it_is_drained, 120)
{
    run(true, true);
}
