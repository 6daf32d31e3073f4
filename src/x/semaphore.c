// SPDX-License-Identifier: MIT
// The weighted semaphore: one word for the ordinary case, a mutex and a queue for waiting.
//
//      63                                              1        0
//     +-------------------------------------------------+---------+
//     |                      held                       | WAITERS |
//     +-------------------------------------------------+---------+
//
// While WAITERS is clear, units are taken and given back by a compare-and-swap. It is set under the mutex, by who goes
// to wait, in the same step that finds too few units free; from then on the word changes under the mutex only, which
// is what makes the order strict: nobody gets past the queue. The mutex's holder clears it with the last waiter.
//
// A waiter is a record in its own frame with a channel of one element. Whoever grants it the units takes it off the
// queue and marks it, under the mutex, and sends on its channel afterwards; the record is there until that is received.
// So a waiter whose context ends either is in the queue still, or waits for that message and gives the units back.
#include "base/atomic.h"
#include "base/list.h"
#include "base/race.h"
#include "panic/misuse.h"
#include "x/alloc.h"
#include "x/until.h"

#include <gofer/select.h>
#include <gofer/sync.h>
#include <gofer/x/semaphore.h>

enum { WAITERS = 1, HELD_SHIFT = 1 };

struct waiter {
    struct gf_list link;         // [lock mutex] in the queue; by itself once granted
    uint64_t n;                  // [const]
    GO_CHAN(go_unit) granted;    // [const] gets one message
    struct waiter *next_granted; // [owner] who grants, until it has sent
};

struct go_semaphore {
    _Atomic(uint64_t) word;
    uint64_t size; // [const]
    go_mutex mutex;
    struct gf_list queue; // [lock mutex] oldest first
};

static uint64_t weight(int64_t n)
{
    if (gf_unlikely(n < 0))
        gf_panic_runtime("semaphore: negative weight");
    return (uint64_t)n;
}

static bool fits(const go_semaphore *s, uint64_t word, uint64_t n)
{
    return n <= s->size - (word >> HELD_SHIFT);
}

go_semaphore *go_semaphore_new(int64_t n)
{
    if (gf_unlikely(n < 0))
        gf_panic_runtime("semaphore: negative size");
    go_semaphore *s = gf_x_alloc(sizeof *s);
    s->size = (uint64_t)n;
    gf_list_init(&s->queue);
    return s;
}

void go_semaphore_free(go_semaphore *s)
{
    free(s);
}

// Takes n units if nobody waits and they are free. Otherwise, and if told so, says in the word that somebody waits.
static bool take_or_mark(go_semaphore *s, uint64_t n, bool mark)
{
    uint64_t word = gf_load_relaxed(&s->word), next; // relaxed: the compare-and-swap decides
    for (;;) {
        bool taken = !(word & WAITERS) && fits(s, word, n);
        if (!taken && !mark)
            return false;
        next = taken ? word + (n << HELD_SHIFT) : word | WAITERS;
        // Acquire and release: every release happens before the acquire that it makes room for.
        if (gf_cas_acqrel(&s->word, &word, next)) {
            if (taken)
                gf_race_acquire(s);
            return taken;
        }
    }
}

bool go_semaphore_try_acquire(go_semaphore *s, int64_t n)
{
    return take_or_mark(s, weight(n), false);
}

// --- Under the mutex, with WAITERS set ---

// Lets in those at the head of the queue that fit; returns them as a chain.
static struct waiter *grant(go_semaphore *s)
{
    struct waiter *first = NULL, **last = &first;
    uint64_t word = gf_load_relaxed(&s->word); // relaxed, as the store: the mutex orders them
    while (!gf_list_empty(&s->queue)) {
        struct waiter *w = gf_container_of(s->queue.next, struct waiter, link);
        if (!fits(s, word, w->n))
            break;
        word += w->n << HELD_SHIFT;
        gf_list_remove(&w->link);
        *last = w;
        last = &w->next_granted;
    }
    *last = NULL;
    if (gf_list_empty(&s->queue))
        word &= ~(uint64_t)WAITERS;
    // Release: pairs with the acquire of who takes units without the mutex from now on.
    gf_store_release(&s->word, word);
    return first;
}

// After the unlock. Each record is gone as soon as its message is there.
static void tell(struct waiter *w)
{
    while (w) {
        struct waiter *next = w->next_granted;
        go_chan_send(w->granted, GO_UNIT);
        w = next;
    }
}

// --- Waiting ---

// The context has ended. Leaves the queue, which may let others in; false if the units have been granted meanwhile.
static bool leave_queue(go_semaphore *s, struct waiter *w)
{
    struct waiter *granted = NULL;
    go_mutex_lock(&s->mutex);
    bool queued = gf_list_linked(&w->link);
    if (queued) {
        gf_list_remove(&w->link);
        granted = grant(s);
    }
    go_mutex_unlock(&s->mutex);
    tell(granted);
    return queued;
}

// Waits for the grant or the end of the context; returns its error if it has ended, holding nothing then.
static int wait_for_grant(go_semaphore *s, go_context *ctx, struct waiter *w)
{
    bool granted = false;
    GO_SELECT
    {
        GO_CASE_RECV(w->granted)
        {
            granted = true;
        }
        GO_CASE_RECV(gf_x_done(ctx))
        {
        }
    }
    int err = gf_x_err(ctx);
    if (!err)
        return 0;
    if (!granted && leave_queue(s, w))
        return err;
    if (!granted)
        go_chan_recv(w->granted, NULL);
    go_semaphore_release(s, (int64_t)w->n);
    return err;
}

static int wait_in_queue(go_semaphore *s, go_context *ctx, uint64_t n)
{
    struct waiter w = {.n = n};
    go_mutex_lock(&s->mutex);
    if (take_or_mark(s, n, true)) {
        go_mutex_unlock(&s->mutex);
        return 0;
    }
    w.granted = GO_CHAN_MAKE(go_unit, 1);
    gf_list_push_back(&s->queue, &w.link);
    go_mutex_unlock(&s->mutex);
    int err = wait_for_grant(s, ctx, &w);
    go_chan_free(w.granted);
    return err;
}

int go_semaphore_acquire(go_semaphore *s, go_context *ctx, int64_t n)
{
    uint64_t units = weight(n);
    int err = gf_x_err(ctx);
    if (gf_unlikely(err))
        return err;
    if (gf_likely(take_or_mark(s, units, false)))
        return 0;
    if (units > s->size) {
        go_chan_recv(gf_x_done(ctx), NULL);
        return gf_x_err(ctx);
    }
    return wait_in_queue(s, ctx, units);
}

// --- Giving back ---

// Takes n off what is held; ends in a panic if that is less. False, and nothing done, if somebody waits.
static bool give_back(go_semaphore *s, uint64_t n, bool despite_waiters)
{
    uint64_t word = gf_load_relaxed(&s->word); // relaxed: the compare-and-swap decides
    gf_race_release(s);
    for (;;) {
        if ((word & WAITERS) && !despite_waiters)
            return false;
        if (gf_unlikely(word >> HELD_SHIFT < n)) {
            if (despite_waiters)
                go_mutex_unlock(&s->mutex);
            gf_panic_runtime("semaphore: released more than held");
        }
        // Acquire and release, as in take_or_mark. Without waiters it is the last access.
        if (gf_cas_acqrel(&s->word, &word, word - (n << HELD_SHIFT)))
            return true;
    }
}

void go_semaphore_release(go_semaphore *s, int64_t n)
{
    uint64_t units = weight(n);
    struct waiter *granted = NULL;
    if (gf_likely(give_back(s, units, false)))
        return;
    go_mutex_lock(&s->mutex);
    give_back(s, units, true);
    // The last waiter may have left meanwhile; then there is nobody to let in.
    if (gf_load_relaxed(&s->word) & WAITERS) // relaxed: set and cleared under the mutex
        granted = grant(s);
    go_mutex_unlock(&s->mutex);
    tell(granted);
}
