// SPDX-License-Identifier: MIT
// A cache that keeps the `capacity` keys used last: getting and putting both count as use, and a put beyond the capacity
// pushes the key out that has not been used for the longest time. For many goroutines.
#ifndef GOFER_X_LRU_H
#define GOFER_X_LRU_H

#include <gofer/detail/base.h>

GO_BEGIN_DECLS

typedef struct go_lru go_lru;

// Makes an empty cache; NULL if capacity < 1. `evicted`, unless it is NULL, is called with each key that is pushed out
// and its value, by the goroutine whose put did it, before that returns and without a lock, so it may use the cache. It
// is not called for values that a put replaces, for what is deleted, or at the end.
// Owns: the caller, until go_lru_free; keys are copied, values are the program's.   Errors: fatal when no memory is left.
GO_API go_lru *go_lru_new(size_t capacity, void (*evicted)(const char *key, void *value));

// Looks a key up, and makes it the one used last; returns whether it is there, and its value, unless value is NULL.
// Blocks for others' gets and puts, never for `evicted`.   From: goroutine or foreign thread.
GO_API bool go_lru_get(go_lru *c, const char *key, void **value);

// Sets a key's value, and makes it the one used last. Blocks, From: as go_lru_get.
GO_API void go_lru_put(go_lru *c, const char *key, void *value);

// Removes a key; returns whether it was there.
GO_API bool go_lru_delete(go_lru *c, const char *key);

// Returns the number of keys.
GO_API size_t go_lru_len(go_lru *c);

// Ends it; NULL is allowed. Nobody else uses it any more.
GO_API void go_lru_free(go_lru *c);

GO_END_DECLS

#endif
