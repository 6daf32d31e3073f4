// SPDX-License-Identifier: MIT
// Choosing what runs next. gf_pick (sched/pick.h) is the fast half, on the stack of whoever parks. Once
// in a while, and when there is nothing, g0 takes over and looks everywhere, in Go's order (runtime/proc.go,
// findRunnable): due timers, the global queue, this P's ring, the poller, other Ps' rings and timers.
//
// When nothing is found the thread gives up its P and sleeps. No wake-up may be lost in between, when another thread
// queues work, sees no reason to wake anybody, and this one falls asleep:
//     queueing thread                          this thread
//     1. puts the goroutine into a ring        1. stops being a spinner (gf_sched.spinning--)
//     2. fence                                 2. fence
//     3. looks for spinning threads: if        3. looks at all rings, timers and the global queue again:
//        there is none, wakes one                 if there is something, goes on
// One of the two sees the other's store (Dekker), so either the queueing thread wakes somebody or this one finds the
// work. At most half as many threads spin as Ps are busy. tests/models/sleep.pml has the steps of both sides, as W1 to W3
// and S1 to S3, and what goes wrong without any of them.
//
// Waking costs as much as a hundred hand-offs. So a P that serves what it queues soon by itself wakes nobody
// (gf_wake_for_work); what a P holds back for too long, because its goroutine computes, is found by sysmon.
#include "sched/internal.h"
#include "sched/pick.h"

#include "sched/poller.h"

#include <limits.h>

enum {
    STEAL_ROUNDS = 4,
    SPIN_US = 15, // of looking around before a thread sleeps
    HELD_US =
        5, // how long a computing goroutine may hold back whom it has made ready, while others have nothing
    PATIENCE_US = 30, // how long queued work may wait before another thread is woken for it
    MOST_CREDIT = 64,
    SAMPLE_EVERY = 16
};

// --- The wake-up policy ---

static bool limit_reached(void)
{
    // Relaxed: crowd.c's policy, not a promise.
    return gf_load_relaxed(&gf_sched.procs) - gf_load_relaxed(&gf_sched.idle_p_count) >=
           gf_load_relaxed(&gf_sched.busy_limit);
}

void gf_wake_one(void)
{
    // W2 of the protocol above: the work is queued (W1), now look for spinners.
    gf_fence_seqcst();
    if (gf_load_relaxed(&gf_sched.idle_p_count) == 0 || gf_load_relaxed(&gf_sched.spinning) != 0 ||
        limit_reached())
        return;
    int32_t none = 0;
    // Acquire and release: the one that is woken sees the work; only one waker gets through.
    if (!gf_cas_acqrel(&gf_sched.spinning, &none, 1)) // W3
        return;
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    struct p *p = gf_idle_p_get(NULL);
    gf_unlock(&gf_sched.lock);
    if (p)
        gf_start_m(p, true);
    else
        gf_sub_relaxed(&gf_sched.spinning, 1); // relaxed: nobody sleeps because of this one
}

// Credit is evidence that this P serves its queue soon. It comes from samples: the place in the ring and the time of
// one queued goroutine are kept, and the pick that passes the place says how long it has waited. Whoever had to take a
// goroutine from a P that computed leaves some distrust behind: so many samples earn no credit.
void gf_consider_waking(struct p *p)
{
    if (p->credit == 0) {
        gf_wake_one();
        if (p->sampling || p->sample_pause-- > 0)
            return;
    }
    p->sample_pause = SAMPLE_EVERY;
    if (!p->sampling) {
        p->sampling = true;
        p->sample_at = gf_load_relaxed(&p->tail); // relaxed: our own
        p->sample_ticks = gf_arch_ticks();
    } else if (gf_arch_ticks() - p->sample_ticks > PATIENCE_US * gf_arch_ticks_per_us()) {
        p->credit = 0;
        gf_wake_one();
    }
}

void gf_end_sample(struct p *p)
{
    p->sampling = false;
    p->sample_pause = SAMPLE_EVERY;
    if (gf_arch_ticks() - p->sample_ticks > PATIENCE_US * gf_arch_ticks_per_us())
        p->credit = 0;
    else if (p->distrust > 0)
        p->distrust--;
    else if (p->credit < MOST_CREDIT)
        p->credit++;
}

// --- Everywhere else ---

static struct g *get_global(struct p *p, int most)
{
    if (gf_load_relaxed(&gf_sched.queue_count) ==
        0) // relaxed: a hint; the search is repeated under the lock
        return NULL;
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    struct g *g = gf_globq_get(p, most);
    gf_unlock(&gf_sched.lock);
    return g;
}

static void run_timers(struct m *m, struct p *p)
{
    if (gf_load_relaxed(&p->timers.first) == INT64_MAX) // relaxed: a hint
        return;
    int64_t now = gf_os_now();
    if (gf_load_relaxed(&p->timers.first) <= now)
        gf_timers_run(m, &p->timers, now);
}

// Due timers first, then fairness: once in a while the global queue and the poller come before the ring.
static struct g *look_around(struct m *m, struct p *p)
{
    run_timers(m, p);
    if (p->countdown == 0 || p->countdown > GF_LOOK_AROUND) {
        p->countdown = gf_sched.migrate ? 1 : GF_LOOK_AROUND; // 1: every pick comes here
        if (gf_sched.migrate && gf_load_relaxed(&p->tick) % GF_LOOK_AROUND) // relaxed: our own
            return NULL;
        gf_poller_look(m);
        return get_global(p, 1);
    }
    return NULL;
}

static struct g *steal_from(struct m *m, struct p *p, struct p *victim, bool last)
{
    if (victim == p)
        return NULL;
    if (last) {
        run_timers(m, victim);
        // What they made ready is in this P's own queue, which must be empty for a theft.
        struct g *fired = gf_pick_local(m, p);
        if (fired)
            return fired;
    }
    struct g *g = gf_runq_steal(p, victim);
    if (g)
        gf_add_relaxed(&p->n_steals, 1); // relaxed: a statistic
    return g;
}

static struct g *steal_work(struct m *m, struct p *p)
{
    int n = gf_p_count();
    for (int round = 0; round < STEAL_ROUNDS; round++) {
        uint32_t start = gf_random_below(m, (uint32_t)n);
        for (int i = 0; i < n; i++) {
            if (gf_load_relaxed(&gf_sched.stopping)) // relaxed: looked at again in the loop of find
                return NULL;
            struct g *g = steal_from(m, p, gf_p_at((int)((start + (uint32_t)i) % (uint32_t)n)),
                                     round == STEAL_ROUNDS - 1);
            if (g)
                return g;
        }
    }
    return NULL;
}

static bool may_spin(struct m *m)
{
    if (m->spinning)
        return true;
    // Relaxed: a limit on wasted work, not on anything that matters for correctness.
    int busy = gf_load_relaxed(&gf_sched.procs) - gf_load_relaxed(&gf_sched.idle_p_count);
    if (2 * gf_load_relaxed(&gf_sched.spinning) >= busy)
        return false;
    m->spinning = true;
    gf_add_relaxed(&gf_sched.spinning, 1);
    return true;
}

// Whom a goroutine has made ready runs next on its P, where no thief can take it, when that goroutine parks; and one that
// computes does not. (Go's thieves take a runnext after 3 us, for there it is a compare-and-swap.)
struct held {
    struct p *p; // NULL: nobody is held back
    uint64_t tick;
};

static struct held look_for_held(const struct p *self)
{
    for (int i = 0; i < gf_p_count(); i++) {
        struct p *p = gf_p_at(i);
        // Relaxed, here and below: hints; whether it is so is seen under the lock.
        if (p != self && gf_load_relaxed(&p->runnext))
            return (struct held){p, gf_load_relaxed(&p->tick)};
    }
    return (struct held){.p = NULL};
}

// Once it has been so for HELD_US: takes it, if it is so still. Two that hand off to each other change the tick all the time.
static struct g *take_held(struct p *self, struct held *held)
{
    struct p *p = held->p;
    struct g *g = NULL;
    held->p = NULL;
    if (gf_load_relaxed(&p->tick) != held->tick || !gf_load_relaxed(&p->runnext))
        return NULL;
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    if (!gf_load_relaxed(&gf_sched.stopping) && p->m)
        gf_borrow_runnext(p->m, &g);
    gf_unlock(&gf_sched.lock);
    if (g)
        gf_add_relaxed(&self->n_steals, 1); // relaxed: a statistic
    return g;
}

// Steals; finding nothing, looks again for some microseconds, for work often comes soon. Not where it comes from: a thread
// that the poller has fed waits there again at once, for what comes next comes to who sleeps in it, not to who spins.
static struct g *spin(struct m *m, struct p *p)
{
    if (gf_load_relaxed(&gf_sched.procs) == 1 || !may_spin(m))
        return NULL;
    struct held held = look_for_held(p);
    uint64_t start = gf_arch_ticks();
    for (;;) {
        struct g *g = steal_work(m, p);
        if (!g)
            g = get_global(p, GF_RUNQ_SIZE);
        uint64_t passed = gf_arch_ticks() - start;
        if (!g && held.p && passed > HELD_US * gf_arch_ticks_per_us())
            g = take_held(p, &held);
        if (g || m->polled || gf_load_relaxed(&gf_sched.stopping) ||
            passed > SPIN_US * gf_arch_ticks_per_us())
            return g;
        for (int i = 0; i < 16; i++)
            gf_arch_pause();
    }
}

static struct g *look_everywhere(struct m *m, struct p *p)
{
    struct g *g = m->hint;
    m->hint = NULL;
    if (g)
        return g;
    if ((g = look_around(m, p)) || (g = gf_pick_local(m, p)) || (g = get_global(p, GF_RUNQ_SIZE)))
        return g;
    gf_poller_look(m);
    if ((g = gf_pick_local(m, p))) {
        m->polled = true;
        return g;
    }
    g = spin(m, p);
    if (g)
        m->polled = false;
    return g;
}

// Whether any P's ring or timers, or the global queue, have something. The last look before sleeping.
static bool something_to_do(void)
{
    if (limit_reached())
        return false;
    if (gf_load_relaxed(&gf_sched.queue_count) > 0)
        return true;
    for (int i = 0; i < gf_p_count(); i++)
        if (gf_runq_len(gf_p_at(i)) > 0)
            return true;
    return false;
}

// Gives up the P, unless there is work after all. Returns whether it did.
static bool release_or_find(struct m *m, bool *spinner)
{
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    // While the world stops a P must not become idle, where the stopper has looked already.
    if (gf_load_relaxed(&gf_sched.queue_count) > 0 || gf_load_relaxed(&gf_sched.stopping)) {
        gf_unlock(&gf_sched.lock);
        return false;
    }
    // Before it is listed: whoever wakes it makes it a spinner anew.
    *spinner = m->spinning;
    m->spinning = false;
    gf_idle_p_put(gf_release_p(m));
    gf_idle_m_put(m);
    gf_unlock(&gf_sched.lock);
    // Its timers are the watcher's now, and those of busy Ps if this is the first idle one.
    gf_watch_all(m);
    return true;
}

// No P, nothing to do: S1 no longer a spinner; S2 fence; S3 look again; then sleep. Returns with a P, or to end.
static void sleep_without_p(struct m *m, bool spinner)
{
    if (spinner)
        gf_sub_relaxed(&gf_sched.spinning, 1); // relaxed: the fence orders it
    gf_fence_seqcst();
    for (;;) {
        // Without an idle P others are busy, and will find it.
        if (something_to_do() && gf_claim_idle_p(m, NULL)) {
            m->spinning = true;
            gf_add_relaxed(&gf_sched.spinning, 1);
            return;
        }
        gf_idle_sleep(m);
        if (gf_p(m) || m->ending)
            return;
    }
}

// More Ps are busy than crowd.c wants: this one leaves its goroutines to the others. Returns whether it did.
static bool retire(struct m *m)
{
    struct p *p = gf_p(m);
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    int busy = gf_load_relaxed(&gf_sched.procs) - gf_load_relaxed(&gf_sched.idle_p_count);
    bool leave = busy > gf_load_relaxed(&gf_sched.busy_limit) &&
                 !gf_load_relaxed(&gf_sched.stopping);
    if (leave) {
        gf_empty_p(m, p);
        gf_idle_p_put(gf_release_p(m));
        gf_idle_m_put(m);
    }
    gf_unlock(&gf_sched.lock);
    if (leave)
        gf_watch_all(m);
    return leave;
}

static void stop_spinning(struct m *m)
{
    m->spinning = false;
    // The last spinner that leaves more than it runs now wakes the next one, so that a burst of work wakes threads one
    // after another, as far as there is work. Step R1 of the model: no longer a spinner; R2: fence; R3: what there is,
    // for who has queued it meanwhile saw a spinner and woke nobody.
    if (gf_sub_relaxed(&gf_sched.spinning, 1) != 1) // relaxed: the fence orders it
        return;
    gf_fence_seqcst();
    if (gf_runq_len(gf_p(m)) > 0 || gf_load_relaxed(&gf_sched.queue_count) > 0)
        gf_wake_one();
}

// NULL: this thread is to end.
static struct g *find_runnable(struct m *m)
{
    for (;;) {
        // Its P went to a thread that a goroutine is bound to, or it is new and spare, or has been idle for too long.
        if (!gf_p(m)) {
            if (m->ending)
                return NULL;
            gf_lock(&gf_sched.lock, GF_RANK_SCHED);
            gf_idle_m_put(m);
            gf_unlock(&gf_sched.lock);
            sleep_without_p(m, false);
            continue;
        }
        // The world is being stopped: the P goes to who stops it.
        if (gf_unlikely(gf_load_relaxed(&gf_sched.stopping))) {
            gf_stop_here(m);
            continue;
        }
        if (gf_unlikely(gf_load_relaxed(&gf_sched.busy_limit) != INT_MAX) && !m->spinning &&
            !m->hint && retire(m)) {
            sleep_without_p(m, false);
            continue;
        }
        struct g *g = look_everywhere(m, gf_p(m));
        if (g) {
            if (m->spinning)
                stop_spinning(m);
            return g;
        }
        if (gf_load_relaxed(&gf_sched.stopping))
            continue;
        bool spinner;
        if (release_or_find(m, &spinner))
            sleep_without_p(m, spinner);
    }
}

// A goroutine bound to this thread has parked: nobody else runs here; the thread waits until it is ready, and
// whoever picks it gives his P.
static struct g *wait_for_locked(struct m *m)
{
    struct g *g = m->locked_g;
    if (gf_p(m)) {
        gf_lock(&gf_sched.lock, GF_RANK_SCHED);
        struct p *p = gf_release_p(m);
        gf_unlock(&gf_sched.lock);
        gf_handoff_p(p);
    }
    gf_sleep_until_given(m);
    return g;
}

static void free_dead(struct m *m)
{
    struct g *g = m->dead;
    m->dead = NULL;
    if (g->flags & GF_G_MAIN)
        return;
    gf_g_destroyed(g);
    struct gf_stack s = {g->stack_low, g->stack_top};
    g->stack_low = NULL;
    if (!gf_p(m)) {
        gf_free_stack(s);
        gf_g_free(NULL, g);
        return;
    }
    gf_cache_stack(gf_p(m), s);
    gf_g_free(gf_p(m), g);
}

// GOFER_DEBUG=migrate=1: whatever can leave the thread that it was on does so at every park.
static bool must_migrate(const struct m *m, const struct g *g)
{
    return gf_sched.migrate && g->m == m && !g->locked_m && !(g->flags & GF_G_FRESH);
}

static struct g *next_to_run(struct m *m)
{
    for (;;) {
        struct g *g = m->locked_g ? wait_for_locked(m) : find_runnable(m);
        if (gf_unlikely(!g))
            return NULL;
        if (gf_unlikely(must_migrate(m, g)) && gf_move_to_other_m(m, g))
            continue;
        if (gf_likely(!g->locked_m || g->locked_m == m))
            return g;
        gf_lock(&gf_sched.lock, GF_RANK_SCHED);
        struct p *p = gf_release_p(m);
        gf_unlock(&gf_sched.lock);
        gf_give_p_to_bound(p, g);
    }
}

void gf_schedule(struct m *m)
{
    for (;;) {
        if (m->dead)
            free_dead(m);
        if (m->ending)
            return;
        struct g *g = next_to_run(m);
        if (!g)
            return;
        struct p *p = gf_p(m);
        gf_arch_count(&p->tick); // relaxed: as in gf_pick
        gf_switch(m, &m->g0, g);
    }
}
