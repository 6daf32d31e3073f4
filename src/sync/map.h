// SPDX-License-Identifier: MIT
// The map is a trie over hashes of 62 bits, the upper ones of maphash.h's 64 (Go 1.24's internal/sync.HashTrieMap, after
// Prokopec's Ctrie). The highest six bits choose one of the top node's slots, each four further bits one of the next
// node's: a wide top saves a level of every map, and costs half a kilobyte. Each slot of a node is empty, an entry, or a
// node of the next level.
//
//     slot ─┬─ 0
//           ├─ entry ── entry …     all of one hash; a second one is as rare as a collision of 62 bits
//           └─ node | 1
//
// Readers take no lock: they follow acquire loads, in a section of sched/epoch.h, so that what they look at is not freed.
// Who adds or removes an entry locks the node whose slot changes.
//
// An entry's life. Its value changes by compare-and-swap, without a lock. A key is removed by changing the value to
// GF_MAP_GONE: that is the moment, and whoever did it owns the old value. Then it takes the entry out of its chain under
// the node's lock, unless another one has added the key again meanwhile, who under that lock found the entry and gave it
// a value. So an entry that no reader can reach has no value, no change of a value is ever lost, and a key has one entry.
//
// A node's life. It is made when a second hash comes to a slot, with the entry of the first in it. When its last slot
// becomes empty it dies: `dead` is set with its lock and its parent's held, child before parent. Who has waited for
// the lock of a dead node starts again from the top. The top node never dies; clearing the map takes it away whole,
// and changes that are under way in it count as before that.
//
// Rejected: buckets with a lock each and growing tables (all readers pay for the growing); Go's replacing of entries under
// the node's lock (a store to a key that is there takes an allocation or a lock).
#ifndef GF_SYNC_MAP_H
#define GF_SYNC_MAP_H

#include "sched/epoch.h"

#include <gofer/map.h>
#include <string.h>

enum {
    GF_MAP_BITS = 4,
    GF_MAP_TOP_BITS = 6,
    GF_MAP_LAST_SHIFT = 2, // the bits below are not used
    GF_MAP_TOP_SHIFT = 64 - GF_MAP_TOP_BITS,
};

#define GF_MAP_HASH_MASK (UINT64_MAX << GF_MAP_LAST_SHIFT)

// The value of an entry whose key is not there.
extern char gf_map_gone[1] GF_HIDDEN;
#define GF_MAP_GONE ((void *)gf_map_gone)

// What a look-up reads stands together.
struct gf_map_entry {
    struct gf_retired retired;
    _Atomic(struct gf_map_entry *) next; // [lock node] to change: another key of the same hash
    // [atomic] by compare-and-swap; from GF_MAP_GONE only under the node's lock.
    _Atomic(void *) value;
    uint64_t hash; // [const]
    size_t n;      // [const] of the key's bytes, which a NUL follows
    char key[];
};

struct gf_map_node {
    struct gf_lock lock;
    uint8_t shift;              // [const] of the hash, to the bits that choose its slot
    uint8_t used;               // [lock] how many slots are not empty
    bool dead;                  // [lock] no longer in its parent
    _Atomic(uint8_t) mixed;     // of the top: see gf_map_find; relaxed, a hint
    struct gf_map_node *parent; // [const] NULL: the top
    struct gf_retired retired;
    _Atomic(uintptr_t) slot[]; // [lock] to change, release; pairs with the readers' acquire
};

// What a map points to once it has had a key.
struct gf_map_trie {
    _Atomic(size_t) count;                  // of keys; relaxed: it orders nothing
    struct gf_map_node top GF_ALIGNED_LINE; // last, for its slots follow
};

struct gf_map_key {
    const char *bytes;
    size_t n;
    uint64_t hash;
};

static inline bool gf_map_is_node(uintptr_t slot)
{
    return slot & 1;
}

static inline struct gf_map_node *gf_map_node_of(uintptr_t slot)
{
    return (struct gf_map_node *)(slot - 1);
}

static inline struct gf_map_entry *gf_map_entry_of(uintptr_t slot)
{
    return (struct gf_map_entry *)slot;
}

// How many slots a node has.
static inline unsigned gf_map_fan(unsigned shift)
{
    return shift == GF_MAP_TOP_SHIFT ? 1 << GF_MAP_TOP_BITS : 1 << GF_MAP_BITS;
}

static inline unsigned gf_map_index(uint64_t hash, unsigned shift)
{
    return (unsigned)(hash >> shift) & (gf_map_fan(shift) - 1);
}

static inline _Atomic(struct gf_map_trie *) *gf_map_trie_of(go_map *map)
{
    return (_Atomic(struct gf_map_trie *) *)&map->trie;
}

// A section in a map, and what it read first. The map itself is not touched again once the operation has had its effect.
struct gf_map_section {
    struct m *m;
    struct gf_map_trie *trie; // NULL: the map has no key, or never had one
};

static inline struct gf_map_section gf_map_enter(go_map *map)
{
    struct m *m = gf_enter();
    gf_epoch_enter(m);
    // Acquire: pairs with the release of whoever made the trie.
    return (struct gf_map_section){m, gf_load_acquire(gf_map_trie_of(map))};
}

static inline void gf_map_leave(struct gf_map_section s)
{
    gf_epoch_leave(s.m);
    gf_leave(s.m);
}

// The same for who may have retired something.
static inline void gf_map_leave_retired(struct gf_map_section s)
{
    gf_epoch_leave(s.m);
    struct gf_retired *garbage = gf_epoch_is_due(s.m) ? gf_epoch_collect(s.m) : NULL;
    gf_leave(s.m);
    if (gf_unlikely(garbage != NULL))
        gf_retired_free(garbage);
}

// Whether two short runs of bytes are equal, without a call; n <= 16. Two words that overlap cover all of them.
GF_ALWAYS_INLINE bool gf_map_equal_short(const char *a, const char *b, size_t n)
{
    uint64_t a1 = 0, a2 = 0, b1 = 0, b2 = 0;
    if (n >= 8) {
        memcpy(&a1, a, 8);
        memcpy(&b1, b, 8);
        memcpy(&a2, a + n - 8, 8);
        memcpy(&b2, b + n - 8, 8);
    } else if (n >= 4) {
        memcpy(&a1, a, 4);
        memcpy(&b1, b, 4);
        memcpy(&a2, a + n - 4, 4);
        memcpy(&b2, b + n - 4, 4);
    } else {
        while (n > 0 && a[n - 1] == b[n - 1])
            n--;
        return n == 0;
    }
    return ((a1 ^ b1) | (a2 ^ b2)) == 0;
}

GF_ALWAYS_INLINE bool gf_map_equal(const char *a, const char *b, size_t n)
{
    return n <= 16 ? gf_map_equal_short(a, b, n) : memcmp(a, b, n) == 0;
}

// The key's entry in a chain, with a value or without; NULL if there is none.
GF_ALWAYS_INLINE struct gf_map_entry *gf_map_find_in_chain(struct gf_map_entry *e,
                                                           const struct gf_map_key *k)
{
    // Acquire: pairs with the release of whoever linked the entry.
    for (; e; e = gf_load_acquire(&e->next))
        if (e->hash == k->hash && e->n == k->n && gf_map_equal(e->key, k->bytes, k->n))
            return e;
    return NULL;
}

// The place of the slot that the highest bits choose in a node; nothing to be read if this slot is none.
GF_ALWAYS_INLINE uintptr_t gf_map_place_below(uintptr_t slot, uint64_t bits)
{
    uint64_t index = bits >> (64 - GF_MAP_BITS);
    return slot - 1 + offsetof(struct gf_map_node, slot) + index * sizeof(uintptr_t);
}

GF_ALWAYS_INLINE uintptr_t gf_map_read(uintptr_t place)
{
    return gf_load_acquire((const _Atomic(uintptr_t) *)place); // pairs with the release of the link
}

// The same in the whole trie. In a section.
//
// By its size a map has one level where entries and nodes are mixed: those above hold nodes nearly all, those below next to
// none. There the processor cannot foresee what a slot is, and each mistake costs it as much as the rest of the walk. So
// that step is taken without a branch: to the slot below, or, if there is no node, to the same one again.
GF_ALWAYS_INLINE struct gf_map_entry *gf_map_find(const struct gf_map_trie *t,
                                                  const struct gf_map_key *k)
{
    uintptr_t place = (uintptr_t)&t->top.slot[k->hash >> GF_MAP_TOP_SHIFT];
    uintptr_t slot = gf_map_read(place);
    uint64_t bits = k->hash << GF_MAP_TOP_BITS; // those that choose come up as the highest
    unsigned level = gf_load_relaxed(&t->top.mixed);
    if (gf_likely(level > 0)) {
        for (; --level > 0 && gf_map_is_node(slot); bits <<= GF_MAP_BITS) {
            place = gf_map_place_below(slot, bits);
            slot = gf_map_read(place);
        }
        uintptr_t is_node = slot & 1;
        place += (gf_map_place_below(slot, bits) - place) & -is_node;
        bits <<= GF_MAP_BITS * is_node;
        slot = gf_map_read(place);
    }
    for (; gf_map_is_node(slot); bits <<= GF_MAP_BITS)
        slot = gf_map_read(gf_map_place_below(slot, bits));
    return gf_map_find_in_chain(gf_map_entry_of(slot), k);
}

// --- maptrie.c ---

// What adding a key may need. Made outside of the runtime, before it is known what will be needed.
struct gf_map_supplies {
    struct gf_map_entry *entry;
    struct gf_map_node *nodes; // linked by `parent`
    unsigned node_count;
};

struct gf_map_trie *gf_map_trie_new(void);
void gf_map_trie_free(struct gf_map_trie *t);
struct gf_map_entry *gf_map_entry_new(const struct gf_map_key *k, void *value);
// Takes care that there are n nodes.
void gf_map_supply_nodes(struct gf_map_supplies *s, unsigned n);
void gf_map_supplies_free(struct gf_map_supplies *s);

enum gf_map_added {
    GF_MAP_ADDED,      // the key is there now, with the new value
    GF_MAP_FOUND,      // it is there already: *found is its entry
    GF_MAP_NEEDS_MORE, // *needed nodes must be supplied
};

// Adds the key with the value of the supplied entry. In a section.
enum gf_map_added gf_map_add(struct m *m, struct gf_map_trie *t, const struct gf_map_key *k,
                             struct gf_map_supplies *s, struct gf_map_entry **found,
                             unsigned *needed);

// Takes an entry without a value out of the trie, if it still has none, and nodes that become empty. In a section.
void gf_map_unlink(struct m *m, struct gf_map_trie *t, struct gf_map_entry *e);

// Gives a trie that no map points to any more to gf_retire.
void gf_map_trie_retire(struct m *m, struct gf_map_trie *t);

#endif
