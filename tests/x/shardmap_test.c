// SPDX-License-Identifier: MIT
// go_shardmap: its operations, that each number of shards gives the same map, ranges, and use by many.
#include "support/test.h"

#include <gofer/x/shardmap.h>

static const char *number(char text[32], long i)
{
    snprintf(text, 32, "key %ld", i);
    return text;
}

TEST(negative_number_of_shards_is_refused)
{
    CHECK(go_shardmap_new(-1) == NULL);
    go_shardmap_free(NULL);
}

static bool count_key(const char *key, size_t n, void *value, void *arg)
{
    char text[32];
    CHECK_STR(key, number(text, (long)value));
    CHECK_EQ(strlen(key), n);
    ((int *)arg)[(long)value]++;
    return true;
}

static void check_map_of(int shards)
{
    enum { KEYS = 1000 };
    int visits[KEYS] = {0};
    char text[32];
    void *v;
    go_shardmap *m = go_shardmap_new(shards);
    for (long i = 0; i < KEYS; i++)
        go_shardmap_store(m, number(text, i), (void *)i);
    CHECK_EQ(go_shardmap_len(m), KEYS);
    for (long i = 0; i < KEYS; i++)
        CHECK(go_shardmap_load(m, number(text, i), &v) && v == (void *)i);
    CHECK(!go_shardmap_load(m, "no key", &v));
    go_shardmap_range(m, count_key, visits);
    for (int i = 0; i < KEYS; i++)
        CHECK_EQ(visits[i], 1);
    for (long i = 0; i < KEYS; i += 2)
        go_shardmap_delete(m, number(text, i));
    CHECK_EQ(go_shardmap_len(m), KEYS / 2);
    CHECK(!go_shardmap_load(m, number(text, 0), NULL));
    CHECK(go_shardmap_load(m, number(text, 1), NULL));
    go_shardmap_free(m);
}

TEST(any_number_of_shards_gives_the_same_map)
{
    check_map_of(0);
    check_map_of(1);
    check_map_of(7);
    check_map_of(256);
}

TEST(byte_keys_are_the_same_as_strings)
{
    int a, b;
    void *v;
    go_shardmap *m = go_shardmap_new(4);
    go_shardmap_store_n(m, "a\0b", 3, &a);
    go_shardmap_store_n(m, "abc", 2, &b);
    CHECK(go_shardmap_load_n(m, "a\0b", 3, &v) && v == &a);
    CHECK(go_shardmap_load(m, "ab", &v) && v == &b);
    go_shardmap_delete_n(m, "ab", 2);
    CHECK(!go_shardmap_load(m, "ab", &v));
    go_shardmap_free(m);
}

static bool stop_at_third(const char *key, size_t n, void *value, void *arg)
{
    (void)key, (void)n, (void)value;
    return ++*(int *)arg < 3;
}

TEST(range_stops_when_told)
{
    char text[32];
    int visits = 0;
    go_shardmap *m = go_shardmap_new(8);
    for (long i = 0; i < 100; i++)
        go_shardmap_store(m, number(text, i), NULL);
    go_shardmap_range(m, stop_at_third, &visits);
    CHECK_EQ(visits, 3);
    go_shardmap_free(m);
}

static void use_own_keys(go_shardmap *m, long me, long rounds)
{
    char text[32];
    void *v;
    for (long i = 0; i < rounds; i++) {
        const char *key = number(text, me * 100 + i % 100);
        go_shardmap_store(m, key, (void *)i);
        CHECK(go_shardmap_load(m, key, &v) && v == (void *)i);
        if (i % 3 == 0) {
            go_shardmap_delete(m, key);
            CHECK(!go_shardmap_load(m, key, &v));
        }
        if (i % 100 == 0)
            go_yield();
    }
}

TEST(keys_of_many_goroutines_do_not_disturb_each_other)
{
    go_waitgroup wg = {0};
    go_shardmap *m = go_shardmap_new(0);
    go_maxprocs(4);
    for (long i = 0; i < 6; i++)
        go_waitgroup_go(&wg, use_own_keys, m, i, (long)test_rounds(5000));
    go_waitgroup_wait(&wg);
    go_shardmap_free(m);
}
