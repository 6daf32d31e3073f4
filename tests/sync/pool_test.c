// SPDX-License-Identifier: MIT
// go_pool: what get and put give and keep, objects of each kind of pool, stealing, the bound, ageing, draining, and
// pools used by goroutines, foreign threads and changing numbers of processors. Each made object is counted, so that a
// test can tell how many are left.
#include "support/test.h"

#include "os/os.h"

struct object {
    atomic_int users;
    int number;
};

static atomic_int made, freed;

static void *make_object(void)
{
    struct object *o = calloc(1, sizeof *o);
    o->number = atomic_fetch_add(&made, 1);
    return o;
}

static void free_object(void *o)
{
    CHECK_EQ(atomic_load(&((struct object *)o)->users), 0);
    atomic_fetch_add(&freed, 1);
    free(o);
}

static go_pool pool = GO_POOL(.make = make_object, .free = free_object);

static void check_nothing_is_left(void)
{
    go_pool_drain(&pool);
    CHECK_EQ(atomic_load(&made), atomic_load(&freed));
}

TEST(empty_pool_makes_objects)
{
    struct object *a = go_pool_get(&pool), *b = go_pool_get(&pool);
    CHECK(a != b);
    CHECK_EQ(atomic_load(&made), 2);
    go_pool_put(&pool, a);
    go_pool_put(&pool, b);
    check_nothing_is_left();
}

TEST(object_that_was_put_is_got_again)
{
    test_one_processor();
    struct object *a = go_pool_get(&pool), *b = go_pool_get(&pool);
    go_pool_put(&pool, a);
    CHECK(go_pool_get(&pool) == a);
    go_pool_put(&pool, a);
    go_pool_put(&pool, b);
    void *first = go_pool_get(&pool), *second = go_pool_get(&pool);
    CHECK((first == a && second == b) || (first == b && second == a));
    CHECK_EQ(atomic_load(&made), 2);
    go_pool_put(&pool, a);
    go_pool_put(&pool, b);
    check_nothing_is_left();
}

TEST(object_that_was_put_first_is_got_first_while_there_are_few)
{
    struct object *a = go_pool_get(&pool), *b = go_pool_get(&pool);
    test_one_processor();
    for (int i = 0; i < 3; i++) {
        go_pool_put(&pool, a);
        go_pool_put(&pool, b);
        CHECK(go_pool_get(&pool) == a);
        CHECK(go_pool_get(&pool) == b);
    }
    CHECK_EQ(atomic_load(&made), 2);
    go_pool_put(&pool, a);
    go_pool_put(&pool, b);
    check_nothing_is_left();
}

TEST(pool_of_a_size_gives_zeroed_blocks)
{
    static const char zeros[100];
    go_pool blocks = GO_POOL(.size = sizeof zeros);
    char *p = go_pool_get(&blocks);
    CHECK(memcmp(p, zeros, sizeof zeros) == 0);
    memset(p, 1, sizeof zeros);
    go_pool_put(&blocks, p);
    go_pool_drain(&blocks);
}

TEST(pool_that_cannot_make_gives_null)
{
    int mine;
    go_pool empty = GO_POOL();
    test_one_processor();
    CHECK(go_pool_get(&empty) == NULL);
    go_pool_put(&empty, &mine);
    CHECK(go_pool_get(&empty) == &mine);
    CHECK(go_pool_get(&empty) == NULL);
    go_pool_put(&empty, &mine);
    go_pool_put(&empty, NULL);
    go_pool_drain(&empty);
    CHECK(go_pool_get(&empty) == NULL);
}

TEST(drained_pool_is_ready_again)
{
    go_pool_drain(&pool);
    go_pool_put(&pool, go_pool_get(&pool));
    go_pool_drain(&pool);
    CHECK_EQ(atomic_load(&freed), 1);
    go_pool_put(&pool, go_pool_get(&pool));
    CHECK_EQ(atomic_load(&made), 2);
    check_nothing_is_left();
}

enum { MANY = 1000 };

TEST(pool_keeps_a_bounded_number_of_objects)
{
    void *objects[MANY];
    test_one_processor();
    for (int i = 0; i < MANY; i++)
        objects[i] = go_pool_get(&pool);
    for (int i = 0; i < MANY; i++)
        go_pool_put(&pool, objects[i]);
    CHECK_EQ(atomic_load(&freed), MANY - 545);
    check_nothing_is_left();
}

static void put_many(int n, go_waitgroup *wg)
{
    void *objects[100];
    for (int i = 0; i < n; i++)
        objects[i] = go_pool_get(&pool);
    for (int i = 0; i < n; i++)
        go_pool_put(&pool, objects[i]);
    go_waitgroup_done(wg);
}

static void put_in_thread(void *wg)
{
    put_many(50, wg);
}

TEST(objects_of_other_processors_and_threads_are_found)
{
    go_waitgroup wg = {0};
    void *objects[50];
    go_maxprocs(4);
    go_waitgroup_add(&wg, 1);
    test_thread *t = test_thread_start(put_in_thread, &wg);
    test_thread_join(t);
    int before = atomic_load(&made);
    // The thread's first put makes the pool's parts, so all fifty are in shared ones.
    for (int i = 0; i < 50; i++)
        objects[i] = go_pool_get(&pool);
    CHECK_EQ(atomic_load(&made), before);
    for (int i = 0; i < 50; i++)
        go_pool_put(&pool, objects[i]);
    check_nothing_is_left();
}

TEST(objects_survive_a_change_of_the_number_of_processors)
{
    void *objects[20];
    go_maxprocs(1);
    for (int i = 0; i < 20; i++)
        objects[i] = go_pool_get(&pool);
    for (int i = 0; i < 20; i++)
        go_pool_put(&pool, objects[i]);
    go_maxprocs(6);
    // More processors than the pool has parts: the next ones that put something make new ones.
    for (int i = 0; i < 100; i++) {
        go_waitgroup wg = {0};
        go_waitgroup_add(&wg, 4);
        for (int k = 0; k < 4; k++)
            go(put_many, 2, &wg);
        go_waitgroup_wait(&wg);
    }
    CHECK(atomic_load(&made) <= 28);
    go_maxprocs(2);
    void *x = go_pool_get(&pool);
    CHECK(x);
    go_pool_put(&pool, x);
    check_nothing_is_left();
}

// Objects that are used stay; those that nobody needs are freed after two generations.
TEST_LONG(unused_objects_are_freed_by_age, 30)
{
    void *objects[50];
    test_one_processor();
    for (int i = 0; i < 50; i++)
        objects[i] = go_pool_get(&pool);
    int64_t start = gf_os_now();
    for (int i = 0; i < 50; i++)
        go_pool_put(&pool, objects[i]);
    while (atomic_load(&freed) == 0) {
        CHECK(gf_os_now() - start < 20 * GO_SECOND * test_slowdown());
        for (int i = 0; i < 1000; i++)
            go_pool_put(&pool, go_pool_get(&pool));
        go_sleep(10 * GO_MILLISECOND);
    }
    CHECK(gf_os_now() - start >= 2 * GO_SECOND);
    CHECK(atomic_load(&freed) >= 48);
    CHECK_EQ(atomic_load(&made), 50);
    check_nothing_is_left();
}

// Nobody may get an object that somebody else has.
static void use_objects(int rounds, go_waitgroup *wg)
{
    for (int i = 0; i < rounds; i++) {
        struct object *held[3];
        int n = 1 + i % 3;
        for (int k = 0; k < n; k++) {
            held[k] = go_pool_get(&pool);
            CHECK_EQ(atomic_fetch_add(&held[k]->users, 1), 0);
        }
        if (i % 8 == 0)
            go_yield();
        for (int k = 0; k < n; k++) {
            CHECK_EQ(atomic_fetch_sub(&held[k]->users, 1), 1);
            go_pool_put(&pool, held[k]);
        }
    }
    go_waitgroup_done(wg);
}

TEST(no_object_is_given_to_two)
{
    go_waitgroup wg = {0};
    go_maxprocs(4);
    go_waitgroup_add(&wg, 8);
    for (int i = 0; i < 8; i++)
        go(use_objects, (int)test_rounds(5000), &wg);
    go_waitgroup_wait(&wg);
    check_nothing_is_left();
}

static void put_and_tell(go_pool *p, void *object, chan(go_unit) told)
{
    go_pool_put(p, object);
    chan_send(told, GO_UNIT);
}

TEST(pool_may_live_on_a_stack)
{
    chan(go_unit) told = chan_make(go_unit);
    go_maxprocs(2);
    for (int i = (int)test_rounds(2000); i > 0; i--) {
        go_pool p = GO_POOL(.make = make_object, .free = free_object);
        go(put_and_tell, &p, go_pool_get(&p), told);
        go_pool_put(&p, go_pool_get(&p));
        chan_recv(told);
        go_pool_drain(&p);
        memset(&p, 0xff, sizeof p);
    }
    CHECK_EQ(atomic_load(&made), atomic_load(&freed));
    chan_free(told);
}
