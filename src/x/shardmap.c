// SPDX-License-Identifier: MIT
// The sharded map: an array of go_maps. A key belongs to one shard for ever, so what a go_map promises of a key holds
// here. FNV-1a is prescribed, so that a program can tell a key's shard; against crafted keys each shard has go_map's
// own hash.
#include "base/race.h"
#include "x/alloc.h"

#include <gofer/x/shardmap.h>

enum { DEFAULT_SHARDS = 32 };

struct go_shardmap {
    unsigned n; // [const]
    // [const] n - 1 if that is a mask, else 0; with it a division is spared, which costs as much as a walk in the trie.
    unsigned mask;
    go_map shards[];
};

go_shardmap *go_shardmap_new(int shards)
{
    if (shards < 0)
        return NULL;
    unsigned n = shards > 0 ? (unsigned)shards : DEFAULT_SHARDS;
    go_shardmap *m = gf_x_alloc(sizeof *m + n * sizeof(go_map));
    m->n = n;
    m->mask = n & (n - 1) ? 0 : n - 1;
    return m;
}

void go_shardmap_free(go_shardmap *m)
{
    if (!m)
        return;
    for (unsigned i = 0; i < m->n; i++)
        go_map_free(&m->shards[i]);
    free(m);
}

// FNV-1a, 64 bits.
static const uint64_t FNV_START = 0xcbf29ce484222325;

static inline uint64_t fnv_1a_add(uint64_t hash, unsigned char byte)
{
    return (hash ^ byte) * 0x100000001b3;
}

static inline go_map *shard_at(go_shardmap *m, uint64_t hash)
{
    return &m->shards[m->mask ? hash & m->mask : hash % m->n];
}

static inline go_map *shard_of(go_shardmap *m, const void *key, size_t n)
{
    uint64_t hash = FNV_START;
    for (size_t i = 0; i < n; i++)
        hash = fnv_1a_add(hash, ((const unsigned char *)key)[i]);
    return shard_at(m, hash);
}

// The same for a text, whose length is found on the way.
static inline go_map *shard_of_text(go_shardmap *m, const char *key, size_t *n)
{
    uint64_t hash = FNV_START;
    size_t i = 0;
    for (; key[i]; i++)
        hash = fnv_1a_add(hash, (unsigned char)key[i]);
    *n = i;
    return shard_at(m, hash);
}

// The rest is the shard's, in whose stack the race detector misses a frame.

static bool load(go_map *shard, const void *key, size_t n, void **value, void *pc)
{
    (void)pc;
    gf_race_enter(pc);
    bool there = go_map_load_n(shard, key, n, value);
    gf_race_exit();
    return there;
}

static void store(go_map *shard, const void *key, size_t n, void *value, void *pc)
{
    (void)pc;
    gf_race_enter(pc);
    go_map_store_n(shard, key, n, value);
    gf_race_exit();
}

static void drop(go_map *shard, const void *key, size_t n, void *pc)
{
    (void)pc;
    gf_race_enter(pc);
    go_map_delete_n(shard, key, n);
    gf_race_exit();
}

bool go_shardmap_load_n(go_shardmap *m, const void *key, size_t n, void **value)
{
    return load(shard_of(m, key, n), key, n, value, __builtin_return_address(0));
}

bool go_shardmap_load(go_shardmap *m, const char *key, void **value)
{
    size_t n;
    go_map *shard = shard_of_text(m, key, &n);
    return load(shard, key, n, value, __builtin_return_address(0));
}

void go_shardmap_store_n(go_shardmap *m, const void *key, size_t n, void *value)
{
    store(shard_of(m, key, n), key, n, value, __builtin_return_address(0));
}

void go_shardmap_store(go_shardmap *m, const char *key, void *value)
{
    size_t n;
    go_map *shard = shard_of_text(m, key, &n);
    store(shard, key, n, value, __builtin_return_address(0));
}

void go_shardmap_delete_n(go_shardmap *m, const void *key, size_t n)
{
    drop(shard_of(m, key, n), key, n, __builtin_return_address(0));
}

void go_shardmap_delete(go_shardmap *m, const char *key)
{
    size_t n;
    go_map *shard = shard_of_text(m, key, &n);
    drop(shard, key, n, __builtin_return_address(0));
}

// Passes a range on until the program's function has had enough.
struct visit {
    bool (*f)(const char *key, size_t n, void *value, void *arg);
    void *arg;
    bool more;
};

static bool visit_key(const char *key, size_t n, void *value, void *arg)
{
    struct visit *v = arg;
    return v->more = v->f(key, n, value, v->arg);
}

void go_shardmap_range(go_shardmap *m, bool (*f)(const char *key, size_t n, void *value, void *arg),
                       void *arg)
{
    struct visit v = {.f = f, .arg = arg, .more = true};
    for (unsigned i = 0; i < m->n && v.more; i++)
        go_map_range(&m->shards[i], visit_key, &v);
}

size_t go_shardmap_len(go_shardmap *m)
{
    size_t sum = 0;
    for (unsigned i = 0; i < m->n; i++)
        sum += go_map_len(&m->shards[i]);
    return sum;
}
