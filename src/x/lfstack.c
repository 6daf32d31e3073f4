// SPDX-License-Identifier: MIT
// Treiber's stack: many producers, many consumers, lock-free. Each value has a node of its own. A node that was popped
// is retired (sched/epoch.h) before it goes back to the pool from which all stacks have theirs: so what another one reads
// through it is there, and its address does not come again as long as anybody who saw it in `head` is still at it, without
// which a pop could put a wrong successor into `head` (ABA). Rejected: a counter beside the pointer, which needs a
// double-word compare-and-swap.
//
// An operation is one entry into the runtime, so that a thread alone changes `head` without a locked instruction
// (sched/solo.h), and processors that only fight for its cache line are found out (sched/crowd.c).
#include "sched/epoch.h"
#include "sched/solo.h"
#include "sync/pool.h"

#include <gofer/x/lfstack.h>

struct node {
    uintptr_t next; // [const] once it is in the stack
    void *value;    // [const]
    struct gf_retired retired;
};

static go_pool nodes = GO_POOL(.size = sizeof(struct node));

// The first node, or 0.
static inline _Atomic(uintptr_t) *head_of(go_lfstack *s)
{
    return (_Atomic(uintptr_t) *)&s->head;
}

// From outside of the runtime.
GF_NOINLINE static struct node *new_node(void)
{
    gf_race_quiet();
    struct node *n = go_pool_get(&nodes);
    gf_race_speak();
    return n;
}

// Takes a node for a push; inside the runtime, which it may leave and enter again.
static inline struct node *take_node(struct m **m)
{
    gf_epoch_enter(*m);
    struct node *n = gf_pool_take(*m, &nodes);
    gf_epoch_leave(*m);
    if (gf_unlikely(!n)) {
        gf_leave(*m);
        n = new_node();
        *m = gf_enter();
    }
    return n;
}

// Another one was quicker.
static void clash(struct m *m)
{
    gf_arch_count(&m->clashes);
    gf_arch_pause();
}

void go_lfstack_push(go_lfstack *s, void *value)
{
    struct m *m = gf_enter();
    struct node *n = take_node(&m);
    n->value = value;
    n->next = gf_load_relaxed(head_of(s)); // relaxed: the compare-and-swap decides
    gf_race_release(&n->value);
    // Release: pairs with the acquire of whoever pops it. Nothing is read through the old head, so no section.
    while (!gf_solo_cas(m, head_of(s), &n->next, (uintptr_t)n))
        clash(m);
    gf_leave(m);
}

static struct node *node_of(struct gf_retired *r)
{
    return gf_container_of(r, struct node, retired);
}

// Gives nodes back to the pool: as many as it takes at once, and one by the long road.
static struct gf_retired *reuse_nodes(struct gf_retired *r)
{
    struct m *m = gf_enter();
    gf_epoch_enter(m);
    while (r && r->free == reuse_nodes) {
        struct gf_retired *next = r->next; // what is in the pool is another's
        if (!gf_pool_give(m, &nodes, node_of(r)))
            break;
        r = next;
    }
    gf_epoch_leave(m);
    gf_leave(m);
    if (r && r->free == reuse_nodes) {
        struct node *n = node_of(r);
        r = r->next;
        gf_race_quiet();
        go_pool_put(&nodes, n);
        gf_race_speak();
    }
    return r;
}

bool go_lfstack_pop(go_lfstack *s, void **value)
{
    struct gf_retired *garbage = NULL;
    struct m *m = gf_enter();
    gf_epoch_enter(m);
    // Acquire, here and on failure: pairs with the release of the push, for we read the node.
    uintptr_t head = gf_load_acquire(head_of(s));
    while (head && !gf_solo_cas(m, head_of(s), &head, ((struct node *)head)->next))
        clash(m);
    struct node *n = (struct node *)head;
    if (n) {
        gf_race_acquire(&n->value);
        if (value)
            *value = n->value;
        gf_retire(m, &n->retired, reuse_nodes, 1);
    }
    gf_epoch_leave(m);
    if (gf_epoch_is_due(m))
        garbage = gf_epoch_collect(m);
    gf_leave(m);
    gf_retired_free(garbage);
    if (n && value)
        gf_race_write(value, sizeof *value, __builtin_return_address(0));
    return n != NULL;
}

// The one that popped last may still be reading the head, so the nodes are retired as well.
void go_lfstack_free(go_lfstack *s)
{
    while (go_lfstack_pop(s, NULL))
        ;
}
