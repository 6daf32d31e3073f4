// SPDX-License-Identifier: MIT
// The life of a context's memory: made below its parent, counted in two ways, freed when both counts are through. `held`
// counts what the program holds, and its end is the context's; `refs` counts who may still look at the memory.
//
// Roots are two constants of the library that nobody counts and nothing is linked to, so that deriving from them, the
// most frequent case, takes no lock and shares no cache line.
#include "context/context.h"

#include "panic/misuse.h"

#include <stdlib.h>
#include <string.h>

static go_context background = {.endless = true}, todo = {.endless = true};

go_context *go_context_background(void)
{
    return &background;
}

go_context *go_context_todo(void)
{
    return &todo;
}

static void ref_memory(go_context *c)
{
    // Relaxed: the caller has a reference, so it cannot go meanwhile.
    if (!c->endless)
        gf_add_relaxed(&c->refs, 1);
}

void gf_context_unref(go_context *c)
{
    // A child holds its parent: a loop, for a chain may be long.
    while (!c->endless && gf_sub_acqrel(&c->refs, 1) == 1) {
        go_context *parent = c->parent;
        // Relaxed: we are alone with it.
        go_chan_free_(gf_load_relaxed(&c->done));
        if (c->class && c->class->freed)
            c->class->freed(c);
        free(c);
        c = parent;
    }
}

void *gf_context_new(size_t size, go_context *parent, const struct gf_context_class *class)
{
    if (gf_unlikely(!parent))
        gf_panic_runtime("cannot create context from nil parent");
    go_context *c = malloc(size);
    if (!c)
        gf_fatal("out of memory (context)");
    memset(c, 0, size);
    ref_memory(parent);
    c->parent = parent;
    c->class = class;
    c->deadline = parent->deadline;
    c->has_deadline = parent->has_deadline;
    gf_list_init(&c->children);
    gf_list_init(&c->waiters);
    // Relaxed: nobody else knows it yet.
    gf_store_relaxed(&c->refs, 1);
    gf_store_relaxed(&c->held, 1);
    return c;
}

// Puts it into the parent's list, unless its own timer has ended it by now. Returns whether the parent is live.
static bool join(go_context *parent, go_context *c)
{
    struct m *m = gf_enter();
    gf_lock(&parent->lock, GF_RANK_CONTEXT);
    // Relaxed: we have the parent's lock, and so has the child's ender after its end, in leave_parent.
    bool live = gf_load_relaxed(&parent->state) == GF_CONTEXT_LIVE;
    if (live && gf_load_relaxed(&c->state) == GF_CONTEXT_LIVE) {
        gf_add_relaxed(&c->refs, 1); // relaxed: as in ref_memory; it is the list's
        c->in_list = true;
        gf_list_push_back(&parent->children, &c->node.link);
    }
    gf_unlock(&parent->lock);
    gf_leave(m);
    return live;
}

void gf_context_attach(go_context *c)
{
    go_context *parent = c->parent;
    if (!parent->endless && !join(parent, c))
        // The lock has shown us the parent's end, so its cause is there.
        gf_context_end(c, gf_context_error(gf_load_relaxed(&parent->state)), parent->cause);
}

go_context *go_context_with_cancel(go_context *parent)
{
    go_context *c = gf_context_new(sizeof *c, parent, NULL);
    gf_context_attach(c);
    return c;
}

// What the program would see end together with a value context below `parent`, if that is no root.
static go_context *followed(go_context *parent)
{
    if (parent->endless)
        return NULL;
    return parent->key ? parent->follows : parent;
}

go_context *go_context_with_value(go_context *parent, const void *key, void *value)
{
    if (gf_unlikely(parent && !key))
        gf_panic_runtime("nil key");
    go_context *c = gf_context_new(sizeof *c, parent, NULL);
    c->key = key;
    c->value = value;
    c->follows = followed(parent);
    gf_context_attach(c);
    return c;
}

go_context *go_context_without_cancel(go_context *parent)
{
    go_context *c = gf_context_new(sizeof *c, parent, NULL);
    c->has_deadline = false;
    return c;
}

go_context *go_context_ref(go_context *c)
{
    if (c && !c->endless)
        gf_add_relaxed(&c->held, 1); // relaxed: as in ref_memory
    return c;
}

void go_context_free(go_context *c)
{
    // Acquire and release: the last one's cancel comes after all that the others did with it.
    if (!c || c->endless || gf_sub_acqrel(&c->held, 1) != 1)
        return;
    gf_context_cancel_held(c, -ECANCELED);
    gf_context_unref(c);
}
