// SPDX-License-Identifier: MIT
// go_map: each operation's result and effect, keys as strings and as bytes, maps that grow and shrink, ranges over maps
// that change, and what goroutines see of each other's changes. Collisions of whole hashes are made by linking entries
// of equal hashes through the trie's own functions.
#include "support/test.h"

#include "sync/map.h"

static go_map map;
static int a, b, c;

TEST(empty_map_has_no_keys)
{
    void *v = &a;
    CHECK(!go_map_load(&map, "k", &v));
    CHECK(v == &a);
    CHECK(!go_map_load_and_delete(&map, "k", &v));
    CHECK(v == &a);
    CHECK(!go_map_compare_and_swap(&map, "k", NULL, &b));
    CHECK(!go_map_compare_and_delete(&map, "k", NULL));
    go_map_delete(&map, "k");
    CHECK_EQ(go_map_len(&map), 0);
    go_map_clear(&map);
    go_map_free(&map);
}

TEST(stored_value_is_loaded)
{
    void *v = NULL;
    go_map_store(&map, "one", &a);
    go_map_store(&map, "two", &b);
    CHECK(go_map_load(&map, "one", &v) && v == &a);
    CHECK(go_map_load(&map, "two", &v) && v == &b);
    CHECK(go_map_load(&map, "two", NULL));
    CHECK(!go_map_load(&map, "three", &v) && v == &b);
    go_map_store(&map, "one", &c);
    CHECK(go_map_load(&map, "one", &v) && v == &c);
    CHECK_EQ(go_map_len(&map), 2);
    go_map_free(&map);
}

TEST(null_is_a_value)
{
    void *v = &a;
    go_map_store(&map, "k", NULL);
    CHECK(go_map_load(&map, "k", &v) && v == NULL);
    CHECK(go_map_compare_and_swap(&map, "k", NULL, &a));
    CHECK(go_map_swap(&map, "k", NULL, &v) && v == &a);
    CHECK(go_map_compare_and_delete(&map, "k", NULL));
    CHECK_EQ(go_map_len(&map), 0);
    go_map_free(&map);
}

TEST(load_or_store_keeps_what_is_there)
{
    bool loaded = true;
    CHECK(go_map_load_or_store(&map, "k", &a, &loaded) == &a);
    CHECK(!loaded);
    CHECK(go_map_load_or_store(&map, "k", &b, &loaded) == &a);
    CHECK(loaded);
    CHECK(go_map_load_or_store(&map, "k", &b, NULL) == &a);
    go_map_free(&map);
}

TEST(swap_gives_the_previous_value)
{
    void *v = &c;
    CHECK(!go_map_swap(&map, "k", &a, &v) && v == &c);
    CHECK(go_map_swap(&map, "k", &b, &v) && v == &a);
    CHECK(go_map_swap(&map, "k", &c, NULL));
    CHECK(go_map_load(&map, "k", &v) && v == &c);
    go_map_free(&map);
}

TEST(compare_and_swap_minds_the_old_value)
{
    void *v;
    go_map_store(&map, "k", &a);
    CHECK(!go_map_compare_and_swap(&map, "k", &b, &c));
    CHECK(go_map_compare_and_swap(&map, "k", &a, &c));
    CHECK(go_map_load(&map, "k", &v) && v == &c);
    CHECK(!go_map_compare_and_delete(&map, "k", &a));
    CHECK(go_map_compare_and_delete(&map, "k", &c));
    CHECK(!go_map_load(&map, "k", &v));
    go_map_free(&map);
}

TEST(load_and_delete_removes_the_key_once)
{
    void *v = NULL;
    go_map_store(&map, "k", &a);
    CHECK(go_map_load_and_delete(&map, "k", &v) && v == &a);
    CHECK(!go_map_load_and_delete(&map, "k", &v));
    go_map_store(&map, "k", &b);
    go_map_delete(&map, "k");
    CHECK(!go_map_load(&map, "k", &v));
    CHECK_EQ(go_map_len(&map), 0);
    go_map_free(&map);
}

TEST(byte_keys_are_compared_in_full)
{
    void *v;
    go_map_store_n(&map, "a\0b", 3, &a);
    go_map_store_n(&map, "a\0c", 3, &b);
    go_map_store_n(&map, "", 0, &c);
    CHECK(go_map_load_n(&map, "a\0b", 3, &v) && v == &a);
    CHECK(go_map_load_n(&map, "a\0c", 3, &v) && v == &b);
    CHECK(go_map_load_n(&map, NULL, 0, &v) && v == &c);
    CHECK(go_map_load(&map, "", &v) && v == &c);
    CHECK(!go_map_load(&map, "a", &v));
    CHECK_EQ(go_map_len(&map), 3);
    bool loaded;
    CHECK(go_map_load_or_store_n(&map, "a\0b", 3, &c, &loaded) == &a && loaded);
    CHECK(go_map_swap_n(&map, "a\0b", 3, &c, &v) && v == &a);
    CHECK(go_map_compare_and_swap_n(&map, "a\0b", 3, &c, &b));
    CHECK(go_map_compare_and_delete_n(&map, "a\0b", 3, &b));
    CHECK(go_map_load_and_delete_n(&map, "a\0c", 3, &v) && v == &b);
    go_map_delete_n(&map, "", 0);
    CHECK_EQ(go_map_len(&map), 0);
    go_map_free(&map);
}

TEST(strings_and_bytes_are_the_same_keys)
{
    void *v;
    go_map_store(&map, "ab", &a);
    CHECK(go_map_load_n(&map, "abc", 2, &v) && v == &a);
    go_map_free(&map);
}

TEST(keys_are_copied)
{
    char key[] = "key";
    void *v;
    go_map_store(&map, key, &a);
    key[0] = 'x';
    CHECK(go_map_load(&map, "key", &v) && v == &a);
    CHECK(!go_map_load(&map, key, NULL));
    go_map_free(&map);
}

static const char *number(long i)
{
    static _Thread_local char text[32];
    snprintf(text, sizeof text, "key %ld", i);
    return text;
}

enum { MANY = 20000 };

TEST(map_grows_and_shrinks)
{
    void *v;
    for (int round = 0; round < 2; round++) {
        for (long i = 0; i < MANY; i++)
            go_map_store(&map, number(i), (void *)i);
        CHECK_EQ(go_map_len(&map), MANY);
        for (long i = 0; i < MANY; i++)
            CHECK(go_map_load(&map, number(i), &v) && v == (void *)i);
        for (long i = 0; i < MANY; i++)
            CHECK(go_map_load_and_delete(&map, number(i), &v) && v == (void *)i);
        CHECK_EQ(go_map_len(&map), 0);
        CHECK(!go_map_load(&map, number(0), &v));
    }
    go_map_free(&map);
}

static unsigned mixed_level_with(long keys)
{
    for (long i = (long)go_map_len(&map); i < keys; i++)
        go_map_store(&map, number(i), (void *)i);
    const struct gf_map_trie *t = map.trie;
    return gf_load_relaxed(&t->top.mixed);
}

TEST(level_where_entries_and_nodes_are_mixed_follows_the_number_of_keys)
{
    static const struct {
        long keys;
        unsigned level;
    } steps[] = {{1, 0},    {11, 0},   {12, 1},    {191, 1},   {192, 2},
                 {3071, 2}, {3072, 3}, {49151, 3}, {49152, 0}, {50000, 0}};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        CHECK_EQ(mixed_level_with(steps[i].keys), steps[i].level);
    go_map_free(&map);
}

// The level is a hint: a map that has shrunk keeps it, and readers see it late.
TEST(keys_are_found_whatever_level_is_taken_for_the_mixed_one)
{
    static const long sizes[] = {1, 10, 100, 1000, 10000};
    void *v;
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        mixed_level_with(sizes[s]);
        struct gf_map_trie *t = map.trie;
        for (uint8_t level = 0; level < 20; level++) {
            gf_store_relaxed(&t->top.mixed, level);
            for (long i = 0; i < sizes[s]; i++)
                CHECK(go_map_load(&map, number(i), &v) && v == (void *)i);
            for (long i = sizes[s]; i < 2 * sizes[s]; i++)
                CHECK(!go_map_load(&map, number(i), &v));
        }
    }
    go_map_free(&map);
}

TEST(shrunk_map_has_no_nodes_left)
{
    for (long i = 0; i < MANY; i++)
        go_map_store(&map, number(i), NULL);
    for (long i = 0; i < MANY; i++)
        go_map_delete(&map, number(i));
    const struct gf_map_trie *t = map.trie;
    for (unsigned i = 0; i < gf_map_fan(GF_MAP_TOP_SHIFT); i++)
        CHECK_EQ(gf_load_relaxed(&t->top.slot[i]), 0);
    CHECK_EQ(t->top.used, 0);
    go_map_free(&map);
}

TEST(cleared_map_is_empty_and_ready)
{
    void *v;
    for (long i = 0; i < 1000; i++)
        go_map_store(&map, number(i), &a);
    go_map_clear(&map);
    CHECK_EQ(go_map_len(&map), 0);
    CHECK(!go_map_load(&map, number(1), &v));
    go_map_store(&map, number(1), &b);
    CHECK(go_map_load(&map, number(1), &v) && v == &b);
    CHECK_EQ(go_map_len(&map), 1);
    go_map_free(&map);
    CHECK_EQ(go_map_len(&map), 0);
}

// --- Hashes that collide ---

static void link_key(struct gf_map_trie *t, const struct gf_map_key *k, void *value)
{
    struct gf_map_supplies s = {.entry = gf_map_entry_new(k, value)};
    struct gf_map_entry *found;
    unsigned needed = 0;
    enum gf_map_added added;
    do {
        gf_map_supply_nodes(&s, needed);
        struct m *m = gf_enter();
        gf_epoch_enter(m);
        added = gf_map_add(m, t, k, &s, &found, &needed);
        gf_epoch_leave(m);
        gf_leave(m);
    } while (added == GF_MAP_NEEDS_MORE);
    CHECK_EQ(added, GF_MAP_ADDED);
    gf_map_supplies_free(&s);
}

static void unlink_key(struct gf_map_trie *t, const struct gf_map_key *k)
{
    struct m *m = gf_enter();
    gf_epoch_enter(m);
    struct gf_map_entry *e = gf_map_find(t, k);
    if (e) {
        gf_store_release(&e->value, GF_MAP_GONE);
        gf_sub_relaxed(&t->count, 1);
        gf_map_unlink(m, t, e);
    }
    gf_epoch_leave(m);
    gf_leave(m);
    CHECK(e);
}

static const struct gf_map_key colliding[] = {{"b", 1, 0x1234567890abcdec},
                                              {"a", 1, 0x1234567890abcdec},
                                              {"c", 1, 0x1234567890abcde8},
                                              {"ab", 2, 0x1234567890abcdec}};

static bool append_key(const char *key, size_t n, void *value, void *arg)
{
    CHECK_EQ(strlen(key), n);
    CHECK(value == &a);
    strcat(strcat(arg, key), " ");
    return true;
}

TEST(keys_with_equal_or_almost_equal_hashes_are_told_apart)
{
    char text[64] = "";
    struct gf_map_trie *t = gf_map_trie_new();
    map.trie = t;
    for (int i = 0; i < 4; i++)
        link_key(t, &colliding[i], &a);
    for (int i = 0; i < 4; i++) {
        struct gf_map_entry *e = gf_map_find(t, &colliding[i]);
        CHECK(e && strcmp(e->key, colliding[i].bytes) == 0);
    }
    go_map_range(&map, append_key, text);
    CHECK_STR(text, "c a ab b ");
    for (int i = 0; i < 4; i++) {
        unlink_key(t, &colliding[i]);
        CHECK(!gf_map_find(t, &colliding[i]));
        CHECK_EQ(gf_load_relaxed(&t->count), 3 - i);
    }
    CHECK_EQ(t->top.used, 0);
    go_map_free(&map);
}

// --- Range ---

static bool count_visits(const char *key, size_t n, void *value, void *arg)
{
    (void)n;
    CHECK_STR(key, number((long)value));
    ((int *)arg)[(long)value]++;
    return true;
}

TEST(range_visits_each_key_once)
{
    static int visits[MANY];
    for (long i = 0; i < MANY; i++)
        go_map_store(&map, number(i), (void *)i);
    go_map_range(&map, count_visits, visits);
    for (int i = 0; i < MANY; i++)
        CHECK_EQ(visits[i], 1);
    go_map_free(&map);
}

static bool stop_at_third(const char *key, size_t n, void *value, void *arg)
{
    (void)key, (void)n, (void)value;
    return ++*(int *)arg < 3;
}

TEST(range_stops_when_told)
{
    int visits = 0;
    for (long i = 0; i < 100; i++)
        go_map_store(&map, number(i), NULL);
    go_map_range(&map, stop_at_third, &visits);
    CHECK_EQ(visits, 3);
    go_map_free(&map);
}

static bool delete_it(const char *key, size_t n, void *value, void *arg)
{
    (void)value;
    ++*(int *)arg;
    go_map_delete_n(&map, key, n);
    return true;
}

TEST(range_may_delete_what_it_visits)
{
    int visits = 0;
    for (long i = 0; i < 1000; i++)
        go_map_store(&map, number(i), NULL);
    go_map_range(&map, delete_it, &visits);
    CHECK_EQ(visits, 1000);
    CHECK_EQ(go_map_len(&map), 0);
    go_map_free(&map);
}

static bool delete_all_others(const char *key, size_t n, void *value, void *arg)
{
    (void)n, (void)value;
    ++*(int *)arg;
    for (long i = 0; i < 100; i++)
        if (strcmp(number(i), key) != 0)
            go_map_delete(&map, number(i));
    return true;
}

TEST(range_does_not_visit_what_it_has_deleted)
{
    int visits = 0;
    for (long i = 0; i < 100; i++)
        go_map_store(&map, number(i), NULL);
    go_map_range(&map, delete_all_others, &visits);
    CHECK_EQ(visits, 1);
    go_map_free(&map);
}

static bool range_inside(const char *key, size_t n, void *value, void *arg)
{
    int inner = 0;
    (void)key, (void)n, (void)value;
    go_map_range(&map, stop_at_third, &inner);
    CHECK_EQ(inner, 3);
    go_yield();
    ++*(int *)arg;
    return true;
}

TEST(ranges_nest_and_may_park)
{
    int visits = 0;
    for (long i = 0; i < 50; i++)
        go_map_store(&map, number(i), NULL);
    go_map_range(&map, range_inside, &visits);
    CHECK_EQ(visits, 50);
    go_map_free(&map);
}

static bool check_long_key(const char *key, size_t n, void *value, void *arg)
{
    CHECK_EQ(n, (size_t)(uintptr_t)value);
    CHECK_EQ(strspn(key, "x"), n);
    CHECK_EQ(key[n], 0);
    ++*(int *)arg;
    return true;
}

static bool panic_now(const char *key, size_t n, void *value, void *arg)
{
    (void)key, (void)n, (void)value, (void)arg;
    go_panic("enough");
}

TEST(range_gives_long_keys_whole_and_lets_panics_through)
{
    enum { LONGEST = 5000 };
    static char key[LONGEST + 1];
    int visits = 0;
    for (size_t n = 0; n < LONGEST; n += 37) {
        memset(key, 'x', n);
        go_map_store_n(&map, key, n, (void *)(uintptr_t)n);
    }
    go_map_range(&map, check_long_key, &visits);
    CHECK_EQ(visits, go_map_len(&map));
    EXPECT_PANIC("enough", go_map_range(&map, panic_now, NULL));
    go_map_free(&map);
}

// --- Goroutines ---

static void count_up(go_map *m, int rounds, go_waitgroup *wg)
{
    for (int i = 0; i < rounds; i++) {
        const char *key = i % 2 ? "odd" : "even";
        void *v = NULL;
        for (;;) {
            if (go_map_load(m, key, &v)) {
                if (go_map_compare_and_swap(m, key, v, (char *)v + 1))
                    break;
            } else {
                bool loaded;
                go_map_load_or_store(m, key, (void *)1, &loaded);
                if (!loaded)
                    break;
            }
        }
    }
    go_waitgroup_done(wg);
}

TEST(no_change_is_lost)
{
    enum { GOROUTINES = 8 };
    go_waitgroup wg = {0};
    void *odd, *even;
    int rounds = (int)test_rounds(4000) & ~1;
    go_maxprocs(4);
    go_waitgroup_add(&wg, GOROUTINES);
    for (int i = 0; i < GOROUTINES; i++)
        go(count_up, &map, rounds, &wg);
    go_waitgroup_wait(&wg);
    CHECK(go_map_load(&map, "odd", &odd) && go_map_load(&map, "even", &even));
    CHECK_EQ((long)odd, GOROUTINES * rounds / 2);
    CHECK_EQ((long)even, GOROUTINES * rounds / 2);
    go_map_free(&map);
}

// Tokens go in and out of one key: each must come out as often as it went in.
static atomic_long sum_in, sum_out;

static void pass_tokens(go_map *m, long token, int rounds, go_waitgroup *wg)
{
    for (int i = 0; i < rounds; i++) {
        void *v;
        bool loaded;
        switch (i % 3) {
        case 0:
            if (go_map_swap(m, "slot", (void *)token, &v))
                atomic_fetch_add(&sum_out, (long)v);
            atomic_fetch_add(&sum_in, token);
            break;
        case 1:
            if (go_map_load_and_delete(m, "slot", &v))
                atomic_fetch_add(&sum_out, (long)v);
            break;
        default:
            go_map_load_or_store(m, "slot", (void *)token, &loaded);
            if (!loaded)
                atomic_fetch_add(&sum_in, token);
        }
    }
    go_waitgroup_done(wg);
}

TEST(values_of_one_key_go_in_and_out_exactly_once)
{
    enum { GOROUTINES = 6 };
    go_waitgroup wg = {0};
    void *v = NULL;
    go_maxprocs(4);
    go_waitgroup_add(&wg, GOROUTINES);
    for (long i = 0; i < GOROUTINES; i++)
        go(pass_tokens, &map, 1L << (8 * i), (int)test_rounds(6000), &wg);
    go_waitgroup_wait(&wg);
    size_t left = go_map_len(&map);
    bool there = go_map_load(&map, "slot", &v);
    CHECK_EQ(left, there);
    CHECK_EQ(atomic_load(&sum_in), atomic_load(&sum_out) + (long)v);
    go_map_free(&map);
}

static void use_from_thread(void *arg)
{
    for (long i = 0; i < 1000; i++)
        go_map_store(arg, number(i), (void *)i);
    for (long i = 0; i < 1000; i += 2)
        go_map_delete(arg, number(i));
}

TEST(foreign_threads_use_maps)
{
    void *v;
    test_thread *t = test_thread_start(use_from_thread, &map);
    test_thread_join(t);
    CHECK_EQ(go_map_len(&map), 500);
    CHECK(go_map_load(&map, number(501), &v) && v == (void *)501L);
    go_map_free(&map);
}

struct owned {
    go_map map;
    atomic_int references;
};

static void store_and_release(struct owned *o, const char *key)
{
    void *v;
    go_map_store(&o->map, key, o);
    go_map_load_and_delete(&o->map, "shared", &v);
    go_map_store(&o->map, "shared", o);
    if (atomic_fetch_sub(&o->references, 1) == 1) {
        go_map_free(&o->map);
        memset(o, 0xff, sizeof *o);
        free(o);
    }
}

static void store_and_done(struct owned *o, const char *key, go_waitgroup *wg)
{
    store_and_release(o, key);
    go_waitgroup_done(wg);
}

TEST(map_may_be_freed_by_its_last_user)
{
    go_waitgroup wg = {0};
    go_maxprocs(2);
    for (int i = (int)test_rounds(3000); i > 0; i--) {
        struct owned *o = calloc(1, sizeof *o);
        atomic_store(&o->references, 3);
        go_waitgroup_add(&wg, 2);
        go(store_and_done, o, "first", &wg);
        go(store_and_done, o, "second", &wg);
        store_and_release(o, "third");
    }
    go_waitgroup_wait(&wg);
}
