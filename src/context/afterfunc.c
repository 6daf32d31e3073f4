// SPDX-License-Identifier: MIT
// Functions to be called when a context ends. One is a node in the context's list, with the bound call. Two parties hold the record: the program, by its handle, and the list. Who takes the node off the list decides
// what becomes of it: a stop, under the context's lock, or the end of the context, which has taken the whole list over
// and starts the function.
#include "context/context.h"
#include "sched/race.h"

#include <stdlib.h>

struct go_after_stop {
    struct gf_context_node node;
    go_context *context; // [const] a reference to its memory
    void *creator_pc;    // [const]
    _Atomic(uint32_t)
        refs; // [atomic] the handle, and the list; acq_rel, so that the last one sees the other's use
    bool stopped;             // [lock] the context's
    struct go_kept_call call; // [const]
};

static void unref(go_after_stop *h)
{
    if (gf_sub_acqrel(&h->refs, 1) != 1)
        return;
    gf_context_unref(h->context);
    free(h->call.large);
    free(h);
}

void gf_after_func_start(struct gf_context_node *node)
{
    go_after_stop *h = gf_container_of(node, go_after_stop, node);
    struct m *m = gf_enter();
    gf_race_origin(m, h);
    gf_spawn(m, gf_kept(&h->call), NULL, h->creator_pc, false);
    gf_leave(m);
    unref(h); // the list's
}

static go_after_stop *make(go_context *c, struct go_kept_call call, void *pc)
{
    go_after_stop *h = malloc(sizeof *h);
    if (!h)
        gf_fatal("out of memory (context)");
    *h = (go_after_stop){
        .node.is_function = true, .context = c, .creator_pc = pc, .refs = 2, .call = call};
    if (!c->endless)
        gf_add_relaxed(&c->refs, 1); // relaxed: the caller has a reference
    gf_race_release(h);
    return h;
}

// Whether the context was live, and has the function in its list now.
static bool join(go_context *c, go_after_stop *h)
{
    struct m *m = gf_enter();
    gf_lock(&c->lock, GF_RANK_CONTEXT);
    bool live = gf_load_relaxed(&c->state) == GF_CONTEXT_LIVE; // relaxed: we have the lock
    if (live)
        gf_list_push_back(&c->children, &h->node.link);
    gf_unlock(&c->lock);
    gf_leave(m);
    return live;
}

go_after_stop *go_context_after_func_(go_context *c, struct go_kept_call call)
{
    go_after_stop *h = make(c, call, __builtin_return_address(0));
    if (!c->endless && !join(c, h))
        gf_after_func_start(&h->node);
    return h;
}

// On a root nothing is ever started, and the list's reference is the stop's.
static bool take_off(go_after_stop *h)
{
    go_context *c = h->context;
    struct m *m = gf_enter();
    gf_lock(&c->lock, GF_RANK_CONTEXT);
    // Relaxed: we have the lock. From its end on the node is its ender's.
    bool ours = gf_load_relaxed(&c->state) == GF_CONTEXT_LIVE && !h->stopped;
    if (ours) {
        h->stopped = true;
        if (!c->endless)
            gf_list_remove(&h->node.link);
    }
    gf_unlock(&c->lock);
    gf_leave(m);
    return ours;
}

bool go_after_stop_call(go_after_stop *h)
{
    bool kept = take_off(h);
    if (kept)
        unref(h); // the list's
    return kept;
}

void go_after_stop_free(go_after_stop *h)
{
    if (!h)
        return;
    if (h->context->endless)
        go_after_stop_call(h); // it never runs, and no list holds it
    unref(h);
}
