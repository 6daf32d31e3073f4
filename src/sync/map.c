// SPDX-License-Identifier: MIT
// The operations of go_map on keys; the trie and its rules are in map.h. Each looks for the key's entry without a lock,
// and has its effect by one atomic access to the entry's value. Only where the key is not there, adding it takes the long
// road: what is needed is allocated outside of the runtime, for malloc may wait for a goroutine that has been preempted.
//
// For the race detector, the function that has called, whose address is `pc`, reads its key and writes what it asks for.
#include "sync/map.h"

#include "arch/text.h"
#include "sync/maphash.h"

#include <stdlib.h>

GF_ALWAYS_INLINE struct gf_map_key key_of(const void *bytes, size_t n, void *pc)
{
    (void)pc;
    gf_race_read(bytes, n, pc);
    return (struct gf_map_key){bytes, n, gf_map_hash(bytes, n) & GF_MAP_HASH_MASK};
}

static inline void tell(void **place, void *value, void *pc)
{
    (void)pc;
    if (!place)
        return;
    *place = value;
    gf_race_write(place, sizeof *place, pc);
}

GF_ALWAYS_INLINE struct gf_map_entry *find(struct gf_map_section s, const struct gf_map_key *k)
{
    return gf_likely(s.trie != NULL) ? gf_map_find(s.trie, k) : NULL;
}

// --- What can happen to an entry's value ---

static inline bool read_value(struct gf_map_entry *e, void **value)
{
    void *v = gf_load_acquire(&e->value); // pairs with the release of whoever stored it
    if (gf_unlikely(v == GF_MAP_GONE))
        return false;
    gf_race_acquire(&e->value);
    *value = v;
    return true;
}

// Changes the value, and gives the one before; false if the key is gone.
static inline bool replace_value(struct gf_map_entry *e, void *value, void **previous)
{
    void *v = gf_load_relaxed(&e->value); // relaxed: the compare-and-swap decides
    if (v != GF_MAP_GONE)
        gf_race_release(&e->value);
    do {
        if (gf_unlikely(v == GF_MAP_GONE))
            return false;
        // Acquire and release: as a load of the old value and a store of the new one.
    } while (!gf_cas_acqrel(&e->value, &v, value));
    gf_race_acquire(&e->value);
    *previous = v;
    return true;
}

// The same where only one value will do.
static inline bool exchange_value(struct gf_map_entry *e, void *old, void *value)
{
    // Relaxed: for the detector, which is to hear only of what happens.
    if (GF_RACE && gf_load_relaxed(&e->value) == old)
        gf_race_release(&e->value);
    // Nobody has the address of GF_MAP_GONE to ask for it.
    bool done = gf_cas_acqrel(&e->value, &old, value);
    if (GF_RACE && done)
        gf_race_acquire(&e->value);
    return done;
}

// --- Loading ---

GF_ALWAYS_INLINE bool load(go_map *map, const void *key, size_t n, void **value, void *pc)
{
    struct gf_map_key k = key_of(key, n, pc);
    void *v = NULL;
    struct gf_map_section s = gf_map_enter(map);
    struct gf_map_entry *e = find(s, &k);
    bool there = e && read_value(e, &v);
    gf_map_leave(s);
    if (there)
        tell(value, v, pc);
    return there;
}

bool go_map_load_n(go_map *map, const void *key, size_t n, void **value)
{
    return load(map, key, n, value, __builtin_return_address(0));
}

bool go_map_load(go_map *map, const char *key, void **value)
{
    return load(map, key, gf_arch_strlen(key), value, __builtin_return_address(0));
}

size_t go_map_len(go_map *map)
{
    struct gf_map_section s = gf_map_enter(map);
    size_t count = s.trie ? gf_load_relaxed(&s.trie->count) : 0;
    gf_map_leave(s);
    return count;
}

// --- Storing ---

// What is to happen where the key is there already, and what came of it.
struct wish {
    bool keep;      // the value that is there stays
    void *value;    // the new one
    void *previous; // the one that was there
};

static inline bool grant(struct gf_map_entry *e, struct wish *w)
{
    return w->keep ? read_value(e, &w->previous) : replace_value(e, w->value, &w->previous);
}

// The map gets a trie, unless another goroutine is faster.
static void plant(go_map *map)
{
    struct gf_map_trie *t = gf_map_trie_new(), *none = NULL;
    // Release: pairs with the acquire in gf_map_enter.
    if (!gf_cas_release(gf_map_trie_of(map), &none, t))
        gf_map_trie_free(t);
}

// One attempt to add the key. False: more is needed, and *needed says how many nodes; none: a trie.
static bool add(go_map *map, const struct gf_map_key *k, struct gf_map_supplies *supplies,
                struct wish *w, bool *was_there, unsigned *needed)
{
    enum gf_map_added added = GF_MAP_NEEDS_MORE;
    struct gf_map_entry *found = NULL;
    *needed = 0;
    struct gf_map_section s = gf_map_enter(map);
    if (s.trie)
        do {
            added = gf_map_add(s.m, s.trie, k, supplies, &found, needed);
            // One that is there may be removed before it grants the wish; then the key can be added.
        } while (added == GF_MAP_FOUND && !grant(found, w));
    gf_map_leave(s);
    *was_there = added == GF_MAP_FOUND;
    return added != GF_MAP_NEEDS_MORE;
}

GF_NOINLINE static bool store_new(go_map *map, const struct gf_map_key *k, struct wish *w)
{
    struct gf_map_supplies supplies = {.entry = gf_map_entry_new(k, w->value)};
    bool was_there;
    unsigned needed;
    while (!add(map, k, &supplies, w, &was_there, &needed)) {
        if (needed > 0)
            gf_map_supply_nodes(&supplies, needed);
        else
            plant(map);
    }
    gf_map_supplies_free(&supplies);
    return was_there;
}

// Stores as wished; returns whether the key was there.
static bool store(go_map *map, const void *key, size_t n, struct wish *w, void *pc)
{
    struct gf_map_key k = key_of(key, n, pc);
    struct gf_map_section s = gf_map_enter(map);
    struct gf_map_entry *e = find(s, &k);
    bool was_there = e && grant(e, w);
    gf_map_leave(s);
    return was_there || store_new(map, &k, w);
}

void go_map_store_n(go_map *map, const void *key, size_t n, void *value)
{
    struct wish w = {.value = value};
    store(map, key, n, &w, __builtin_return_address(0));
}

void go_map_store(go_map *map, const char *key, void *value)
{
    struct wish w = {.value = value};
    store(map, key, gf_arch_strlen(key), &w, __builtin_return_address(0));
}

static bool swap(go_map *map, const void *key, size_t n, void *value, void **previous, void *pc)
{
    struct wish w = {.value = value};
    bool was_there = store(map, key, n, &w, pc);
    if (was_there)
        tell(previous, w.previous, pc);
    return was_there;
}

bool go_map_swap_n(go_map *map, const void *key, size_t n, void *value, void **previous)
{
    return swap(map, key, n, value, previous, __builtin_return_address(0));
}

bool go_map_swap(go_map *map, const char *key, void *value, void **previous)
{
    return swap(map, key, gf_arch_strlen(key), value, previous, __builtin_return_address(0));
}

static void *load_or_store(go_map *map, const void *key, size_t n, void *value, bool *loaded,
                           void *pc)
{
    struct wish w = {.keep = true, .value = value};
    bool was_there = store(map, key, n, &w, pc);
    if (loaded) {
        *loaded = was_there;
        gf_race_write(loaded, sizeof *loaded, pc);
    }
    return was_there ? w.previous : value;
}

void *go_map_load_or_store_n(go_map *map, const void *key, size_t n, void *value, bool *loaded)
{
    return load_or_store(map, key, n, value, loaded, __builtin_return_address(0));
}

void *go_map_load_or_store(go_map *map, const char *key, void *value, bool *loaded)
{
    return load_or_store(map, key, gf_arch_strlen(key), value, loaded, __builtin_return_address(0));
}

static bool compare_and_swap(go_map *map, const void *key, size_t n, void *old, void *value,
                             void *pc)
{
    struct gf_map_key k = key_of(key, n, pc);
    struct gf_map_section s = gf_map_enter(map);
    struct gf_map_entry *e = find(s, &k);
    bool done = e && exchange_value(e, old, value);
    gf_map_leave(s);
    return done;
}

bool go_map_compare_and_swap_n(go_map *map, const void *key, size_t n, void *old, void *value)
{
    return compare_and_swap(map, key, n, old, value, __builtin_return_address(0));
}

bool go_map_compare_and_swap(go_map *map, const char *key, void *old, void *value)
{
    return compare_and_swap(map, key, gf_arch_strlen(key), old, value, __builtin_return_address(0));
}

// --- Deleting ---

// This call has removed the key: the rest of it.
static void bury(struct gf_map_section s, struct gf_map_entry *e)
{
    gf_sub_relaxed(&s.trie->count, 1);
    gf_map_unlink(s.m, s.trie, e);
}

static bool load_and_delete(go_map *map, const void *key, size_t n, void **value, void *pc)
{
    struct gf_map_key k = key_of(key, n, pc);
    void *v = NULL;
    struct gf_map_section s = gf_map_enter(map);
    struct gf_map_entry *e = find(s, &k);
    bool done = e && replace_value(e, GF_MAP_GONE, &v);
    if (done)
        bury(s, e);
    gf_map_leave_retired(s);
    if (done)
        tell(value, v, pc);
    return done;
}

bool go_map_load_and_delete_n(go_map *map, const void *key, size_t n, void **value)
{
    return load_and_delete(map, key, n, value, __builtin_return_address(0));
}

bool go_map_load_and_delete(go_map *map, const char *key, void **value)
{
    return load_and_delete(map, key, gf_arch_strlen(key), value, __builtin_return_address(0));
}

void go_map_delete_n(go_map *map, const void *key, size_t n)
{
    load_and_delete(map, key, n, NULL, __builtin_return_address(0));
}

void go_map_delete(go_map *map, const char *key)
{
    load_and_delete(map, key, gf_arch_strlen(key), NULL, __builtin_return_address(0));
}

static bool compare_and_delete(go_map *map, const void *key, size_t n, void *old, void *pc)
{
    struct gf_map_key k = key_of(key, n, pc);
    struct gf_map_section s = gf_map_enter(map);
    struct gf_map_entry *e = find(s, &k);
    bool done = e && exchange_value(e, old, GF_MAP_GONE);
    if (done)
        bury(s, e);
    gf_map_leave_retired(s);
    return done;
}

bool go_map_compare_and_delete_n(go_map *map, const void *key, size_t n, void *old)
{
    return compare_and_delete(map, key, n, old, __builtin_return_address(0));
}

bool go_map_compare_and_delete(go_map *map, const char *key, void *old)
{
    return compare_and_delete(map, key, gf_arch_strlen(key), old, __builtin_return_address(0));
}

void go_map_clear(go_map *map)
{
    struct m *m = gf_enter();
    // Acquire and release: as a load and a store of each key.
    struct gf_map_trie *t = gf_xchg_acqrel(gf_map_trie_of(map), NULL);
    struct gf_retired *garbage = NULL;
    if (t)
        gf_map_trie_retire(m, t);
    // A large one goes at once; a small one waits in the bag with others of its kind.
    if (gf_epoch_is_due(m))
        garbage = gf_epoch_wait(m);
    gf_leave(m);
    gf_retired_free(garbage);
}

void go_map_free(go_map *map)
{
    go_map_clear(map);
}
