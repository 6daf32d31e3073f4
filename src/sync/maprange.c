// SPDX-License-Identifier: MIT
// Walking through a map while others change it, and while the caller's function does what it likes between two steps:
// it may park, run on another thread, change the map, or panic. So nothing of the trie is held across a step. Each step
// begins at the top, in a section of its own, looks for the first entry after the one before, in the order of hashes,
// then of keys, and copies it. The order only rises, so no key comes twice; and a key that stays is on its path from the
// top at every moment, so none is missed. Descending anew costs a few loads that are in the cache.
#include "sync/map.h"

#include <gofer/panic.h>
#include <stdlib.h>

enum { SHORT_KEY = 240 };

// Where the walk is: at this key, or before the first.
struct cursor {
    bool started;
    uint64_t hash;
    size_t n;
    char *key;   // in `room`, or on the heap
    size_t size; // of the place that key points to
    void *value;
    char room[SHORT_KEY];
};

static int compare_keys(const char *a, size_t a_n, const char *b, size_t b_n)
{
    int order = memcmp(a, b, a_n < b_n ? a_n : b_n);
    return order ? order : (a_n > b_n) - (a_n < b_n);
}

static bool is_after(const struct gf_map_entry *e, const struct cursor *c)
{
    if (!c->started || e->hash > c->hash)
        return true;
    return e->hash == c->hash && compare_keys(e->key, e->n, c->key, c->n) > 0;
}

// The first entry of a chain after the cursor that has a value, which is put into *value.
static struct gf_map_entry *first_in_chain(struct gf_map_entry *e, const struct cursor *c,
                                           void **value)
{
    struct gf_map_entry *first = NULL;
    for (; e; e = gf_load_acquire(&e->next)) { // pairs with the release of the link
        if (!is_after(e, c) || (first && compare_keys(e->key, e->n, first->key, first->n) > 0))
            continue;
        void *v = gf_load_acquire(&e->value); // pairs with the release of the store
        if (v != GF_MAP_GONE) {
            first = e;
            *value = v;
        }
    }
    return first;
}

// The same below a node. `on_path`: the cursor's hash leads through this node, so earlier slots are done with.
static struct gf_map_entry *first_below(const struct gf_map_node *node, unsigned shift,
                                        bool on_path, const struct cursor *c, void **value)
{
    unsigned i = on_path ? gf_map_index(c->hash, shift) : 0;
    for (; i < gf_map_fan(shift); i++, on_path = false) {
        uintptr_t slot = gf_load_acquire(&node->slot[i]); // pairs with the release of the link
        struct gf_map_entry *e = gf_map_is_node(slot)
                                     ? first_below(gf_map_node_of(slot), shift - GF_MAP_BITS,
                                                   on_path, c, value)
                                     : first_in_chain(gf_map_entry_of(slot), c, value);
        if (e)
            return e;
    }
    return NULL;
}

enum step { STEP_DONE, STEP_END, STEP_NEEDS_ROOM };

// Moves the cursor on. STEP_NEEDS_ROOM: the key needs *room bytes.
static enum step step(go_map *map, struct cursor *c, size_t *room)
{
    void *value = NULL;
    enum step result = STEP_END;
    struct gf_map_section s = gf_map_enter(map);
    const struct gf_map_entry *e =
        s.trie ? first_below(&s.trie->top, GF_MAP_TOP_SHIFT, c->started, c, &value) : NULL;
    if (e && e->n >= c->size) {
        *room = e->n + 1;
        result = STEP_NEEDS_ROOM;
    } else if (e) {
        memcpy(c->key, e->key, e->n + 1);
        c->n = e->n;
        c->hash = e->hash;
        c->value = value;
        gf_race_acquire(&e->value);
        c->started = true;
        result = STEP_DONE;
    }
    gf_map_leave(s);
    return result;
}

// A larger place for the key, with what is in it.
static void make_room(struct cursor *c, size_t room)
{
    char *key = malloc(room);
    if (!key)
        gf_fatal("out of memory (map)");
    memcpy(key, c->key, c->n);
    if (c->key != c->room)
        free(c->key);
    c->key = key;
    c->size = room;
}

static bool next(go_map *map, struct cursor *c)
{
    enum step s;
    size_t room;
    while ((s = step(map, c, &room)) == STEP_NEEDS_ROOM)
        make_room(c, room);
    return s == STEP_DONE;
}

static void finish(struct cursor *c)
{
    if (c->key != c->room)
        free(c->key);
}

void go_map_range(go_map *map, bool (*f)(const char *key, size_t n, void *value, void *arg),
                  void *arg)
{
    struct cursor c;
    c.started = false;
    c.n = 0;
    c.key = c.room;
    c.size = sizeof c.room;
    GO_DEFER(finish, &c);
    gf_race_enter(__builtin_return_address(0));
    while (next(map, &c) && f(c.key, c.n, c.value, arg))
        ;
    gf_race_exit();
}
