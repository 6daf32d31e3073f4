// SPDX-License-Identifier: MIT
// A map split into shards, each a go_map of its own: for programs that add and remove keys on many processors all the
// time, and for those that want to know where a key goes, for it is the FNV-1a hash of the key, modulo the number of
// shards. Everything said of go_map's keys and values holds here; each operation on a key is linearizable.
#ifndef GOFER_X_SHARDMAP_H
#define GOFER_X_SHARDMAP_H

#include <gofer/map.h>

GO_BEGIN_DECLS

typedef struct go_shardmap go_shardmap;

// Makes an empty map of so many shards, 32 for 0; NULL for a negative number.   Errors: fatal when no memory is left.
// Owns: the caller, until go_shardmap_free.
GO_API go_shardmap *go_shardmap_new(int shards);
// Ends it; NULL is allowed. Nobody else uses it any more.   Owns: the values stay the caller's.
GO_API void go_shardmap_free(go_shardmap *m);

// As go_map_load, _store and _delete. From goroutines and foreign threads; they never block.
GO_API bool go_shardmap_load(go_shardmap *m, const char *key, void **value);
GO_API bool go_shardmap_load_n(go_shardmap *m, const void *key, size_t n, void **value);
GO_API void go_shardmap_store(go_shardmap *m, const char *key, void *value);
GO_API void go_shardmap_store_n(go_shardmap *m, const void *key, size_t n, void *value);
GO_API void go_shardmap_delete(go_shardmap *m, const char *key);
GO_API void go_shardmap_delete_n(go_shardmap *m, const void *key, size_t n);

// As go_map_range: visits no key twice, and f may change the map.
GO_API void go_shardmap_range(go_shardmap *m,
                              bool (*f)(const char *key, size_t n, void *value, void *arg),
                              void *arg);

// Returns the number of keys, exactly while nobody changes the map.
GO_API size_t go_shardmap_len(go_shardmap *m);

GO_END_DECLS

#endif
