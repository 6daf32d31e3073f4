// SPDX-License-Identifier: MIT
// Treiber's stack: many producers, many consumers, lock-free. Each value has a node of its own. A node that was popped
// is retired (sched/epoch.h) before it goes back to the pool from which all stacks have theirs: so what another one reads through it is there, and its address does not come
// again as long as anybody who saw it in `head` is still at it, without which a pop could put a wrong successor into
// `head` (ABA). Rejected: a counter beside the pointer, which needs a double-word compare-and-swap.
#include "sched/epoch.h"
#include <gofer/pool.h>
#include <gofer/x/lfstack.h>

struct node {
    struct node *next; // [const] once it is in the stack
    void *value;       // [const]
    struct gf_retired retired;
};

static go_pool nodes = GO_POOL(.size = sizeof(struct node));

static inline _Atomic(struct node *) *head_of(go_lfstack *s)
{
    return (_Atomic(struct node *) *)&s->head;
}

void go_lfstack_push(go_lfstack *s, void *value)
{
    gf_race_quiet();
    struct node *n = go_pool_get(&nodes);
    gf_race_speak();
    n->value = value;
    n->next = gf_load_relaxed(head_of(s)); // relaxed: the compare-and-swap decides
    gf_race_release(&n->value);
    // Release: pairs with the acquire of whoever pops it. Nothing is read through the old head, so no section.
    while (!gf_cas_release(head_of(s), &n->next, n))
        gf_arch_pause();
}

static void reuse_node(struct gf_retired *r)
{
    gf_race_quiet();
    go_pool_put(&nodes, gf_container_of(r, struct node, retired));
    gf_race_speak();
}

bool go_lfstack_pop(go_lfstack *s, void **value)
{
    struct gf_retired *garbage = NULL;
    struct m *m = gf_enter();
    gf_epoch_enter(m);
    // Acquire, here and on failure: pairs with the release of the push, for we read the node.
    struct node *n = gf_load_acquire(head_of(s));
    while (n && !gf_cas_acqrel(head_of(s), &n, n->next))
        gf_arch_pause();
    if (n) {
        gf_race_acquire(&n->value);
        if (value)
            *value = n->value;
        gf_retire(m, &n->retired, reuse_node, 1);
    }
    gf_epoch_leave(m);
    if (gf_epoch_is_due(m))
        garbage = gf_epoch_collect(m);
    gf_leave(m);
    gf_retired_free(garbage);
    return n != NULL;
}

// The one that popped last may still be reading the head, so the nodes are retired as well.
void go_lfstack_free(go_lfstack *s)
{
    while (go_lfstack_pop(s, NULL))
        ;
}
