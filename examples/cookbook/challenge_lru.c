// SPDX-License-Identifier: MIT
// Question: write a cache that keeps the n entries used last, for many goroutines (go_lru is the finished one).
// Answer:   a list in order of use for the age, a table for the search, and one mutex for both. A get moves its entry to
//           the front; a put beyond the capacity drops the last one.
// Watch:    a get changes the order, so a read lock is not enough.
#include <gofer.h>
#include <stdio.h>
#include <string.h>

enum { CAPACITY = 3 };

// So few that the table is the list itself: slot 0 was used last.
struct lru {
    go_mutex mutex;
    int used;
    struct entry {
        char key[16];
        int value;
    } entries[CAPACITY];
};

static int find(const struct lru *c, const char *key)
{
    for (int i = 0; i < c->used; i++)
        if (strcmp(c->entries[i].key, key) == 0)
            return i;
    return -1;
}

static void move_to_front(struct lru *c, int i)
{
    struct entry e = c->entries[i];
    memmove(&c->entries[1], &c->entries[0], (size_t)i * sizeof e);
    c->entries[0] = e;
}

static bool get(struct lru *c, const char *key, int *value)
{
    go_mutex_lock(&c->mutex);
    defer(go_mutex_unlock, &c->mutex);
    int i = find(c, key);
    if (i < 0)
        return false;
    move_to_front(c, i);
    *value = c->entries[0].value;
    return true;
}

static void put(struct lru *c, const char *key, int value)
{
    go_mutex_lock(&c->mutex);
    defer(go_mutex_unlock, &c->mutex);
    int i = find(c, key);
    if (i < 0)
        i = c->used < CAPACITY ? c->used++ : CAPACITY - 1; // new, or in the place of the oldest
    move_to_front(c, i);
    snprintf(c->entries[0].key, sizeof c->entries[0].key, "%s", key);
    c->entries[0].value = value;
}

static void use(struct lru *c, int seed)
{
    for (int i = 0, v; i < 1000; i++) {
        char key[16];
        snprintf(key, sizeof key, "%d", (seed * 31 + i) % 7);
        if (!get(c, key, &v))
            put(c, key, i);
    }
}

int main(void)
{
    static const char *const keys[] = {"a", "b", "c", "d"};
    struct lru c = {0};
    int v;
    put(&c, "a", 1);
    put(&c, "b", 2);
    put(&c, "c", 3);
    get(&c, "a", &v);
    put(&c, "d", 4); // b has not been used for longest
    for (int i = 0; i < 4; i++)
        printf("%s: %s\n", keys[i], get(&c, keys[i], &v) ? "there" : "gone");

    go_waitgroup wg = {0};
    for (int i = 0; i < 4; i++)
        go_waitgroup_go(&wg, use, &c, i);
    go_waitgroup_wait(&wg);
    printf("%d entries\n", c.used);
    return 0;
}
