// SPDX-License-Identifier: MIT
// What a context says about itself. The done channel is made by the first who asks, under the lock, so that a context
// that nobody selects on costs no channel; one that is asked for after the end is born closed.
#include "context/context.h"

#include "chan/chan.h"

GF_NOINLINE static struct go_chan *make_done(go_context *c)
{
    struct go_chan *made = gf_chan_new(sizeof(go_unit), 0, NULL, NULL);
    struct m *m = gf_enter();
    gf_lock(&c->lock, GF_RANK_CONTEXT);
    struct go_chan *done = gf_load_relaxed(&c->done); // relaxed: set under the lock
    if (!done) {
        made->closed = gf_load_relaxed(&c->state) != GF_CONTEXT_LIVE; // relaxed: as above
        if (GF_RACE && made->closed) {
            gf_race_acquire(c);
            gf_chan_race_close(made);
        }
        gf_store_release(&c->done, made); // pairs with the acquire in go_context_done
        done = made;
    }
    gf_unlock(&c->lock);
    gf_leave(m);
    if (done != made)
        go_chan_free_(made);
    return done;
}

GO_RECV_CHAN(go_unit) go_context_done(go_context *c)
{
    // Acquire: pairs with the release in make_done.
    struct go_chan *done = gf_load_acquire(&c->done);
    if (gf_unlikely(!done) && !c->endless)
        done = make_done(c);
    return (GO_CHAN(go_unit))done;
}

// What most who ask are told, without a call.
static inline bool lives(const go_context *c)
{
    // Relaxed: who learns that it lives learns nothing that others have done.
    return !c->follows && gf_load_relaxed(&c->state) == GF_CONTEXT_LIVE;
}

int go_context_err(go_context *c)
{
    return gf_likely(lives(c)) ? 0 : gf_context_error(gf_context_state(c));
}

int go_context_cause(go_context *c)
{
    return gf_context_state(c) == GF_CONTEXT_LIVE ? 0 : c->cause;
}

bool go_context_deadline(go_context *c, go_time *t)
{
    if (c->has_deadline && t) {
        *t = c->deadline;
        gf_race_write(t, sizeof *t, __builtin_return_address(0));
    }
    return c->has_deadline;
}

void *go_context_value(go_context *c, const void *key)
{
    for (; c; c = c->parent)
        if (c->key == key && key)
            return c->value;
    return NULL;
}
