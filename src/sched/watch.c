// SPDX-License-Identifier: MIT
// How idle threads sleep. One of them is the watcher: it sleeps until the earliest timer, or in the poller if any
// descriptor is watched; the others sleep until they are woken. While at least one thread is idle, timers and
// descriptors are attended; while none is, the busy ones look at them between goroutines, and sysmon at times.
//
// A thread's `wake` is 0 while it may sleep, 1 when it has been given a P (next_p), and 2 when it is to look again.
//
// A timer set earlier than the watcher sleeps for must wake it. The setter: 1. publishes the moment (timers.watched);
// 2. fence; 3. reads watch_until. The watcher: 1. publishes watch_until; 2. fence; 3. reads all timers.watched. So
// one sees the other. A timer that is stopped leaves the moment behind, like a timer that would do nothing: so of one that is
// set for later in the same heap the watcher need not be told, which saves the fence of most time-outs. Once such a moment is
// over the watcher, before it sleeps again, puts the heap's first timer in its place, under the heap's lock.
// In the same way a waker stores wake, then looks who is the watcher, and the watcher says that
// it is, then looks at wake, before it sleeps in the poller, which the futex does not reach. And so does the one
// who opens the poller, which the watcher then sleeps in: 1. it is open; 2. fence; 3. who is the watcher?
//
// tests/models/watch.pml has these protocols, and what goes wrong without any of their steps.
//
// While no P is idle the watcher leaves the timers to the busy ones and sleeps for good. So whoever makes a P idle tells
// it (gf_watch_all).
//
// Threads come to be idle in great numbers after many calls that blocked. Those beyond a few more than there are Ps
// sleep for five seconds only (GOFER_DEBUG=threadlife=MS), and end if nobody has needed them.
#include "sched/internal.h"

#include "sched/poller.h"
#include "sched/start.h"

#include <errno.h>

// A wait shorter than this is spun: the system would wake us too late.
enum { SPIN_NS = 8000 };
enum { GIVEN = 1, LOOK_AGAIN = 2 };
enum { LIFE_MS = 5000 };

static void wake_sleeper(struct m *m)
{
    gf_fence_seqcst(); // between the store of wake and the look at the watcher
    if (m == gf_load_relaxed(&gf_sched.watcher) && gf_poller_in_use())
        gf_poller_break();
    gf_os_futex_wake(&m->wake, 1);
}

void gf_m_wake(struct m *m)
{
    // Release: pairs with the acquire loads of wake by the sleeper.
    gf_store_release(&m->wake, GIVEN);
    wake_sleeper(m);
}

// Makes the watcher look again; false if there is none.
static bool wake_watcher(void)
{
    // Acquire: pairs with the exchange by which it became the watcher. Threads' structures live for ever, so a stale one
    // does no harm.
    struct m *watcher = gf_load_acquire(&gf_sched.watcher);
    uint32_t asleep = 0;
    if (!watcher)
        return false;
    // Relaxed: it carries nothing but itself.
    if (gf_cas_relaxed(&watcher->wake, &asleep, LOOK_AGAIN))
        wake_sleeper(watcher);
    return true;
}

void gf_watch_earlier(struct m *m, int64_t when)
{
    // The only P is ours: nobody else can make it idle, and whoever gets it from us sees the timer. Relaxed: the number
    // changes while the world is stopped, which it cannot be as long as we are inside.
    if (gf_load_relaxed(&gf_sched.procs) == 1 && m && gf_p(m))
        return;
    gf_fence_seqcst(); // 2. of the protocol above
    // While no P is idle the watcher could not fire it; whoever makes one idle calls this again.
    if (when >= gf_load_relaxed(&gf_sched.watch_until) ||
        gf_load_relaxed(&gf_sched.idle_p_count) == 0)
        return;
    // A thread with a P looks at its timers itself, sooner or later; for another one somebody must.
    if (!wake_watcher() && (!m || !gf_p(m)))
        gf_wake_one();
}

void gf_watch_poller(void)
{
    gf_fence_seqcst(); // 2. of the protocol above
    wake_watcher();
}

void gf_sleep_until_given(struct m *m)
{
    for (;;) {
        // Acquire: pairs with the release in gf_m_wake: next_p and all that the giver did are ours.
        uint32_t wake = gf_load_acquire(&m->wake);
        if (wake == GIVEN)
            break;
        if (wake == LOOK_AGAIN)
            gf_cas_relaxed(&m->wake, &wake, 0); // relaxed: it carries nothing
        else
            gf_os_futex_wait(&m->wake, 0, INT64_MAX);
    }
    gf_store_relaxed(&m->wake,
                     0); // relaxed: nobody wakes it again before it is listed or bound again
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    struct p *p = m->next_p;
    m->next_p = NULL;
    gf_acquire_p(m, p);
    gf_unlock(&gf_sched.lock);
}

// The P whose timer is to be watched for first, and when. INT64_MAX while no P is idle: then who is busy looks after them.
static int64_t earliest_timer(struct p **whose)
{
    int64_t first = INT64_MAX;
    *whose = NULL;
    if (gf_load_relaxed(&gf_sched.idle_p_count) ==
        0) // relaxed, as below: ordered by the fences above
        return first;
    for (int i = 0; i < gf_p_count(); i++) {
        int64_t f = gf_load_relaxed(&gf_p_at(i)->timers.watched);
        if (f < first) {
            first = f;
            *whose = gf_p_at(i);
        }
    }
    return first;
}

void gf_watch_all(struct m *m)
{
    struct p *ignored;
    int64_t first = earliest_timer(&ignored);
    if (first != INT64_MAX)
        gf_watch_earlier(m, first);
}

static bool spin_until(struct m *m, int64_t deadline)
{
    while (gf_os_now() < deadline) {
        if (gf_load_relaxed(&m->wake) != 0) // relaxed: looked at again with acquire
            return false;
        gf_arch_pause();
    }
    return true;
}

static void forget_what_is_over(struct m *m)
{
    for (int i = 0; i < gf_p_count(); i++)
        gf_timers_settle(m, &gf_p_at(i)->timers);
}

// Whether there is a timer to fire, not only the moment of one that was stopped.
static bool is_due(const struct p *p, int64_t now)
{
    return gf_load_relaxed(&p->timers.first) <= now; // relaxed: a hint
}

// Sleeps as the watcher. Returns the goroutines that the poller has made ready; *due is set if a timer is due.
static struct g *watch(struct m *m, struct p **whose, bool *due)
{
    forget_what_is_over(m);
    int64_t until = earliest_timer(whose);
    if (until != INT64_MAX && until - gf_os_now() < SPIN_NS) {
        *due = spin_until(m, until) && is_due(*whose, until);
        return NULL;
    }
    // 1. publish until when we sleep; 2. fence; 3. look at the timers, and at wake, again.
    gf_store_relaxed(&gf_sched.watch_until, until);
    gf_fence_seqcst();
    struct p *ignored;
    if (earliest_timer(&ignored) < until || gf_load_relaxed(&m->wake) != 0)
        return NULL;
    struct g *polled = NULL;
    if (gf_poller_in_use())
        polled = gf_poller_wait(m, until);
    else
        gf_os_futex_wait(&m->wake, 0, until);
    *due = until != INT64_MAX && is_due(*whose, gf_os_now());
    return polled;
}

static void be_watcher(struct m *m)
{
    bool due = false;
    struct p *whose;
    struct g *polled = watch(m, &whose, &due);
    gf_store_relaxed(&gf_sched.watch_until,
                     INT64_MAX);               // relaxed: whoever misses it wakes us for nothing
    gf_store_release(&gf_sched.watcher, NULL); // pairs with the next watcher's compare-and-swap
    if (due || polled)
        gf_claim_idle_p(m, whose);
    if (polled) {
        m->polled = true;
        gf_ready_all(m, polled);
    }
}

// Read once, by the first that is superfluous; by several at once to the same end.
static int64_t life_ns(void)
{
    static _Atomic(int64_t) life;
    int64_t ns = gf_load_relaxed(&life); // relaxed: it carries nothing but itself
    if (ns == 0) {
        long ms = gf_debug_key("threadlife");
        ns = (int64_t)(ms > 0 ? ms : LIFE_MS) * 1000000;
        gf_store_relaxed(&life, ns);
    }
    return ns;
}

static void sleep_until_woken(struct m *m)
{
    int64_t until = m->spare ? gf_os_now() + life_ns() : INT64_MAX;
    if (gf_os_futex_wait(&m->wake, 0, until) == -ETIMEDOUT && !gf_idle_m_retire(m))
        gf_os_futex_wait(&m->wake, 0, INT64_MAX);
}

void gf_idle_sleep(struct m *m)
{
    uint32_t wake = gf_load_acquire(&m->wake); // pairs with the release in gf_m_wake
    if (wake == 0) {
        gf_check_deadlock();
        struct m *nobody = NULL;
        if (gf_cas_acqrel(&gf_sched.watcher, &nobody, m))
            be_watcher(m);
        else
            sleep_until_woken(m);
        if (m->ending)
            return;
        wake = gf_load_acquire(&m->wake);
    }
    if (wake == LOOK_AGAIN)
        gf_cas_relaxed(&m->wake, &wake,
                       0); // relaxed: it carries nothing; a GIVEN that comes first stays
    else if (!gf_p(m) && wake == GIVEN)
        gf_sleep_until_given(m);
}
