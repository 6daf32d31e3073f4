// SPDX-License-Identifier: MIT
// Maps under every kind of change at once, by goroutines and foreign threads, while the number of processors changes
// and goroutines are preempted: keys that nobody else touches behave as in a map of one's own, keys that all share have
// values that somebody stored, ranges never see a key twice, and keys that stay are seen by every range.
#include "support/memory.h"
#include "support/test.h"

enum { OWNERS = 8, OWN = 64, SHARED = 32, STAYING = 200 };

static go_map map;
static atomic_bool stop;

static const char *name(char text[32], const char *kind, long owner, long i)
{
    snprintf(text, 32, "%s %ld %ld", kind, owner, i);
    return text;
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

// A key of one's own: the map must agree with what this goroutine knows about it.
static void use_own_key(long owner, uint32_t r, bool *there)
{
    char text[32];
    long i = r % OWN;
    const char *key = name(text, "own", owner, i);
    void *value = (void *)(owner * 1000 + i + 1), *v = NULL;
    bool loaded = false;
    switch (r / OWN % 6) {
    case 0:
        go_map_store(&map, key, value);
        there[i] = true;
        break;
    case 1:
        CHECK_EQ(go_map_load_and_delete(&map, key, &v), there[i]);
        CHECK(!there[i] || v == value);
        there[i] = false;
        break;
    case 2:
        CHECK(go_map_load_or_store(&map, key, value, &loaded) == value);
        CHECK_EQ(loaded, there[i]);
        there[i] = true;
        break;
    case 3:
        CHECK_EQ(go_map_compare_and_delete(&map, key, value), there[i]);
        there[i] = false;
        break;
    default:
        CHECK_EQ(go_map_load(&map, key, &v), there[i]);
        CHECK(!there[i] || v == value);
    }
}

// A key that all fight for. Its values say which key they belong to.
static void use_shared_key(uint32_t r)
{
    char text[32];
    uintptr_t i = r % SHARED;
    const char *key = name(text, "shared", 0, (long)i);
    void *value = (void *)(i + SHARED * (r / SHARED % 1000)), *v = value;
    switch (r % 7) {
    case 0:
        go_map_store(&map, key, value);
        break;
    case 1:
        go_map_delete(&map, key);
        break;
    case 2:
        go_map_swap(&map, key, value, &v);
        break;
    case 3:
        if (go_map_load(&map, key, &v))
            go_map_compare_and_swap(&map, key, v, value);
        break;
    case 4:
        v = go_map_load_or_store(&map, key, value, NULL);
        break;
    default:
        go_map_load(&map, key, &v);
    }
    CHECK_EQ((uintptr_t)v % SHARED, i);
}

static void use_map(long owner, long rounds)
{
    bool there[OWN] = {false};
    uint32_t seed = (uint32_t)owner;
    for (long i = 0; i < rounds; i++) {
        use_own_key(owner, next_random(&seed), there);
        use_shared_key(next_random(&seed));
        if (i % 1000 == 0)
            go_yield();
    }
}

static bool note_staying(const char *key, size_t n, void *value, void *arg)
{
    (void)n;
    if (strncmp(key, "staying", 7) == 0)
        ((int *)arg)[(long)value]++;
    return true;
}

static void range_until_stopped(go_waitgroup *wg)
{
    int visits[STAYING];
    do {
        memset(visits, 0, sizeof visits);
        go_map_range(&map, note_staying, visits);
        for (int i = 0; i < STAYING; i++)
            CHECK_EQ(visits[i], 1);
    } while (!atomic_load(&stop));
    go_waitgroup_done(wg);
}

static void change_processors(go_waitgroup *wg)
{
    for (int i = 0; !atomic_load(&stop); i++) {
        go_maxprocs(1 + i % 8);
        go_sleep(GO_MILLISECOND);
    }
    go_waitgroup_done(wg);
}

static void use_in_goroutine(long owner, long rounds, go_waitgroup *wg)
{
    use_map(owner, rounds);
    go_waitgroup_done(wg);
}

static void use_in_thread(void *owner)
{
    use_map((long)owner, test_rounds(30000));
}

static void run(bool changing_processors)
{
    go_waitgroup users = {0}, others = {0};
    char text[32];
    for (long i = 0; i < STAYING; i++)
        go_map_store(&map, name(text, "staying", 0, i), (void *)i);
    go_waitgroup_add(&users, OWNERS);
    go_waitgroup_add(&others, 1 + changing_processors);
    go(range_until_stopped, &others);
    if (changing_processors)
        go(change_processors, &others);
    test_thread *threads[2];
    for (long i = 0; i < 2; i++)
        threads[i] = test_thread_start(use_in_thread, (void *)(OWNERS + i));
    for (long i = 0; i < OWNERS; i++)
        go(use_in_goroutine, i, test_rounds(30000), &users);
    go_waitgroup_wait(&users);
    for (int i = 0; i < 2; i++)
        test_thread_join(threads[i]);
    atomic_store(&stop, true);
    go_waitgroup_wait(&others);
    go_map_free(&map);
}

TEST_LONG(map_is_right_under_all_changes_on_one_processor, 120)
{
    go_maxprocs(1);
    run(false);
}

TEST_LONG(map_is_right_under_all_changes_on_two_processors, 120)
{
    go_maxprocs(2);
    run(false);
}

TEST_LONG(map_is_right_under_all_changes_on_eight_processors, 120)
{
    go_maxprocs(8);
    run(false);
}

TEST_LONG(map_is_right_while_the_number_of_processors_changes, 120)
{
    run(true);
}

static void store_until_stopped(go_map *m, long owner, go_waitgroup *wg)
{
    char text[32];
    void *v;
    for (long i = 0; !atomic_load(&stop); i++) {
        const char *key = name(text, "cleared", owner, i % 100);
        go_map_store(m, key, (void *)owner);
        if (go_map_load(m, key, &v))
            CHECK_EQ((long)v, owner);
        if (i % 64 == 0)
            go_yield();
    }
    go_waitgroup_done(wg);
}

TEST_LONG(maps_are_cleared_while_they_are_used, 120)
{
    go_waitgroup wg = {0};
    go_maxprocs(4);
    go_waitgroup_add(&wg, 4);
    for (long i = 0; i < 4; i++)
        go(store_until_stopped, &map, i, &wg);
    for (long i = test_rounds(20000); i > 0; i--) {
        go_map_clear(&map);
        if (i % 16 == 0)
            go_yield();
    }
    atomic_store(&stop, true);
    go_waitgroup_wait(&wg);
    CHECK(go_map_len(&map) <= 400);
    go_map_clear(&map);
    CHECK_EQ(go_map_len(&map), 0);
    go_map_free(&map);
}

static void churn(long owner, long rounds, go_waitgroup *wg)
{
    char text[32];
    for (long i = 0; i < rounds; i++) {
        go_map_store(&map, name(text, "churned", owner, i), NULL);
        if (i >= 10)
            go_map_delete(&map, name(text, "churned", owner, i - 10));
    }
    go_waitgroup_done(wg);
}

// New keys come and old ones go all the time: what has been removed must go back to the allocator meanwhile.
TEST_LONG(memory_of_removed_keys_is_used_again, 120)
{
    go_waitgroup wg = {0};
    size_t before = 0;
    long rounds = test_rounds(100000);
    go_maxprocs(2);
    for (long i = 0; i < 6; i++) {
        go_waitgroup_add(&wg, 2);
        go(churn, 2 * i, rounds, &wg);
        go(churn, 2 * i + 1, rounds, &wg);
        go_waitgroup_wait(&wg);
        if (i == 0)
            before = test_resident();
    }
    // Ten rounds of garbage would be 100 bytes a key at least. Sanitizers keep freed memory aside.
    if (!test_under_asan() && !test_under_tsan())
        CHECK(test_resident() < before + 10 * (size_t)rounds * 100);
    CHECK_EQ(go_map_len(&map), 120);
    go_map_free(&map);
}
