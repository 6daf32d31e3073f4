// SPDX-License-Identifier: MIT
// A map for many goroutines. Reading takes no lock, and neither does changing the value of a key that is there; adding
// and removing keys locks a small part of the map. A zero-initialised map is empty and ready to use; it must not be
// copied once used.
//
// Keys are NUL-terminated strings, or, in the `_n` form of each function, n bytes of any kind; the map keeps copies. The
// string "ab" and the two bytes 'a' and 'b' are the same key. Values are pointers, NULL among them, that mean nothing to
// the map: what they point to is the program's. A value may be freed once nobody else can still hold it, which the map
// cannot know: what go_map_load has returned stays in its caller's hands when another goroutine deletes the key.
//
// Every operation on keys takes effect at one moment between its call and its return (it is linearizable); go_map_clear,
// too. What happens before a store happens before each load that returns its value.   Go: sync.Map
#ifndef GOFER_MAP_H
#define GOFER_MAP_H

#include <gofer/detail/base.h>

GO_BEGIN_DECLS

typedef struct go_map {
    void *trie; // see src/sync/map.h
} go_map;

// All functions may be called from goroutines and foreign threads and, but for what go_map_range's f does, never block.
// Output pointers may be NULL, and what they point to stays untouched where the result is false.
// Errors: fatal, "out of memory (map)", in those that add keys.

// Looks the key up; returns whether it is there, and its value.   Go: Map.Load
GO_API bool go_map_load(go_map *m, const char *key, void **value);
GO_API bool go_map_load_n(go_map *m, const void *key, size_t n, void **value);

// Sets the key's value.   Go: Map.Store
GO_API void go_map_store(go_map *m, const char *key, void *value);
GO_API void go_map_store_n(go_map *m, const void *key, size_t n, void *value);

// Returns the key's value, after setting it if the key was not there; *loaded says which.   Go: Map.LoadOrStore
GO_API void *go_map_load_or_store(go_map *m, const char *key, void *value, bool *loaded);
GO_API void *go_map_load_or_store_n(go_map *m, const void *key, size_t n, void *value,
                                    bool *loaded);

// Removes the key; returns whether it was there, and its value.   Go: Map.LoadAndDelete
GO_API bool go_map_load_and_delete(go_map *m, const char *key, void **value);
GO_API bool go_map_load_and_delete_n(go_map *m, const void *key, size_t n, void **value);

// Removes the key.   Go: Map.Delete
GO_API void go_map_delete(go_map *m, const char *key);
GO_API void go_map_delete_n(go_map *m, const void *key, size_t n);

// Sets the key's value; returns whether the key was there, and its previous value.   Go: Map.Swap
GO_API bool go_map_swap(go_map *m, const char *key, void *value, void **previous);
GO_API bool go_map_swap_n(go_map *m, const void *key, size_t n, void *value, void **previous);

// Changes the key's value from `old` to `value`; false if it is another one or the key is not there.
// Go: Map.CompareAndSwap
GO_API bool go_map_compare_and_swap(go_map *m, const char *key, void *old, void *value);
GO_API bool go_map_compare_and_swap_n(go_map *m, const void *key, size_t n, void *old, void *value);

// Removes the key if its value is `old`; returns whether it did.   Go: Map.CompareAndDelete
GO_API bool go_map_compare_and_delete(go_map *m, const char *key, void *old);
GO_API bool go_map_compare_and_delete_n(go_map *m, const void *key, size_t n, void *old);

// Calls f for each key with its value at that moment, in no order that means anything, until f returns false. Visits no
// key twice, and every key that is there from the beginning to the end; a key that is added or removed meanwhile may be
// visited or not. f may use the map in every way, block, panic, and range again.
// Owns: the key, followed by a NUL that n does not count, lives until f returns.   Go: Map.Range
GO_API void go_map_range(go_map *m, bool (*f)(const char *key, size_t n, void *value, void *arg),
                         void *arg);

// Removes all keys.   Go: Map.Clear
GO_API void go_map_clear(go_map *m);

// Removes all keys and releases what the map holds; it is empty and ready again. Nobody else uses the map any more.
GO_API void go_map_free(go_map *m);

// Returns the number of keys, exactly while nobody changes the map; changes under way may be counted or not.
GO_API size_t go_map_len(go_map *m);

GO_END_DECLS

#endif
