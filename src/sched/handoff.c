// SPDX-License-Identifier: MIT
// Moving Ps between threads. A P is always in one place: with the thread that runs on it, on the idle list, in the
// hands of whoever is moving it (next_p of the thread it was given to), or with who stops the world.
//
// A goroutine is bound to a thread while that thread cannot leave it: it asked for that (go_lock_os_thread), it was
// preempted inside a signal handler, or it came back from the kernel to find its P gone. The three are one: the
// goroutine waits in the run queues as any other, and the thread that picks it gives its own P to the bound one.
//
// One that was preempted may hold a lock of libc, malloc's or the dynamic linker's, and starting a thread takes those: a P
// in the hands of a starter that waits for such a lock could be the very one that its holder waits for. Hence two rules,
// both decided under the scheduler's lock:
//   - no thread is started while a bound goroutine waits in the global queue (preempted ones wait nowhere else): that
//     one has a thread, and gets the P out of turn;
//   - while a thread is being started for a P (starters) nobody is preempted: who would be goes on.
#include "sched/internal.h"

#include <errno.h>

enum { DISTRUST = 16 }; // samples of the wake-up policy, see findrunnable.c

void gf_acquire_p(struct m *m, struct p *p)
{
    gf_assert(!gf_p(m) && !p->m);
    gf_solo_acquires(m, p);
    gf_store_release(&m->p,
                     p); // pairs with the acquire in sysmon's look_at_all: the P may be a new one
    p->m = m;
    gf_store_relaxed(&p->status, GF_P_RUNNING); // relaxed: a hint for reports and sysmon
    gf_store_release(&m->p_taken, 0);           // pairs with the acquire load in gf_enter
}

struct p *gf_release_p(struct m *m)
{
    struct p *p = gf_p(m);
    gf_assert(p && p->m == m);
    gf_store_relaxed(&m->p, NULL);
    p->m = NULL;
    return p;
}

void gf_idle_p_put(struct p *p)
{
    gf_store_relaxed(&p->status, GF_P_IDLE); // relaxed: as above
    p->idle_next = gf_sched.idle_ps;
    gf_sched.idle_ps = p;
    // Relaxed: under the lock; the readers' side is in gf_wake_one.
    gf_store_relaxed(&gf_sched.idle_p_count, gf_load_relaxed(&gf_sched.idle_p_count) + 1);
}

struct p *gf_idle_p_get(struct p *wanted)
{
    struct p **at = &gf_sched.idle_ps;
    if (gf_load_relaxed(&gf_sched.stopping)) // relaxed: set under this lock
        return NULL;
    while (wanted && *at && *at != wanted)
        at = &(*at)->idle_next;
    if (!*at)
        at = &gf_sched.idle_ps;
    struct p *p = *at;
    if (!p)
        return NULL;
    *at = p->idle_next;
    // Relaxed: as in gf_idle_p_put.
    if (gf_load_relaxed(&gf_sched.idle_p_count) == gf_load_relaxed(&gf_sched.procs))
        gf_sysmon_wake();
    gf_store_relaxed(&gf_sched.idle_p_count, gf_load_relaxed(&gf_sched.idle_p_count) - 1);
    return p;
}

// So many idle threads are kept for good: one for each P, and some for calls that block and for preemption.
static int kept_idle_ms(void)
{
    enum { MORE_THAN_PS = 2 };
    return gf_load_relaxed(&gf_sched.procs) + MORE_THAN_PS; // relaxed: about so many
}

void gf_idle_m_put(struct m *m)
{
    m->idle = true;
    m->spare = gf_sched.idle_m_count >= kept_idle_ms() && !m->main_thread;
    m->idle_next = gf_sched.idle_ms;
    gf_sched.idle_ms = m;
    gf_sched.idle_m_count++;
}

bool gf_idle_m_remove(struct m *m)
{
    if (!m->idle)
        return false;
    struct m **at = &gf_sched.idle_ms;
    while (*at != m)
        at = &(*at)->idle_next;
    *at = m->idle_next;
    m->idle = false;
    gf_sched.idle_m_count--;
    return true;
}

bool gf_idle_m_retire(struct m *m)
{
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    // Not in the list: somebody has just taken it, and is about to wake it.
    m->ending = gf_sched.idle_m_count > kept_idle_ms() && gf_idle_m_remove(m);
    gf_unlock(&gf_sched.lock);
    return m->ending;
}

bool gf_claim_idle_p(struct m *m, struct p *wanted)
{
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    bool listed = gf_idle_m_remove(m);
    struct p *p = listed ? gf_idle_p_get(wanted) : NULL;
    if (p)
        gf_acquire_p(m, p);
    else if (listed)
        gf_idle_m_put(m);
    gf_unlock(&gf_sched.lock);
    return p != NULL;
}

// The idle thread to wake: the last that went to sleep, but rather not the one that watches the clock, which
// somebody else would then have to do.
struct m *gf_idle_m_get(void)
{
    struct m *m = gf_sched.idle_ms;
    if (m && m->idle_next && m == gf_load_relaxed(&gf_sched.watcher)) // relaxed: a preference
        m = m->idle_next;
    if (m)
        gf_idle_m_remove(m);
    return m;
}

// Nobody else finds the thread now: it is in no list, or does not exist yet.
static void give(struct m *m, struct p *p, bool spinning, struct g *hint)
{
    m->next_p = p;
    m->spinning = spinning;
    m->hint = hint;
}

void gf_run_on(struct m *m, struct p *p)
{
    give(m, p, false, NULL);
    gf_m_wake(m);
}

// The system refuses another thread. A P that was to help others is not missed while they are at work: they will come
// by what waits there. Returns whether that was so.
static bool do_without(struct p *p, bool spinning)
{
    if (!spinning)
        return false;
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    bool stopping = gf_load_relaxed(&gf_sched.stopping); // relaxed, as below: under the lock
    bool others = gf_load_relaxed(&gf_sched.idle_p_count) + 1 < gf_load_relaxed(&gf_sched.procs);
    if (stopping)
        gf_stop_p(p);
    else if (others)
        gf_idle_p_put(p);
    gf_unlock(&gf_sched.lock);
    if (stopping || others)
        gf_sub_relaxed(&gf_sched.spinning, 1); // relaxed: nobody sleeps because of this one
    return stopping || others;
}

// A bound goroutine gets a P that was to look for work. Who has queued some meanwhile saw a spinner and woke nobody.
static void give_to_bound(struct p *p, bool spinning, struct g *bound)
{
    gf_give_p_to_bound(p, bound);
    if (!spinning)
        return;
    gf_sub_relaxed(&gf_sched.spinning, 1);          // relaxed: gf_wake_one's fence orders it
    if (gf_load_relaxed(&gf_sched.queue_count) > 0) // relaxed: what is in a ring has a P already
        gf_wake_one();
}

// Starts a thread to go on with p, which the caller has counted among the starters.
static void start_new(struct p *p, bool spinning, struct g *hint)
{
    struct m *m = gf_m_new();
    give(m, p, spinning, hint);
    gf_store_relaxed(&m->wake, 1); // relaxed: the thread does not exist yet
    int error = gf_m_start_thread(m);
    if (error) {
        gf_lock(&gf_sched.lock, GF_RANK_SCHED);
        gf_sched.starters--;
        gf_unlock(&gf_sched.lock);
    }
    if (error == -EDQUOT || (error && !do_without(p, spinning)))
        gf_no_thread(error);
}

// Finds a thread to go on with p, and to run `hint` first if that is not NULL: an idle one, or that of a bound goroutine,
// or else a new one.
static void start_with(struct p *p, bool spinning, struct g *hint)
{
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    struct m *m = gf_idle_m_get();
    struct g *bound = m ? NULL : gf_globq_get_bound();
    if (bound && hint)
        gf_globq_put(hint);
    gf_sched.starters += !m && !bound;
    gf_unlock(&gf_sched.lock);
    if (m) {
        give(m, p, spinning, hint);
        gf_m_wake(m);
    } else if (bound) {
        give_to_bound(p, spinning, bound);
    } else {
        start_new(p, spinning, hint);
    }
}

void gf_start_m(struct p *p, bool spinning)
{
    start_with(p, spinning, NULL);
}

bool gf_move_to_other_m(struct m *m, struct g *g)
{
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    // A bound goroutine would have the P each time, and this one never its turn.
    bool none = gf_sched.idle_m_count == 0 && gf_globq_has_bound();
    bool starting = gf_sched.starting_count > 0;
    struct p *p = none ? NULL : gf_release_p(m);
    gf_unlock(&gf_sched.lock);
    if (!none)
        start_with(p, false, g);
    else if (!starting)
        gf_maker_ask();
    return !none;
}

void gf_give_p_to_bound(struct p *p, struct g *g)
{
    struct m *m = g->locked_m;
    // It begins a time slice. Relaxed: sysmon only sees whether it changes.
    gf_arch_count(&p->tick);
    gf_store_relaxed(&g->status, GF_RUNNING); // relaxed: for reports
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    m->next_p = p;
    gf_unlock(&gf_sched.lock);
    gf_m_wake(m);
}

// Go's handoffp: work at hand needs a thread now; otherwise the P becomes idle.
void gf_handoff_p(struct p *p)
{
    // Relaxed: hints; the lock below decides.
    bool work = gf_load_relaxed(&p->runnext) || gf_runq_len(p) > 0 ||
                gf_load_relaxed(&gf_sched.queue_count) > 0;
    if (!work) {
        gf_lock(&gf_sched.lock, GF_RANK_SCHED);
        if (gf_load_relaxed(&gf_sched.stopping)) {
            gf_stop_p(p);
            gf_unlock(&gf_sched.lock);
            return;
        }
        work = gf_load_relaxed(&gf_sched.queue_count) > 0;
        // Somebody must go on watching the clock and the poller, and notice a deadlock: the last P that would become
        // idle wakes a thread, which finds out.
        if (!work &&
            gf_load_relaxed(&gf_sched.idle_p_count) + 1 == gf_load_relaxed(&gf_sched.procs))
            work = true;
        if (!work && gf_load_relaxed(&p->timers.first) != INT64_MAX)
            work = true;
        if (!work)
            gf_idle_p_put(p);
        gf_unlock(&gf_sched.lock);
    }
    if (work)
        gf_start_m(p, false);
    else
        gf_watch_all(gf_self());
}

struct p *gf_give_up_p(struct m *m)
{
    struct p *p = gf_release_p(m);
    gf_store_relaxed(&m->p_taken,
                     1); // relaxed: read by this thread, or the taker has its own protocol
    gf_store_relaxed(&m->g->status, GF_BLOCKED);
    gf_sched.blocked_count++;
    return p;
}

struct p *gf_take_p(struct m *m)
{
    // Relaxed: a guess, which spares the barrier; it is for the look below to decide.
    if (!gf_p(m) || !gf_sched.has_membarrier || gf_load_relaxed(&m->in_runtime) != 0)
        return NULL;
    // 1. p_taken, 2. barrier on all threads, 3. in_runtime: the far side of gf_enter (tests/models/take.pml).
    gf_store_relaxed(&m->p_taken, 1);
    gf_os_membarrier();
    // Acquire: pairs with the release in gf_leave: what the thread did to the P is ours.
    if (gf_load_acquire(&m->in_runtime) != 0) {
        gf_store_relaxed(&m->p_taken,
                         0); // relaxed: a thread that saw it waits for the lock that we hold
        return NULL;
    }
    return gf_give_up_p(m);
}

bool gf_borrow_runnext(struct m *m, struct g **next)
{
    struct p *p = gf_take_p(m);
    if (!p)
        return false;
    *next = gf_load_relaxed(&p->runnext);
    gf_store_relaxed(&p->runnext, NULL);
    p->credit = 0;
    p->distrust = DISTRUST;
    gf_sched.blocked_count--;
    gf_store_relaxed(&m->g->status, GF_RUNNING); // relaxed: for reports
    // Last: from here on the thread may enter the runtime and go on with another goroutine.
    gf_acquire_p(m, p);
    return true;
}

void gf_unlock_and_wait_for_p(struct m *m)
{
    struct g *g = m->g;
    struct p *p = gf_idle_p_get(NULL);
    gf_sched.blocked_count--;
    if (p) {
        gf_acquire_p(m, p);
        gf_store_relaxed(&g->status, GF_RUNNING); // relaxed: for reports
        gf_unlock(&gf_sched.lock);
        return;
    }
    struct m *was_locked = g->locked_m;
    g->locked_m = m;
    gf_store_relaxed(&g->status, GF_RUNNABLE);
    gf_globq_put(g);
    gf_unlock(&gf_sched.lock);
    gf_sleep_until_given(m);
    g->locked_m = was_locked;
}

void gf_wait_for_p(struct m *m)
{
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    gf_unlock_and_wait_for_p(m);
}

// The entry of a thread that may have lost its P, or never has one: a foreign one always comes this way.
void gf_enter_without_p(struct m *m)
{
    if (gf_load_relaxed(&m->foreign)) {
        gf_solo_end_for_outsider();
        return;
    }
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    bool lost = !gf_p(m);
    gf_unlock(&gf_sched.lock);
    if (lost)
        gf_wait_for_p(m);
}
