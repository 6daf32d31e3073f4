// SPDX-License-Identifier: MIT
// The tree's tables: open addressing, a power of two of slots, at most half of them taken, so that a search ends at an
// empty slot. Replaced tables stay where they are until the mux is freed, for a reader may be in one: together they
// take less room than the last.
#include "http/node.h"

#include <string.h>

struct gf_node_table {
    size_t mask;  // [const] slots - 1
    size_t count; // [lock] of the mux
    _Atomic(struct gf_node *) slots[];
};

static size_t hash(struct gf_span s)
{
    uint64_t h = 0xCBF29CE484222325; // FNV-1a
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * 0x100000001B3;
    return (size_t)(h ^ h >> 32);
}

static bool same(struct gf_span a, struct gf_span b)
{
    return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

struct gf_node *gf_node_find(const struct gf_node *n, struct gf_span name)
{
    // Acquire: pairs with the release in grow.
    struct gf_node_table *t = gf_load_acquire(&n->children);
    if (!t)
        return NULL;
    for (size_t i = hash(name);; i++) {
        // Acquire: pairs with the release in insert.
        struct gf_node *child = gf_load_acquire(&t->slots[i & t->mask]);
        if (!child || same(child->name, name))
            return child;
    }
}

static void insert(struct gf_node_table *t, struct gf_node *child)
{
    size_t i = hash(child->name);
    while (gf_load_relaxed(&t->slots[i & t->mask])) // relaxed: this thread alone writes
        i++;
    // Release: pairs with the acquire in gf_node_find and gf_node_each.
    gf_store_release(&t->slots[i & t->mask], child);
    t->count++;
}

static struct gf_node_table *grow(struct gf_arena *a, struct gf_node *n,
                                  const struct gf_node_table *old)
{
    size_t slots = old ? 2 * (old->mask + 1) : 4;
    size_t size = sizeof(struct gf_node_table) + slots * sizeof(struct gf_node *);
    struct gf_node_table *t = gf_arena_alloc(a, size);
    memset(t, 0, size);
    t->mask = slots - 1;
    for (size_t i = 0; old && i <= old->mask; i++) {
        struct gf_node *child = gf_load_relaxed(&old->slots[i]); // relaxed: the writer's own
        if (child)
            insert(t, child);
    }
    // Release: pairs with the acquire in gf_node_find and gf_node_each.
    gf_store_release(&n->children, t);
    return t;
}

static struct gf_node *new_node(struct gf_arena *a, struct gf_span name)
{
    struct gf_node *n = gf_arena_alloc(a, sizeof(*n));
    memset(n, 0, sizeof(*n));
    n->name = gf_span(gf_arena_text(a, name.p, name.n), name.n);
    return n;
}

struct gf_node *gf_node_make(struct gf_arena *a, struct gf_node *n, struct gf_span name)
{
    struct gf_node *child = gf_node_find(n, name);
    if (child)
        return child;
    struct gf_node_table *t = gf_load_relaxed(&n->children); // relaxed: the writer's own
    if (!t || 2 * (t->count + 1) > t->mask + 1)
        t = grow(a, n, t);
    child = new_node(a, name);
    insert(t, child);
    return child;
}

struct gf_node *gf_node_make_wild(struct gf_arena *a, struct gf_node *n)
{
    struct gf_node *child = gf_load_relaxed(&n->wild); // relaxed: the writer's own
    if (!child) {
        child = new_node(a, gf_span("", 0));
        // Release: pairs with the acquire in mux.c's match_path.
        gf_store_release(&n->wild, child);
    }
    return child;
}

void gf_node_each(const struct gf_node *n, void (*f)(const struct gf_node *child, void *arg),
                  void *arg)
{
    // Acquire: pairs with the releases in grow and insert.
    struct gf_node_table *t = gf_load_acquire(&n->children);
    for (size_t i = 0; t && i <= t->mask; i++) {
        const struct gf_node *child = gf_load_acquire(&t->slots[i]);
        if (child)
            f(child, arg);
    }
}
