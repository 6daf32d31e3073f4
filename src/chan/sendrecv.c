// SPDX-License-Identifier: MIT
// Send and receive. Each takes the lock once, and finds one of three things: a peer that waits, to which the value is
// copied at once; room or values in the buffer; or nothing, and then the goroutine queues a waiter in its own frame
// and parks. (Go's runtime/chan.go, without its unlocked looks on the blocking road.)
//
// When a receive finds a full buffer and a parked sender, it takes the oldest buffered value and the sender's goes to
// the back of the buffer: nothing overtakes.
//
// Non-blocking operations may answer without the lock that a channel is not ready, if one look shows a state in
// which it is not: "open and empty" for a receive. The emptiness is read after the openness, with acquire: a channel
// that was closed stays so, and what was sent before the close is seen by who sees the close.
#include "chan/chan.h"

#include "panic/misuse.h"

static const char SEND_ON_CLOSED[] = "send on closed channel";

// Copies one element; sizes that fit a register without a call.
static inline void copy(void *to, const void *from, size_t n)
{
    if (gf_likely(n == 8))
        memcpy(to, from, 8);
    else if (n == 4)
        memcpy(to, from, 4);
    else if (n)
        memcpy(to, from, n);
}

static inline void *element(struct go_chan *c, uint64_t index)
{
    return c->buffer + index * c->elem_size;
}

static inline void buffer_put(struct go_chan *c, const void *v)
{
    uint64_t tail = c->head + c->count;
    if (tail >= c->cap)
        tail -= c->cap;
    copy(element(c, tail), v, c->elem_size);
    // Written under the lock; go_chan_len and the unlocked looks read it without.
    __atomic_store_n(&c->count, c->count + 1, __ATOMIC_RELAXED);
}

static inline void buffer_get(struct go_chan *c, void *v)
{
    if (v)
        copy(v, element(c, c->head), c->elem_size);
    if (++c->head == c->cap)
        c->head = 0;
    __atomic_store_n(&c->count, c->count - 1, __ATOMIC_RELAXED); // as in buffer_put
}

// The common case of a buffered send: open, nobody waits, and room.
static inline bool put_at_once(struct go_chan *c, const void *v)
{
    if (gf_unlikely(c->closed) || !gf_list_empty(&c->receivers) || c->count == c->cap)
        return false;
    gf_chan_race_put(c);
    buffer_put(c, v);
    return true;
}

// The common case of a buffered receive: a value, and nobody waits to send.
static inline bool get_at_once(struct go_chan *c, void *v)
{
    if (c->count == 0 || !gf_list_empty(&c->senders))
        return false;
    gf_chan_race_get(c);
    buffer_get(c, v);
    return true;
}

GF_ALWAYS_INLINE bool put(struct go_chan *c, const void *v, struct g **wake, bool *closed)
{
    *wake = NULL;
    *closed = c->closed;
    if (gf_unlikely(c->closed))
        return true;
    if (!gf_list_empty(&c->receivers)) {
        struct gf_waiter *w = gf_waitq_take(&c->receivers, true);
        if (w) {
            gf_chan_race_to_receiver(c, w);
            // The receiver's frame is valid until it runs, which it cannot before gf_ready.
            if (w->slot)
                copy(w->slot, v, c->elem_size);
            *wake = w->g;
            return true;
        }
    }
    if (c->count == c->cap)
        return false;
    gf_chan_race_put(c);
    buffer_put(c, v);
    return true;
}

bool gf_chan_put(struct go_chan *c, const void *v, struct g **wake, bool *closed)
{
    return put(c, v, wake, closed);
}

GF_ALWAYS_INLINE bool get(struct go_chan *c, void *v, struct g **wake, bool *ok)
{
    *wake = NULL;
    *ok = true;
    struct gf_waiter *w = gf_list_empty(&c->senders) ? NULL : gf_waitq_take(&c->senders, true);
    if (c->count > 0) {
        gf_chan_race_get(c);
        buffer_get(c, v);
        if (w) {
            gf_chan_race_from_sender(c, w);
            buffer_put(c, w->slot);
            *wake = w->g;
        }
        return true;
    }
    if (w) {
        gf_chan_race_from_sender(c, w);
        if (v)
            copy(v, w->slot, c->elem_size);
        *wake = w->g;
        return true;
    }
    if (!c->closed)
        return false;
    gf_chan_race_finds_closed(c);
    if (v)
        memset(v, 0, c->elem_size);
    *ok = false;
    return true;
}

bool gf_chan_get(struct go_chan *c, void *v, struct g **wake, bool *ok)
{
    return get(c, v, wake, ok);
}

// Waits in one of the channel's queues. The lock is held, and released on the way. Returns the thread's M; the
// goroutine's wake_value tells whether a peer came or a close.
GF_NOINLINE static struct m *wait_in(struct m *m, struct go_chan *c, struct gf_list *queue,
                                     void *slot, enum gf_wait reason)
{
    struct gf_waiter w = {.g = m->g, .slot = slot, .chan = c};
    gf_chan_race_parks(c, &w);
    gf_list_push_back(queue, &w.link);
    m = gf_park(m, &c->lock, reason, c);
    gf_race_woken();
    gf_chan_race_parked(&w);
    return m;
}

static inline bool peer_came(const struct m *m)
{
    return m->g->wake_value & GF_WOKEN_OK;
}

_Noreturn GF_COLD static void wait_for_ever(enum gf_wait reason)
{
    struct m *m = gf_enter();
    for (;;)
        m = gf_park(m, NULL, reason, NULL);
}

void go_chan_send_(struct go_chan *c, const void *v)
{
    struct g *wake;
    bool closed;
    if (gf_unlikely(!c))
        wait_for_ever(GF_WAIT_CHAN_SEND_NIL);
    gf_chan_race_sends(c, __builtin_return_address(0));
    struct m *m = gf_enter();
    gf_solo_lock(m, &c->lock, GF_RANK_CHAN);
    if (put_at_once(c, v)) {
        gf_unlock(&c->lock);
        gf_leave(m);
        return;
    }
    if (gf_likely(put(c, v, &wake, &closed))) {
        gf_unlock(&c->lock);
    } else {
        m = wait_in(m, c, &c->senders, (void *)v, GF_WAIT_CHAN_SEND);
        closed = !peer_came(m);
    }
    // From here on the channel may be gone.
    if (gf_unlikely(closed))
        gf_panic_misuse(m, SEND_ON_CLOSED);
    if (wake)
        gf_ready(m, wake);
    gf_leave(m);
}

// The caller's value has come; the channel may be gone. For the race detector: the value's place is the program's, and
// the address tells who has set the timer, if it was one.
#define received(c, v, bytes)                                                                      \
    do {                                                                                           \
        gf_race_acquire(c);                                                                        \
        if (v)                                                                                     \
            gf_race_write(v, bytes, __builtin_return_address(0));                                  \
    } while (0)

bool go_chan_recv_(struct go_chan *c, void *v)
{
    struct g *wake;
    bool ok;
    if (gf_unlikely(!c))
        wait_for_ever(GF_WAIT_CHAN_RECEIVE_NIL);
    uint32_t bytes = c->elem_size;
    struct m *m = gf_enter();
    gf_solo_lock(m, &c->lock, GF_RANK_CHAN);
    if (get_at_once(c, v)) {
        gf_unlock(&c->lock);
        gf_leave(m);
        received(c, v, bytes);
        return true;
    }
    if (gf_likely(get(c, v, &wake, &ok))) {
        gf_unlock(&c->lock);
    } else {
        m = wait_in(m, c, &c->receivers, v, GF_WAIT_CHAN_RECEIVE);
        ok = peer_came(m);
    }
    if (wake)
        gf_ready(m, wake);
    gf_leave(m);
    received(c, v, bytes);
    return ok;
}

bool go_chan_try_send_(struct go_chan *c, const void *v)
{
    struct g *wake;
    bool closed;
    if (!c)
        return false;
    gf_chan_race_sends(c, __builtin_return_address(0));
    struct m *m = gf_enter();
    gf_solo_lock(m, &c->lock, GF_RANK_CHAN);
    bool done = gf_chan_put(c, v, &wake, &closed);
    gf_unlock(&c->lock);
    if (gf_unlikely(closed))
        gf_panic_misuse(m, SEND_ON_CLOSED);
    if (wake)
        gf_ready(m, wake);
    gf_leave(m);
    return done;
}

go_status go_chan_try_recv_(struct go_chan *c, void *v)
{
    struct g *wake;
    bool ok;
    if (!c)
        return GO_WOULD_BLOCK;
    uint32_t bytes = c->elem_size;
    struct m *m = gf_enter();
    gf_solo_lock(m, &c->lock, GF_RANK_CHAN);
    bool done = gf_chan_get(c, v, &wake, &ok);
    gf_unlock(&c->lock);
    if (wake)
        gf_ready(m, wake);
    gf_leave(m);
    if (done)
        received(c, v, bytes);
    return !done ? GO_WOULD_BLOCK : ok ? GO_OK : GO_CLOSED;
}
