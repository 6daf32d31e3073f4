// SPDX-License-Identifier: MIT
// Parking and readying: everything that blocks is made of these. The fast road of a park goes from goroutine to
// goroutine, without the scheduler's stack, when this P has somebody at hand.
//
// The lock of the object is released before the switch. So another thread may make the goroutine runnable, and
// pick it, while this one is still on its stack: it then waits for on_cpu to become 0, which the switch stores
// once the registers are saved. (Linux's p->on_cpu; Go releases the lock on the scheduler's stack instead, which
// costs a switch.) This thread may pick the goroutine itself: then there is nothing to switch.
#include "sched/internal.h"
#include "sched/pick.h"

#include "base/hooks.h"
#include "mem/stack.h"

GF_COLD static void stack_overwritten(void)
{
    gf_fatal("stack overflow");
}

static inline void check_stack(const struct g *g)
{
    if (gf_unlikely(!gf_stack_is_intact(g->stack_low, gf_arch_sp())))
        stack_overwritten();
}

static inline void tell_park(const struct g *g)
{
#if GF_DEBUG
    if (gf_hooks.parks && !g->locked_m)
        gf_hooks.parks(g);
#else
    (void)g;
#endif
}

// A foreign thread sleeps itself; gf_ready on its G wakes the thread.
static struct m *park_thread(struct m *m, struct gf_lock *lock)
{
    struct g *g = m->g;
    if (lock)
        gf_unlock(lock);
    // Acquire: pairs with the release in wake_thread, so what the waker wrote is ours. (A wake-up meant for a thread
    // that had this structure before leaves another value; it is no reason to go on.)
    for (uint32_t wake; (wake = gf_load_acquire(&m->wake)) != 1;)
        gf_os_futex_wait(&m->wake, wake, INT64_MAX);
    gf_store_relaxed(&m->wake, 0); // relaxed: nobody wakes it again before its next park
    gf_store_relaxed(&g->status, GF_RUNNING);
    return m;
}

static void wake_thread(struct g *g)
{
    struct m *m = g->m;
    // Release: pairs with the acquire in park_thread. The thread may run on, and end, from here on: the futex call
    // only uses the address.
    gf_store_release(&m->wake, 1);
    gf_os_futex_wake(&m->wake, 1);
}

// What is left of a park once the goroutine says what it waits for and since when. Its last call is the switch, a jump:
// no frame of the scheduler's is left on the stack of who waits, none of them has to come back into the caches at the
// wake-up, and none of their returns is mispredicted.
GF_ALWAYS_INLINE struct m *park(struct m *m, struct gf_lock *lock)
{
    struct g *g = m->g;
    gf_store_relaxed(&g->status, GF_WAITING); // relaxed: for reports
    if (gf_unlikely(g->flags & GF_G_THREAD))
        return park_thread(m, lock);
    tell_park(g);
    if (lock)
        gf_unlock(lock);
    check_stack(g);
    struct p *p = gf_p(m);
    gf_arch_count(&p->n_parks); // relaxed: our own
    struct g *next = gf_pick(m, p);
    if (next == g) {
        gf_store_relaxed(&g->status, GF_RUNNING);
        return m;
    }
    return gf_switch(m, g, next ? next : &m->g0);
}

// While a profile is taken of waits.
GF_COLD static struct m *park_watched(struct m *m, struct gf_lock *lock)
{
    struct g *g = m->g;
    gf_store_relaxed(&g->since, gf_os_now()); // relaxed: for reports
    m = park(m, lock);
    // Acquire: see its declaration.
    const struct gf_wait_watch *watch = gf_load_acquire(&gf_wait_watch);
    if (watch)
        watch->unblocked(gf_load_relaxed(&g->reason), gf_os_now() - gf_load_relaxed(&g->since));
    return m;
}

struct m *gf_park(struct m *m, struct gf_lock *lock, enum gf_wait reason, const void *object)
{
    struct g *g = m->g;
    // Relaxed, here and below: reports look at these without needing order.
    gf_store_relaxed(&g->reason, (uint8_t)reason);
    gf_store_relaxed(&g->wait_object, object);
    if (gf_unlikely(gf_load_relaxed(&gf_wait_watch) != NULL))
        return park_watched(m, lock);
    gf_store_relaxed(&g->since, gf_load_relaxed(&gf_sched.clock));
    return park(m, lock);
}

GF_NOINLINE static void put_behind(struct p *p, struct g *g)
{
    gf_runq_put(p, g);
    gf_wake_for_work(p);
}

static void ready_from_outside(struct g *g)
{
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    gf_globq_put(g);
    gf_unlock(&gf_sched.lock);
    gf_wake_one();
}

void gf_ready(struct m *m, struct g *g)
{
    if (gf_unlikely(g->flags & GF_G_THREAD)) {
        wake_thread(g);
        return;
    }
    gf_store_relaxed(&g->status, GF_RUNNABLE);
    struct p *p = gf_p(m);
    if (gf_unlikely(!p)) {
        ready_from_outside(g);
        return;
    }
    // It runs next; who was to run next goes to the end of the queue.
    struct g *old = gf_load_relaxed(&p->runnext);
    gf_store_relaxed(&p->runnext, g);
    if (old)
        put_behind(p, old);
    else
        gf_wake_for_work(p);
}

void gf_ready_all(struct m *m, struct g *first)
{
    struct p *p = gf_p(m);
    for (struct g *g = first, *next; g; g = next) {
        next = g->next;
        gf_ahead_fetch(g);
        if (gf_unlikely(g->flags & GF_G_THREAD)) {
            wake_thread(g);
            continue;
        }
        gf_store_relaxed(&g->status, GF_RUNNABLE);
        if (p)
            gf_runq_put(p, g);
        else
            ready_from_outside(g);
    }
    if (p)
        gf_wake_for_work(p);
}

// Behind all that are runnable on this P; the global queue has its turn by the countdown in gf_pick.
struct m *gf_yield(struct m *m)
{
    struct g *g = m->g;
    struct p *p = gf_p(m);
    if (gf_unlikely(g->flags & GF_G_THREAD)) {
        gf_os_thread_yield();
        return m;
    }
    check_stack(g);
    tell_park(g);
    gf_store_relaxed(&g->status, GF_RUNNABLE);
    // Who was made ready last does not jump the queue before one that gives way.
    if (gf_load_relaxed(&p->runnext)) {
        gf_runq_put(p, gf_load_relaxed(&p->runnext));
        gf_store_relaxed(&p->runnext, NULL);
    }
    gf_runq_put(p, g);
    struct g *next = gf_pick(m, p);
    if (next == g) {
        gf_store_relaxed(&g->status, GF_RUNNING);
        return m;
    }
    // After the pick: a goroutine that gives way to nobody needs no second thread.
    gf_wake_for_work(p);
    return gf_switch(m, g, next ? next : &m->g0);
}
