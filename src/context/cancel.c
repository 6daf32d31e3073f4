// SPDX-License-Identifier: MIT
// The end of a context and of all below it: a worklist instead of a recursion, for chains may be long, and a splice of
// each list of children instead of a walk under the lock, so that ten thousand children cost no lock holder more than
// one. The parent's list held a reference to each, which goes over to the worklist.
//
// Whoever changes a node's state from LIVE has won it, and does all the rest for it. A node below that another party has
// won already is left to that one; but a cancel returns only when the whole subtree has ended, so it waits, at the end,
// until the other one says SETTLED. Such waits go strictly downwards in the tree, so there is no circle. For the same
// reason a node stays in its parent's list until it is settled: who ends the parent meanwhile has to find it.
//
// Nothing here runs long inside the runtime: it enters anew for each node. A party that is preempted in between holds
// no lock; others that need its result give way meanwhile.
//
// An error is told only when the done channel is closed (the state without CLOSING). Who finds CLOSING gives way until
// the closing, a few instructions under the lock, is over.
#include "context/context.h"

#include "chan/chan.h"

static inline uint32_t load_state(go_context *c)
{
    // Acquire: pairs with the releases in end_one and settle, so the cause, and the closed channel, are seen.
    return gf_load_acquire(&c->state);
}

// Wakes the calls that wait with the context, in the order of their coming: appends them to the chain.
static struct g **claim_waiters(go_context *c, struct g **last)
{
    for (struct gf_list *link; (link = gf_list_pop_front(&c->waiters));) {
        struct gf_context_waiter *w = gf_container_of(link, struct gf_context_waiter, link);
        struct g *g = w->g;
        if (!gf_claim(g, w->ticket))
            continue; // another was quicker; the call will find that it has been taken off
        w->claimed = true;
        g->next = NULL;
        *last = g;
        last = &g->next;
    }
    return last;
}

// Ends one node, if it is live; returns whether it was. Its children are appended to `todo`.
static bool end_one(go_context *c, int err, int cause, struct gf_list *todo)
{
    struct g *woken = NULL, **last = &woken;
    struct m *m = gf_enter();
    gf_lock(&c->lock, GF_RANK_CONTEXT);
    bool first = gf_load_relaxed(&c->state) == GF_CONTEXT_LIVE; // relaxed: we have the lock
    if (first) {
        uint32_t ended = (uint32_t)-err;
        c->cause = cause;
        gf_race_release(c);
        gf_store_release(&c->state,
                         GF_CONTEXT_CLOSING | ended); // pairs with the acquire in load_state
        last = claim_waiters(c, last);
        struct go_chan *done = gf_load_relaxed(&c->done); // relaxed: set under the lock
        if (done)
            gf_chan_close(done, last);
        gf_list_splice_back(todo, &c->children);
        gf_store_release(&c->state, ended); // pairs with the acquire in load_state
    }
    gf_unlock(&c->lock);
    if (first && c->class && c->class->ended)
        c->class->ended(m, c);
    if (woken)
        gf_ready_all(m, woken);
    gf_leave(m);
    return first;
}

// Takes a node that we have ended off its parent's list, unless the parent has ended: then its ender has the list.
static void leave_parent(go_context *c)
{
    if (c->parent->endless)
        return;
    struct m *m = gf_enter();
    gf_lock(&c->parent->lock, GF_RANK_CONTEXT);
    // Relaxed: we have the lock.
    bool linked = c->in_list && gf_load_relaxed(&c->parent->state) == GF_CONTEXT_LIVE;
    if (linked)
        gf_list_remove(&c->node.link);
    gf_unlock(&c->parent->lock);
    gf_leave(m);
    if (linked)
        gf_context_unref(c); // the list's
}

static void settle(go_context *c)
{
    // Relaxed read: after LIVE the state is its ender's, ours. Release: pairs with the acquire in load_state.
    gf_store_release(&c->state, gf_load_relaxed(&c->state) | GF_CONTEXT_SETTLED);
}

static void await_settled(go_context *c)
{
    while (!(load_state(c) & GF_CONTEXT_SETTLED))
        go_yield();
}

static go_context *pop(struct gf_list *list)
{
    struct gf_list *link = gf_list_pop_front(list);
    return link ? gf_container_of(link, go_context, node.link) : NULL;
}

// Ends all that the worklist holds and finds; its references go.
static void end_all(struct gf_list *todo, int err, int cause)
{
    struct gf_list ours, others;
    gf_list_init(&ours);
    gf_list_init(&others);
    for (go_context *c; (c = pop(todo));) {
        if (c->node.is_function)
            gf_after_func_start(&c->node);
        else if (end_one(c, err, cause, todo))
            gf_list_push_back(&ours, &c->node.link);
        else
            gf_list_push_back(&others, &c->node.link);
    }
    for (go_context *c; (c = pop(&others));) {
        await_settled(c);
        gf_context_unref(c);
    }
    for (go_context *c; (c = pop(&ours));) {
        settle(c);
        gf_context_unref(c);
    }
}

// The caller has a reference to the memory, and keeps it until this returns: who sees the end may free the context at once.
static void end_held(go_context *c, int err, int cause)
{
    struct gf_list todo;
    gf_list_init(&todo);
    if (end_one(c, err, cause, &todo)) {
        if (!gf_list_empty(&todo))
            end_all(&todo, err, cause);
        settle(c);
        leave_parent(c);
    } else
        await_settled(c);
}

void gf_context_end(go_context *c, int err, int cause)
{
    if (c->endless)
        return;
    // Relaxed: the caller has one of another kind, that may go meanwhile.
    gf_add_relaxed(&c->refs, 1);
    end_held(c, err, cause);
    gf_context_unref(c);
}

// It is ending, or about to: what it follows has ended, and whoever did that is on the way down to it.
GF_NOINLINE static uint32_t await_end(go_context *c)
{
    uint32_t s;
    while ((s = load_state(c)) == GF_CONTEXT_LIVE || (s & GF_CONTEXT_CLOSING))
        go_yield();
    return s;
}

static inline uint32_t state_to_tell(go_context *c)
{
    uint32_t s = load_state(c);
    if (gf_unlikely(s & GF_CONTEXT_CLOSING))
        return await_end(c);
    if (s == GF_CONTEXT_LIVE && c->follows && gf_unlikely(load_state(c->follows)))
        return await_end(c);
    return s;
}

uint32_t gf_context_state(go_context *c)
{
    uint32_t s = state_to_tell(c);
    if (GF_RACE && s != GF_CONTEXT_LIVE)
        gf_race_acquire(c);
    return s;
}

void gf_context_cancel_held(go_context *c, int cause)
{
    end_held(c, -ECANCELED, cause);
    if (c->class && c->class->released)
        c->class->released(c);
}

static void cancel(go_context *c, int cause)
{
    if (c->endless)
        return;
    gf_add_relaxed(&c->refs, 1); // relaxed: as in gf_context_end
    gf_context_cancel_held(c, cause);
    gf_context_unref(c);
}

void go_context_cancel(go_context *c)
{
    cancel(c, -ECANCELED);
}

void go_context_cancel_cause(go_context *c, int err)
{
    cancel(c, err ? err : -ECANCELED);
}
