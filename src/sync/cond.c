// SPDX-License-Identifier: MIT
// Conditions. The order that matters: who waits is queued in the parking lot before it unlocks the mutex, so whoever
// changes what the mutex guards, and signals after that, finds it. From the moment it is queued it may be woken, so
// it stays inside the runtime until its park.
//
// `waiters` counts who is queued; it changes under the bucket's lock, and lets a signal without waiters do without.
// A signal that comes after the waiter's unlock, in the order of the mutex or by other synchronisation, sees the
// count; any other may as well have come before.
//
// Who has been woken touches the mutex only: the condition may be gone. One whose time ran out takes itself off the
// queue, unless a signal that came a moment later has dropped it, and passed on to the next.
#include "panic/misuse.h"
#include "sched/limit.h"
#include "sched/race.h"
#include "sched/sema.h"
#include "sync/mutex.h"
#include "sync/watch.h"

#include "os/os.h"

static inline _Atomic(uint32_t) *waiters_of(go_cond *c)
{
    return (_Atomic(uint32_t) *)&c->waiters;
}

// Relaxed, here and below: under the bucket's lock, and read without it as the head of this file says.
static inline void count(go_cond *c, uint32_t change)
{
    gf_store_relaxed(waiters_of(c), gf_load_relaxed(waiters_of(c)) + change);
}

static inline void check_not_copied(const go_cond *c)
{
    if (gf_unlikely(c->self != c))
        gf_panic_runtime("sync.Cond is copied");
}

void go_cond_init(go_cond *c, go_mutex *m)
{
    *c = (go_cond){.mutex = m, .self = c};
    gf_race_write(c, sizeof *c, __builtin_return_address(0));
}

void go_cond_wait(go_cond *c)
{
    struct gf_sema_waiter w;
    gf_race_uses(c, __builtin_return_address(0));
    check_not_copied(c);
    go_mutex *mutex = c->mutex;
    gf_lock_leaves(mutex, GF_LOCK_MUTEX);
    struct m *m = gf_enter();
    struct gf_sema_bucket *b = gf_sema_lock(c);
    count(c, 1);
    gf_sema_queue(m, b, c, &w, false);
    gf_sema_unlock(b);
    gf_mutex_unlock(m, mutex);
    m = gf_park(m, NULL, GF_WAIT_COND_WAIT, c);
    gf_race_woken();
    gf_leave(m);
    go_mutex_lock(mutex);
}

// The time ran out: off the queue. The condition is alive if we are still in its queue.
static void give_up(go_cond *c, struct gf_sema_waiter *w)
{
    struct gf_sema_bucket *b = gf_sema_lock(c);
    if (gf_sema_leave(b, w))
        count(c, (uint32_t)-1);
    gf_sema_unlock(b);
}

bool go_cond_wait_timeout(go_cond *c, go_duration d)
{
    struct gf_sema_waiter w;
    int64_t deadline;
    gf_race_uses(c, __builtin_return_address(0));
    check_not_copied(c);
    if (__builtin_add_overflow(gf_os_now(), d > 0 ? d : 0, &deadline))
        deadline = INT64_MAX;
    go_mutex *mutex = c->mutex;
    gf_lock_leaves(mutex, GF_LOCK_MUTEX);
    struct m *m = gf_enter();
    struct gf_sema_bucket *b = gf_sema_lock(c);
    count(c, 1);
    gf_sema_queue_timed(m, b, c, &w);
    gf_sema_unlock(b);
    gf_mutex_unlock(m, mutex);
    bool woken = gf_park_until(&m, w.ticket, deadline, GF_WAIT_COND_WAIT, c);
    if (woken)
        gf_race_woken();
    else
        give_up(c, &w);
    gf_leave(m);
    go_mutex_lock(mutex);
    return woken;
}

// Whether nobody waits that this signal could be meant for.
static inline bool nobody_waits(go_cond *c)
{
    check_not_copied(c);
    return gf_load_relaxed(waiters_of(c)) == 0;
}

void go_cond_signal(go_cond *c)
{
    uint32_t dropped;
    gf_race_uses(c, __builtin_return_address(0));
    if (nobody_waits(c))
        return;
    struct m *m = gf_enter();
    struct gf_sema_bucket *b = gf_sema_lock(c);
    struct g *g = gf_sema_take(b, c, 0, &dropped);
    count(c, -dropped - (g ? 1 : 0));
    gf_sema_unlock(b);
    if (g) {
        gf_race_wake(g);
        gf_ready(m, g);
    }
    gf_leave(m);
}

void go_cond_broadcast(go_cond *c)
{
    gf_race_uses(c, __builtin_return_address(0));
    if (nobody_waits(c))
        return;
    struct m *m = gf_enter();
    struct gf_sema_bucket *b = gf_sema_lock(c);
    gf_store_relaxed(waiters_of(c), 0); // nobody is left in the queue
    struct g *first = gf_sema_take_all(b, c, 0);
    gf_sema_unlock(b);
    gf_race_wake_all(first);
    if (first)
        gf_ready_all(m, first);
    gf_leave(m);
}
