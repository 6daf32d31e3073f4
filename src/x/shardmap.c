// SPDX-License-Identifier: MIT
// The sharded map: an array of go_maps. A key belongs to one shard for ever, so what a go_map promises of a key holds
// here. FNV-1a is prescribed, so that a program can tell a key's shard; against crafted keys each shard has go_map's
// own hash.
#include "x/alloc.h"

#include <gofer/x/shardmap.h>
#include <string.h>

enum { DEFAULT_SHARDS = 32 };

struct go_shardmap {
    unsigned n; // [const]
    go_map shards[];
};

go_shardmap *go_shardmap_new(int shards)
{
    if (shards < 0)
        return NULL;
    unsigned n = shards > 0 ? (unsigned)shards : DEFAULT_SHARDS;
    go_shardmap *m = gf_x_alloc(sizeof *m + n * sizeof(go_map));
    m->n = n;
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
static uint64_t fnv_1a(const unsigned char *key, size_t n)
{
    uint64_t hash = 0xcbf29ce484222325;
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ key[i]) * 0x100000001b3;
    return hash;
}

static inline go_map *shard_of(go_shardmap *m, const void *key, size_t n)
{
    return &m->shards[fnv_1a(key, n) % m->n];
}

bool go_shardmap_load_n(go_shardmap *m, const void *key, size_t n, void **value)
{
    return go_map_load_n(shard_of(m, key, n), key, n, value);
}

bool go_shardmap_load(go_shardmap *m, const char *key, void **value)
{
    return go_shardmap_load_n(m, key, strlen(key), value);
}

void go_shardmap_store_n(go_shardmap *m, const void *key, size_t n, void *value)
{
    go_map_store_n(shard_of(m, key, n), key, n, value);
}

void go_shardmap_store(go_shardmap *m, const char *key, void *value)
{
    go_shardmap_store_n(m, key, strlen(key), value);
}

void go_shardmap_delete_n(go_shardmap *m, const void *key, size_t n)
{
    go_map_delete_n(shard_of(m, key, n), key, n);
}

void go_shardmap_delete(go_shardmap *m, const char *key)
{
    go_shardmap_delete_n(m, key, strlen(key));
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
