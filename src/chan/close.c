// SPDX-License-Identifier: MIT
// Closing: all waiters are collected under the lock and made ready after it, the receivers with the zero value, the
// senders to panic in their own goroutines. Receivers go first, in the order in which they came.
#include "chan/chan.h"

#include "panic/misuse.h"

// Takes all waiters of a queue; returns them as a chain of goroutines behind *last.
static struct g **collect(struct gf_list *queue, size_t zero_bytes, struct g **last)
{
    for (struct gf_waiter *w; (w = gf_waitq_take(queue, false));) {
        if (w->slot && zero_bytes)
            memset(w->slot, 0, zero_bytes);
        gf_race_wake(w->g);
        w->g->next = NULL;
        *last = w->g;
        last = &w->g->next;
    }
    return last;
}

// With the lock held.
static struct g **close_and_collect(struct go_chan *c, struct g **last)
{
    // Read without the lock by non-blocking looks.
    __atomic_store_n(&c->closed, true, __ATOMIC_RELEASE);
    gf_chan_race_close(c);
    last = collect(&c->receivers, c->elem_size, last);
    return collect(&c->senders, 0, last);
}

struct g **gf_chan_close(struct go_chan *c, struct g **last)
{
    gf_lock(&c->lock, GF_RANK_CHAN);
    last = close_and_collect(c, last);
    gf_unlock(&c->lock);
    return last;
}

void go_chan_close_(struct go_chan *c)
{
    struct m *m = gf_enter();
    if (gf_unlikely(!c))
        gf_panic_misuse(m, "close of nil channel");
    gf_chan_race_closes(c, __builtin_return_address(0));
    gf_solo_lock(m, &c->lock, GF_RANK_CHAN);
    if (gf_unlikely(c->closed)) {
        gf_unlock(&c->lock);
        gf_panic_misuse(m, "close of closed channel");
    }
    struct g *first = NULL;
    close_and_collect(c, &first);
    gf_unlock(&c->lock);
    if (first)
        gf_ready_all(m, first);
    gf_leave(m);
}
