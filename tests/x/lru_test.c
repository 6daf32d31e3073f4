// SPDX-License-Identifier: MIT
// go_lru: what counts as use, who is pushed out, when `evicted` is called, and use by many goroutines.
#include "support/test.h"

#include <gofer/x/lru.h>

static char evictions[256];

static void note_eviction(const char *key, void *value)
{
    (void)value;
    strcat(strcat(evictions, key), " ");
}

TEST(cache_without_room_is_refused)
{
    CHECK(go_lru_new(0, NULL) == NULL);
    go_lru_free(NULL);
}

TEST(put_value_is_got_and_replaced)
{
    int a, b;
    void *v = NULL;
    go_lru *c = go_lru_new(2, note_eviction);
    CHECK(!go_lru_get(c, "k", &v));
    go_lru_put(c, "k", &a);
    CHECK(go_lru_get(c, "k", &v) && v == &a);
    go_lru_put(c, "k", &b);
    CHECK(go_lru_get(c, "k", &v) && v == &b);
    CHECK(go_lru_get(c, "k", NULL));
    CHECK_EQ(go_lru_len(c), 1);
    go_lru_free(c);
    CHECK_STR(evictions, "");
}

TEST(key_that_was_not_used_longest_is_pushed_out)
{
    go_lru *c = go_lru_new(3, note_eviction);
    go_lru_put(c, "a", NULL);
    go_lru_put(c, "b", NULL);
    go_lru_put(c, "c", NULL);
    CHECK(go_lru_get(c, "a", NULL));
    go_lru_put(c, "b", NULL);
    go_lru_put(c, "d", NULL);
    CHECK_STR(evictions, "c ");
    go_lru_put(c, "e", NULL);
    CHECK_STR(evictions, "c a ");
    CHECK_EQ(go_lru_len(c), 3);
    CHECK(!go_lru_get(c, "a", NULL));
    CHECK(go_lru_get(c, "b", NULL) && go_lru_get(c, "d", NULL) && go_lru_get(c, "e", NULL));
    go_lru_free(c);
}

TEST(deleted_key_makes_room_and_is_not_reported)
{
    go_lru *c = go_lru_new(2, note_eviction);
    go_lru_put(c, "a", NULL);
    go_lru_put(c, "b", NULL);
    CHECK(go_lru_delete(c, "a"));
    CHECK(!go_lru_delete(c, "a"));
    go_lru_put(c, "c", NULL);
    CHECK_EQ(go_lru_len(c), 2);
    CHECK_STR(evictions, "");
    go_lru_free(c);
}

static go_lru *recursive;

static void put_it_back(const char *key, void *value)
{
    strcat(strcat(evictions, key), " ");
    if (strlen(evictions) < 10)
        go_lru_put(recursive, key, value);
}

TEST(evicted_may_use_the_cache)
{
    recursive = go_lru_new(1, put_it_back);
    go_lru_put(recursive, "a", NULL);
    go_lru_put(recursive, "b", NULL);
    CHECK_STR(evictions, "a b a b a ");
    CHECK_EQ(go_lru_len(recursive), 1);
    go_lru_free(recursive);
}

static void fail(const char *key, void *value)
{
    (void)value;
    go_panic("evicted %s", key);
}

TEST(panic_in_evicted_leaves_the_cache_whole)
{
    go_lru *c = go_lru_new(1, fail);
    go_lru_put(c, "a", NULL);
    EXPECT_PANIC("evicted a", go_lru_put(c, "b", NULL));
    CHECK(go_lru_get(c, "b", NULL));
    CHECK_EQ(go_lru_len(c), 1);
    go_lru_free(c);
}

enum { CAPACITY = 50 };

static atomic_long put_count, evicted_count;

static void count_eviction(const char *key, void *value)
{
    CHECK_EQ(strtol(key, NULL, 10), (long)value);
    atomic_fetch_add(&evicted_count, 1);
}

// Each key is put by one goroutine only, and only when it is not there.
static void fill(go_lru *c, long me, long rounds)
{
    char key[32];
    void *v;
    for (long i = 0; i < rounds; i++) {
        long k = me * 1000 + i * 7 % 40;
        snprintf(key, sizeof key, "%ld", k);
        if (go_lru_get(c, key, &v)) {
            CHECK_EQ((long)v, k);
        } else {
            atomic_fetch_add(&put_count, 1);
            go_lru_put(c, key, (void *)k);
        }
        if (i % 64 == 0)
            go_yield();
    }
}

TEST(what_went_in_is_in_or_was_pushed_out)
{
    go_waitgroup wg = {0};
    go_lru *c = go_lru_new(CAPACITY, count_eviction);
    go_maxprocs(4);
    for (long i = 0; i < 6; i++)
        go_waitgroup_go(&wg, fill, c, i, (long)test_rounds(3000));
    go_waitgroup_wait(&wg);
    CHECK_EQ(go_lru_len(c), CAPACITY);
    CHECK_EQ(atomic_load(&put_count), atomic_load(&evicted_count) + CAPACITY);
    go_lru_free(c);
}
