// SPDX-License-Identifier: MIT
// How a map's trie changes shape (map.h): entries and nodes come and go under the locks of the nodes. A thread holds one
// node's lock; only while empty nodes are taken away it also holds the parent's, so each level has a lock rank of its own.
// Nothing is allocated here while inside the runtime: what an insertion needs is supplied beforehand.
#include "sched/solo.h"
#include "sync/map.h"

#include <stdlib.h>

char gf_map_gone[1];

// --- Memory ---

static void *allocate(size_t bytes)
{
    void *p = malloc(bytes);
    if (!p)
        gf_fatal("out of memory (map)");
    return p;
}

static size_t slots_size(unsigned shift)
{
    return gf_map_fan(shift) * sizeof(((struct gf_map_node *)0)->slot[0]);
}

struct gf_map_trie *gf_map_trie_new(void)
{
    struct gf_map_trie *t;
    // The struct ends in padding, where the slots begin already.
    size_t bytes = offsetof(struct gf_map_trie, top.slot) + slots_size(GF_MAP_TOP_SHIFT);
    if (posix_memalign((void **)&t, GF_CACHE_LINE, bytes) != 0)
        gf_fatal("out of memory (map)");
    memset(t, 0, bytes);
    t->top.shift = GF_MAP_TOP_SHIFT;
    return t;
}

struct gf_map_entry *gf_map_entry_new(const struct gf_map_key *k, void *value)
{
    struct gf_map_entry *e = allocate(sizeof *e + k->n + 1);
    atomic_init(&e->next, NULL);
    atomic_init(&e->value, value);
    e->hash = k->hash;
    e->n = k->n;
    if (k->n > 0) // the bytes of none may be nowhere
        memcpy(e->key, k->bytes, k->n);
    e->key[k->n] = 0;
    gf_race_release(&e->value);
    return e;
}

void gf_map_supply_nodes(struct gf_map_supplies *s, unsigned n)
{
    while (s->node_count < n) {
        size_t bytes = sizeof(struct gf_map_node) + slots_size(GF_MAP_LAST_SHIFT);
        struct gf_map_node *node = allocate(bytes);
        memset(node, 0, bytes);
        node->parent = s->nodes;
        s->nodes = node;
        s->node_count++;
    }
}

void gf_map_supplies_free(struct gf_map_supplies *s)
{
    free(s->entry);
    while (s->nodes) {
        struct gf_map_node *node = s->nodes;
        s->nodes = node->parent;
        free(node);
    }
}

static void free_chain(struct gf_map_entry *e)
{
    while (e) {
        struct gf_map_entry *next = gf_load_relaxed(&e->next); // relaxed: we are alone
        free(e);
        e = next;
    }
}

// Everything below a node. The depth is that of the trie, 15 at most.
static void free_slots(struct gf_map_node *node)
{
    for (unsigned i = 0; i < gf_map_fan(node->shift); i++) {
        uintptr_t slot = gf_load_relaxed(&node->slot[i]); // relaxed: we are alone
        if (gf_map_is_node(slot)) {
            free_slots(gf_map_node_of(slot));
            free(gf_map_node_of(slot));
        } else {
            free_chain(gf_map_entry_of(slot));
        }
    }
}

void gf_map_trie_free(struct gf_map_trie *t)
{
    free_slots(&t->top);
    free(t);
}

static struct gf_retired *free_retired_trie(struct gf_retired *r)
{
    struct gf_retired *next = r->next;
    struct gf_map_node *top = gf_container_of(r, struct gf_map_node, retired);
    gf_map_trie_free(gf_container_of(top, struct gf_map_trie, top));
    return next;
}

static struct gf_retired *free_retired_node(struct gf_retired *r)
{
    struct gf_retired *next = r->next;
    free(gf_container_of(r, struct gf_map_node, retired));
    return next;
}

static struct gf_retired *free_retired_entry(struct gf_retired *r)
{
    struct gf_retired *next = r->next;
    free(gf_container_of(r, struct gf_map_entry, retired));
    return next;
}

void gf_map_trie_retire(struct m *m, struct gf_map_trie *t)
{
    size_t count = gf_load_relaxed(&t->count); // relaxed: a weight
    gf_retire(m, &t->top.retired, free_retired_trie,
              count < GF_BAG_WEIGHT ? (uint32_t)count + 4 : GF_BAG_WEIGHT);
}

// --- Finding the place ---

static void lock_node(struct m *m, struct gf_map_node *node)
{
    gf_solo_lock(m, &node->lock, (enum gf_rank)(GF_RANK_MAP + node->shift / GF_MAP_BITS));
}

static inline _Atomic(uintptr_t) *slot_of(struct gf_map_node *node, uint64_t hash)
{
    return &node->slot[gf_map_index(hash, node->shift)];
}

// The node, now locked, in which the entries of this hash are or belong: its slot is empty or a chain.
static struct gf_map_node *lock_place(struct m *m, struct gf_map_trie *t, uint64_t hash)
{
    struct gf_map_node *node = &t->top;
    for (;;) {
        uintptr_t slot = gf_load_acquire(slot_of(node, hash)); // pairs with the release of the link
        if (gf_map_is_node(slot)) {
            node = gf_map_node_of(slot);
            continue;
        }
        lock_node(m, node);
        // Relaxed: the lock orders us with whoever changed it.
        bool right = !node->dead && !gf_map_is_node(gf_load_relaxed(slot_of(node, hash)));
        if (gf_likely(right))
            return node;
        bool dead = node->dead;
        gf_unlock(&node->lock);
        if (dead)
            node = &t->top;
    }
}

// --- Adding ---

// The level, counted from 1, where a map of so many keys has entries and nodes mixed: a fifth of a key for each of its
// slots to three. 0: so few keys that there are no nodes, or so many that waiting for memory is all that counts.
static uint8_t mixed_level(size_t count)
{
    enum { FEWEST = 12, MOST = FEWEST << 3 * GF_MAP_BITS };
    if (count < FEWEST || count >= MOST)
        return 0;
    return (uint8_t)((63 - (unsigned)__builtin_clzll(count / FEWEST)) / GF_MAP_BITS + 1);
}

static void count_added(struct gf_map_trie *t)
{
    uint8_t level = mixed_level(gf_add_relaxed(&t->count, 1) + 1);
    // The readers share this line, so it is written only when there is something new.
    if (gf_load_relaxed(&t->top.mixed) != level)
        gf_store_relaxed(&t->top.mixed, level);
}

// How many levels below `shift` two hashes share their bits, and the one where they part.
static unsigned levels_to_part(uint64_t a, uint64_t b, unsigned shift)
{
    unsigned first_difference = 63 - (unsigned)__builtin_clzll(a ^ b);
    return (shift - GF_MAP_LAST_SHIFT) / GF_MAP_BITS -
           (first_difference - GF_MAP_LAST_SHIFT) / GF_MAP_BITS;
}

static struct gf_map_node *take_node(struct gf_map_supplies *s, struct gf_map_node *parent)
{
    struct gf_map_node *node = s->nodes;
    s->nodes = node->parent;
    s->node_count--;
    node->parent = parent;
    node->shift = (uint8_t)(parent->shift - GF_MAP_BITS);
    node->used = 1;
    return node;
}

// A branch of `levels` nodes below `parent` with both chains at its end. Not to be seen by others yet, so relaxed.
static uintptr_t grow_branch(struct gf_map_node *parent, unsigned levels, struct gf_map_entry *old,
                             struct gf_map_supplies *s)
{
    uintptr_t branch = 0;
    _Atomic(uintptr_t) *link = NULL;
    struct gf_map_node *node = parent;
    for (; levels > 0; levels--) {
        node = take_node(s, node);
        if (link)
            gf_store_relaxed(link, (uintptr_t)node | 1);
        else
            branch = (uintptr_t)node | 1;
        link = slot_of(node, old->hash);
    }
    gf_store_relaxed(link, (uintptr_t)old);
    gf_store_relaxed(slot_of(node, s->entry->hash), (uintptr_t)s->entry);
    node->used = 2;
    return branch;
}

// Links the new entry into the locked node. False: *needed nodes are missing.
static bool link_entry(struct gf_map_node *node, struct gf_map_supplies *s, unsigned *needed)
{
    struct gf_map_entry *entry = s->entry;
    _Atomic(uintptr_t) *place = slot_of(node, entry->hash);
    uintptr_t slot = gf_load_relaxed(place); // relaxed: under the lock
    struct gf_map_entry *head = gf_map_entry_of(slot);
    uintptr_t link = (uintptr_t)entry;
    if (!head) {
        node->used++;
    } else if (head->hash == entry->hash) {
        gf_store_relaxed(&entry->next, head); // relaxed: the release below publishes it
    } else {
        *needed = levels_to_part(head->hash, entry->hash, node->shift);
        if (s->node_count < *needed)
            return false;
        link = grow_branch(node, *needed, head, s);
    }
    gf_store_release(place, link); // pairs with the readers' acquire
    s->entry = NULL;
    return true;
}

// The entry of the key is there. True if it had no value, and has the new one now.
static bool revive(struct gf_map_entry *e, void *value)
{
    // Acquire, as a load that finds the key gone. Only we could bring it back, for the lock is ours.
    if (gf_load_acquire(&e->value) != GF_MAP_GONE)
        return false;
    gf_race_release(&e->value);
    gf_store_release(&e->value, value); // pairs with the acquire of whoever loads it
    return true;
}

enum gf_map_added gf_map_add(struct m *m, struct gf_map_trie *t, const struct gf_map_key *k,
                             struct gf_map_supplies *s, struct gf_map_entry **found,
                             unsigned *needed)
{
    enum gf_map_added result = GF_MAP_ADDED;
    struct gf_map_node *node = lock_place(m, t, k->hash);
    uintptr_t slot = gf_load_relaxed(slot_of(node, k->hash)); // relaxed: under the lock
    struct gf_map_entry *e = gf_map_find_in_chain(gf_map_entry_of(slot), k);
    if (!e) {
        if (!link_entry(node, s, needed))
            result = GF_MAP_NEEDS_MORE;
    } else if (!revive(e, gf_load_relaxed(&s->entry->value))) {
        *found = e;
        result = GF_MAP_FOUND;
    }
    if (result == GF_MAP_ADDED)
        count_added(t);
    gf_unlock(&node->lock);
    return result;
}

// --- Removing ---

// Takes nodes away that have become empty, from this one, which is locked, upwards; unlocks what is left.
static void prune(struct m *m, struct gf_map_node *node, uint64_t hash)
{
    while (node->used == 0 && node->parent) {
        struct gf_map_node *parent = node->parent;
        lock_node(m, parent);
        node->dead = true;
        gf_store_release(slot_of(parent, hash), 0); // pairs with the readers' acquire
        parent->used--;
        gf_unlock(&node->lock);
        gf_retire(m, &node->retired, free_retired_node, 4);
        node = parent;
    }
    gf_unlock(&node->lock);
}

// Takes the entry out of its chain in the locked node, if it is in it. Relaxed loads: under the lock.
static bool unchain(struct gf_map_node *node, struct gf_map_entry *e)
{
    _Atomic(uintptr_t) *place = slot_of(node, e->hash);
    struct gf_map_entry *next = gf_load_relaxed(&e->next);
    struct gf_map_entry *at = gf_map_entry_of(gf_load_relaxed(place));
    if (at == e) {
        gf_store_release(place, (uintptr_t)next); // both pair with the readers' acquire
        node->used -= !next;
        return true;
    }
    while (at && gf_load_relaxed(&at->next) != e)
        at = gf_load_relaxed(&at->next);
    if (at)
        gf_store_release(&at->next, next);
    return at != NULL;
}

void gf_map_unlink(struct m *m, struct gf_map_trie *t, struct gf_map_entry *e)
{
    struct gf_map_node *node = lock_place(m, t, e->hash);
    // Relaxed: under the lock. If it has a value again it stays; if it is not there, the one who removed the key
    // after that has unlinked it.
    if (gf_load_relaxed(&e->value) == GF_MAP_GONE && unchain(node, e))
        gf_retire(m, &e->retired, free_retired_entry, 1);
    prune(m, node, e->hash);
}
