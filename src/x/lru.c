// SPDX-License-Identifier: MIT
// The cache: entries in a list, the one used last at the front, and in a hash table with as many chains as the capacity,
// rounded up to a power of two, so that it never has to grow; both under one mutex, for even a get changes the list. The
// hash is go_map's. (A go_map for the index was tried: its copy of each key and its own safety, which is not needed here,
// cost as much as the rest.) What is pushed out is freed without the mutex.
#include "base/compiler.h"
#include "base/list.h"
#include "base/race.h"
#include "sync/maphash.h"
#include "x/alloc.h"

#include <gofer/sync.h>
#include <gofer/x/lru.h>
#include <string.h>

struct entry {
    struct gf_list link; // [lock]
    struct entry *next;  // [lock] in its chain
    void *value;         // [lock]
    uint64_t hash;       // [const]
    size_t n;            // [const] of the key's bytes
    char key[];
};

struct go_lru {
    size_t capacity;                               // [const]
    void (*evicted)(const char *key, void *value); // [const]
    uint64_t mask;                                 // [const] the number of chains less one
    go_mutex mutex;
    // [lock mutex]
    struct gf_list used; // entries, the one used last first
    size_t count;
    struct entry *chains[];
};

struct key {
    const char *bytes;
    size_t n;
    uint64_t hash;
};

static struct key key_of(const char *text, void *pc)
{
    size_t n = strlen(text);
    (void)pc;
    gf_race_read(text, n, pc);
    return (struct key){text, n, gf_map_hash(text, n)};
}

static size_t chains_for(size_t capacity)
{
    size_t n = 1;
    while (n < capacity && n <= SIZE_MAX / 4 / sizeof(struct entry *))
        n *= 2;
    return n;
}

go_lru *go_lru_new(size_t capacity, void (*evicted)(const char *key, void *value))
{
    if (capacity < 1)
        return NULL;
    size_t chains = chains_for(capacity);
    go_lru *c = gf_x_alloc(sizeof *c + chains * sizeof *c->chains);
    c->capacity = capacity;
    c->evicted = evicted;
    c->mask = chains - 1;
    gf_list_init(&c->used);
    return c;
}

static struct entry *entry_of(struct gf_list *link)
{
    return gf_container_of(link, struct entry, link);
}

static struct entry *entry_new(const struct key *k, void *value)
{
    struct entry *e = gf_x_alloc(sizeof *e + k->n + 1);
    e->value = value;
    e->hash = k->hash;
    e->n = k->n;
    memcpy(e->key, k->bytes, k->n);
    return e;
}

// --- Under the mutex ---

// The link that leads to the key's entry, or to the end of its chain.
static struct entry **find(go_lru *c, const struct key *k)
{
    struct entry **link = &c->chains[k->hash & c->mask];
    for (struct entry *e; (e = *link); link = &e->next)
        if (e->hash == k->hash && e->n == k->n && memcmp(e->key, k->bytes, k->n) == 0)
            break;
    return link;
}

static void make_first(go_lru *c, struct entry *e)
{
    if (c->used.next == &e->link)
        return;
    gf_list_remove(&e->link);
    gf_list_push_front(&c->used, &e->link);
}

static struct entry *take_out(go_lru *c, struct entry **link)
{
    struct entry *e = *link;
    *link = e->next;
    gf_list_remove(&e->link);
    c->count--;
    return e;
}

static struct entry *take_oldest(go_lru *c)
{
    struct entry *oldest = entry_of(c->used.prev);
    struct entry **link = &c->chains[oldest->hash & c->mask];
    while (*link != oldest)
        link = &(*link)->next;
    return take_out(c, link);
}

// Sets the value; returns the entry that is pushed out, or NULL.
static struct entry *put(go_lru *c, const struct key *k, void *value)
{
    struct entry **link = find(c, k);
    if (*link) {
        (*link)->value = value;
        make_first(c, *link);
        return NULL;
    }
    struct entry *e = entry_new(k, value);
    *link = e;
    gf_list_push_front(&c->used, &e->link);
    return ++c->count > c->capacity ? take_oldest(c) : NULL;
}

// --- From outside ---

bool go_lru_get(go_lru *c, const char *key, void **value)
{
    struct key k = key_of(key, __builtin_return_address(0));
    void *v = NULL;
    go_mutex_lock(&c->mutex);
    struct entry *e = *find(c, &k);
    if (e) {
        make_first(c, e);
        v = e->value;
    }
    go_mutex_unlock(&c->mutex);
    if (e && value) {
        *value = v;
        gf_race_write(value, sizeof *value, __builtin_return_address(0));
    }
    return e != NULL;
}

void go_lru_put(go_lru *c, const char *key, void *value)
{
    struct key k = key_of(key, __builtin_return_address(0));
    go_mutex_lock(&c->mutex);
    struct entry *out = put(c, &k, value);
    go_mutex_unlock(&c->mutex);
    if (!out)
        return;
    if (!c->evicted) {
        free(out);
        return;
    }
    GO_DEFER(free, out);
    c->evicted(out->key, out->value);
}

bool go_lru_delete(go_lru *c, const char *key)
{
    struct key k = key_of(key, __builtin_return_address(0));
    struct entry *e = NULL;
    go_mutex_lock(&c->mutex);
    struct entry **link = find(c, &k);
    if (*link)
        e = take_out(c, link);
    go_mutex_unlock(&c->mutex);
    free(e);
    return e != NULL;
}

size_t go_lru_len(go_lru *c)
{
    go_mutex_lock(&c->mutex);
    size_t count = c->count;
    go_mutex_unlock(&c->mutex);
    return count;
}

void go_lru_free(go_lru *c)
{
    if (!c)
        return;
    while (!gf_list_empty(&c->used))
        free(entry_of(gf_list_pop_front(&c->used)));
    free(c);
}
