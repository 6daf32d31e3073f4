// SPDX-License-Identifier: MIT
// Closing: all waiters are collected under the lock and made ready after it, the receivers with the zero value, the
// senders to panic in their own goroutines. Receivers go first, in the order in which they came.
#include "chan/chan.h"

#include "panic/misuse.h"

// Takes one waiter, in the list or off it; NULL if it belongs to a select that another party has claimed.
static struct g *take(struct gf_list *link, size_t zero_bytes)
{
    struct gf_waiter *w = gf_container_of(link, struct gf_waiter, link);
    link->next = NULL;
    if (!gf_waiter_serve(w, false))
        return NULL;
    if (w->slot && zero_bytes)
        memset(w->slot, 0, zero_bytes);
    gf_race_wake(w->g);
    return w->g;
}

// Takes all waiters of a queue; returns them as a chain of goroutines behind *last. A million waiters have left the caches,
// and each link leads to the next miss: so the queue is walked from both ends, for two of them at once.
static struct g **collect(struct gf_list *queue, size_t zero_bytes, struct g **last)
{
    struct gf_list *front = queue->next, *back = queue->prev;
    struct g *rear = NULL, *rearmost = NULL, *g; // what was taken from the back
    struct gf_ahead from_front, from_back;
    from_front.count = from_back.count = 0;
    bool met = gf_list_empty(queue);
    while (!met) {
        struct gf_list *after = front->next, *before = back->prev;
        met = front == back;
        if ((g = take(front, zero_bytes))) {
            gf_ahead_append(&from_front, g, 0);
            *last = g;
            last = &g->next;
        }
        if (met)
            break;
        met = after == back;
        if ((g = take(back, zero_bytes))) {
            gf_ahead_prepend(&from_back, g);
            if (!rear)
                rearmost = g;
            g->next = rear;
            rear = g;
        }
        front = after;
        back = before;
    }
    gf_list_init(queue);
    *last = rear;
    return rear ? &rearmost->next : last;
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
