// SPDX-License-Identifier: MIT
// A node of the mux's tree, and the hash table of children by name. Lock-free for readers, one writer at a time; tables
// only ever get entries, and a larger table replaces a full one. Reading never waits and never retries.
#ifndef GF_HTTP_NODE_H
#define GF_HTTP_NODE_H

#include "base/atomic.h"
#include "http/text.h"

struct gf_pattern;

struct gf_node_table;

// [atomic] fields: stored with release by the writer, which holds the mux's mutex, once what they point to is
// complete; loaded with acquire by readers, which pairs with it.
struct gf_node {
    struct gf_span name;                      // [const] the literal segment, method or host
    _Atomic(struct gf_node_table *) children; // by name; NULL: none
    _Atomic(struct gf_node *) wild;           // for {name}
    _Atomic(const struct gf_pattern *) here;  // the pattern that ends here
    _Atomic(const struct gf_pattern *)
        multi; // the pattern that takes the rest: {name...} or a slash
};

// The child of this name, or NULL.
struct gf_node *gf_node_find(const struct gf_node *n, struct gf_span name);
// The same, made if there is none. The caller holds the mux's mutex.
struct gf_node *gf_node_make(struct gf_arena *a, struct gf_node *n, struct gf_span name);
// The child for {name}, made if there is none.
struct gf_node *gf_node_make_wild(struct gf_arena *a, struct gf_node *n);
// Calls f for each child.
void gf_node_each(const struct gf_node *n, void (*f)(const struct gf_node *child, void *arg),
                  void *arg);

#endif
