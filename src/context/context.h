// SPDX-License-Identifier: MIT
// A context's representation, and how rooms above wait with one. One structure serves all kinds: each is a node with a
// life of its own, so that freeing a value context can end what was derived from it.
//
// Invariants:
//   - `state` changes once, from LIVE to CLOSING, under the lock, by whoever then ends the subtree; it alone takes the
//     node off its parent, stops the timer, and takes over the children.
//   - A node is in its parent's list while both are live. The list, or whoever has taken the list over, holds a reference
//     to it. So a child found in the list, or taken from it, is there.
//   - A reference to a node's memory is held by: all references of the program together, each child, each handle of an
//     after-function, the parent's list, and whoever is ending it. The memory goes only after the end.
//   - Locks are never nested among contexts.
//
// States of a node, in `state`, with the error in the low bits from CLOSING on:
//   LIVE -> CLOSING   the error and the cause are known, the done channel may not be closed yet
//        -> ENDED     (no flag) the done channel is closed: only now anybody is told the error
//        -> SETTLED   so it is in the whole subtree
#ifndef GF_CONTEXT_CONTEXT_H
#define GF_CONTEXT_CONTEXT_H

#include "base/list.h"
#include "sched/sched.h"

#include <gofer/context.h>

enum {
    GF_CONTEXT_LIVE = 0,
    GF_CONTEXT_CLOSING = 1 << 30,
    GF_CONTEXT_SETTLED = 1 << 29,
    GF_CONTEXT_ERROR = (1 << 16) - 1, // the error, positive
};

// What may stand in a context's list of those to be ended with it.
struct gf_context_node {
    struct gf_list link; // [lock] the parent's; after the parent's end its ender's
    bool is_function;    // [const] a go_after_stop; else a go_context
};

// What makes a context more than a node.
struct gf_context_class {
    // It has ended, and nobody will end it again: stops what would (a timer). Inside the runtime, without locks.
    void (*ended)(struct m *m, go_context *c);
    // The program has cancelled it or dropped its last reference, perhaps for the second time. From outside.
    void (*released)(go_context *c);
    // The memory goes: drops what the class holds. From outside.
    void (*freed)(go_context *c);
};

struct go_context {
    struct gf_context_node node;
    go_context *parent; // [const] a reference; NULL: the root
    // [const] of a value context: the nearest ancestor that is none. The two are to be seen ending together, for in Go
    // they are one; see gf_context_state.
    go_context *follows;
    const struct gf_context_class *class; // [const] NULL for ordinary ones
    const void *key;                      // [const] NULL: no value
    void *value;                          // [const]
    go_time deadline;                     // [const] its own or inherited, if has_deadline
    bool has_deadline, endless; // [const] endless: a root, which never ends and is not counted
    bool in_list;               // [lock] the parent's: was put into its list

    struct gf_lock lock;     // GF_RANK_CONTEXT; protects the lists
    struct gf_list children; // [lock] gf_context_node
    struct gf_list waiters;  // [lock] gf_context_waiter
    _Atomic(uint32_t) state; // [atomic] written under the lock, but SETTLED by its ender; see above
    int cause;               // written before CLOSING is, read after
    _Atomic(struct go_chan *)
        done; // [atomic] set once, under the lock; NULL: nobody has asked for it

    _Atomic(uint32_t)
        refs; // [atomic] of the memory; acq_rel, so that the last one sees all others' uses
    _Atomic(uint32_t) held; // [atomic] of the program's references; acq_rel, too
};

// --- derive.c ---

// Makes a context below `parent`, not yet in its list: zeroed, of this size, which may be larger than go_context for a
// class's own fields. From outside; panics for a NULL parent.
void *gf_context_new(size_t size, go_context *parent, const struct gf_context_class *class);
// Puts it into the parent's list, or ends it as the parent has ended.
void gf_context_attach(go_context *c);
void gf_context_unref(go_context *c);

// --- cancel.c ---

// Ends c and its subtree, and waits if another is doing so already. err and cause are negative. From outside.
void gf_context_end(go_context *c, int err, int cause);
// Cancels it as the program does, for a caller with a reference to the memory that stays until this returns.
void gf_context_cancel_held(go_context *c, int cause);
// The state as the program may see it: LIVE, or with the error of a closed context. From outside.
uint32_t gf_context_state(go_context *c);
static inline int gf_context_error(uint32_t state)
{
    return -(int)(state & GF_CONTEXT_ERROR);
}

// --- afterfunc.c ---

// The context has ended, and the caller has taken the node over: starts the function. From outside.
void gf_after_func_start(struct gf_context_node *node);

// --- wait.c: blocking calls that a context's end shall wake ---
//
// A call that parks in a queue of its own reads a ticket (gf_claim_ticket), queues here first, then in its own queue, and
// parks, all without leaving the runtime. Whoever claims the ticket wakes it: a peer, a timer, or the end of the context;
// it may do so before the park, which then returns at once. In its own queue nobody may find it unless it will park. After
// the park it leaves both queues again.

struct gf_context_waiter {
    struct gf_list link; // [lock] the context's
    struct g *g;
    uint32_t ticket;
    bool claimed; // by the end of the context; [owner] whoever has claimed, read after the park
};

// Queues the caller; false if the context has ended, and then nothing is queued. NULL and contexts that never end are
// allowed. Inside the runtime.
bool gf_context_wait(struct m *m, go_context *c, struct gf_context_waiter *w, uint32_t ticket);
// Takes it off. Returns whether it was the context that woke the caller. Inside the runtime.
bool gf_context_wait_over(go_context *c, struct gf_context_waiter *w);

#endif
