// SPDX-License-Identifier: MIT
// The monitor: a thread without a P that looks, every 20 microseconds to 10 milliseconds, at what the threads with
// one cannot see about themselves (Go's sysmon):
//   - a goroutine that runs for a whole time slice while others wait is preempted (preempt.c);
//   - a thread that is outside the runtime and whose CPU clock stands still is blocked in the kernel: its P is taken,
//     without a signal, which would cut the call short;
//   - work that a computing goroutine holds back (runnext, or a ring) while Ps are idle gets a thread;
//   - timers and the poller, when everybody is too busy to look;
//   - threads that have ended, until the kernel has forgotten them (threadcount.c).
// Once its rounds have become long, and nothing has run since the last one, it sleeps for good while all Ps are idle: so an
// idle program makes no system calls, and one that is idle for microseconds at a time, a server, never pays for waking it.
// What makes rounds short again is something done, not something seen: a thread that waits for a processor is only looked
// at more often, or where processors are few the monitor itself would take a good part of them. And one that computes
// while others wait is looked at the less often the longer it has done so: a round takes microseconds, and what it does
// next is the less urgent.
#include "sched/internal.h"

#include "sched/poller.h"
#include "sched/start.h"

#include <errno.h>

enum {
    SHORTEST_NS = 20000,
    LONGEST_NS = 10000000,
    CROWDED_NS = 1000000,  // while crowd.c measures
    CALM_ROUNDS = 50,      // without anything to do, before the rounds grow longer
    SLICE_NS = 10000000,   // of a goroutine, while others wait
    BLOCKED_NS = 40000,    // a clock that stands still for so long means blocked in the kernel
    LOOK_NS = 400000,      // an older look at a CPU clock is made anew
    TRY_AGAIN_NS = 100000, // after a signal that the race detector has kept
    RUNNABLE_NS = 1000000, // how long a thread that waits for a processor is believed to do so
    POLL_NS = 10000000     // the poller is looked at least so often
};

static struct {
    _Atomic(uint32_t) started; // claimed by who starts the thread; relaxed
    _Atomic(uint32_t) asleep;  // 1 while it sleeps for good; see sleep_while_idle
    int64_t slice;   // [const] a goroutine's time slice: SLICE_NS, or GOFER_DEBUG=preempt=US
    int64_t longest; // [const] pause between two rounds
    uint64_t ticks;  // [owner the monitor] of all Ps, when anything_ran was asked last
} monitor;

// What a look at a thread leads to is how long the next round may wait, in nanoseconds: as long as ever; until a thread that
// waits for a processor may have got it; not at all, for a clock has to be seen twice; not at all, and short rounds from
// now on. Or what until_next_look says.
enum { CALM = LONGEST_NS, WAITS = RUNNABLE_NS, AGAIN = SHORTEST_NS, ACTIVE = 0 };

static int busy_ps(void)
{
    return gf_load_relaxed(&gf_sched.procs) -
           gf_load_relaxed(&gf_sched.idle_p_count); // relaxed: a hint
}

// All Ps are idle: 1. say that we sleep; 2. fence; 3. look again. Who takes an idle P: 1. takes it; 2. (the lock's
// fence); 3. looks whether we sleep. At most until stacks are to be looked at.
static void sleep_while_idle(void)
{
    int64_t until = gf_trim_due();
    int ended = 0;
    gf_store_relaxed(&monitor.asleep, 1);
    gf_fence_seqcst();
    while (gf_load_relaxed(&monitor.asleep) && busy_ps() == 0 && !gf_threads_are_leaving() &&
           ended != -ETIMEDOUT)
        ended = gf_os_futex_wait(&monitor.asleep, 1, until);
    gf_store_relaxed(&monitor.asleep, 0);
}

void gf_sysmon_wake(void)
{
    gf_fence_seqcst(); // pairs with the fence in sleep_while_idle
    if (gf_load_relaxed(&monitor.asleep)) {
        gf_store_relaxed(&monitor.asleep, 0);
        gf_os_futex_wake(&monitor.asleep, 1);
    }
}

static bool others_wait(const struct p *p)
{
    // Relaxed: hints. runnext is read without its owner; only whether it is NULL matters.
    return gf_runq_len(p) > 0 || gf_load_relaxed(&p->runnext) ||
           gf_load_relaxed(&gf_sched.queue_count) > 0;
}

// Takes m's P and finds a thread for what waits on it. Returns whether it did.
static bool retake(struct m *m)
{
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    struct p *p = gf_load_relaxed(&gf_sched.stopping) ? NULL : gf_take_p(m);
    if (p)
        gf_add_relaxed(&p->n_handoffs, 1); // relaxed: a statistic
    gf_unlock(&gf_sched.lock);
    if (!p)
        return false;
    p->credit = 0;
    gf_handoff_p(p);
    return true;
}

// Work that waits on a P whose goroutine computes outside the runtime, while another P is idle, gets a thread.
static bool rescue_work(struct m *m)
{
    struct g *g = NULL;
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    bool borrowed = !gf_load_relaxed(&gf_sched.stopping) && gf_borrow_runnext(m, &g);
    if (g)
        gf_globq_put(g);
    gf_unlock(&gf_sched.lock);
    if (borrowed)
        gf_wake_one();
    return borrowed;
}

// A request that was noted without a signal, for the thread was inside the runtime, may have come just too late for its
// way out. So a request that has been there for a whole slice is signalled (again). Under the race detector most signals
// find the thread where it may not be stopped (race.h), and the next one is soon to come.
static void preempt(struct m *m, int64_t now)
{
    int64_t patience = GF_RACE ? TRY_AGAIN_NS : monitor.slice;
    if (gf_load_relaxed(&m->pending) && now - m->signalled_at < patience)
        return;
    m->signalled_at = now;
    gf_preempt(m);
}

// A clock that stands still does not mean blocked where the system has too few processors: the thread may just be
// waiting for one. Taking its P would let one goroutine more run than there are Ps, and whose turn it is would
// depend on other programs. Asking costs three system calls, so the answer "waits for a processor" holds for a while.
static bool is_blocked(struct m *m, int64_t now)
{
    if (now - m->seen_runnable_at < RUNNABLE_NS)
        return false;
    if (gf_os_thread_state(gf_load_relaxed(&m->tid)) != GF_OS_RUNNABLE)
        return true;
    m->seen_runnable_at = now;
    return false;
}

// It has computed for so long. What is late, a preemption or the end of that, is late by an eighth.
static int64_t until_next_look(int64_t since)
{
    int64_t slice_left = monitor.slice - since;
    if (GF_RACE && slice_left <= 0)
        return TRY_AGAIN_NS;
    return slice_left > 0 && slice_left < since / 8 ? slice_left : since / 8;
}

// The thread is outside the runtime for a while: its CPU clock tells whether it is blocked in the kernel, where a
// signal would cut its call short, or computes. Two looks are needed to see a clock move.
static int64_t look_at_clock(struct m *m, int64_t now, bool waiting)
{
    int64_t cpu = gf_os_thread_cpu(gf_load_relaxed(&m->tid));
    int64_t seen_cpu = m->seen_cpu, seen_at = m->seen_cpu_at;
    bool first = seen_cpu < 0 || now - seen_at > LOOK_NS;
    if (first) {
        m->seen_cpu = cpu;
        m->seen_cpu_at = now;
    }
    if (!waiting)
        return CALM;
    if (gf_load_relaxed(&m->blocking))
        return retake(m) ? ACTIVE : CALM;
    if (seen_cpu < 0)
        return AGAIN;
    bool still = cpu - seen_cpu < (now - seen_at) / 8;
    if (still) {
        if (now - seen_at < SHORTEST_NS)
            return CALM;
        if (is_blocked(m, now))
            return retake(m) ? ACTIVE : CALM;
    }
    if (now - m->seen_at >= monitor.slice)
        preempt(m, now);
    else if (still)
        return WAITS;
    return until_next_look(now - m->seen_at);
}

static int64_t look_at(struct m *m, struct p *p, int64_t now)
{
    uint64_t tick = gf_load_relaxed(&p->tick); // relaxed: only whether it changes
    if (tick != m->seen_tick || m->seen_p != p) {
        m->seen_tick = tick;
        m->seen_p = p;
        m->seen_at = now;
        m->seen_cpu = -1;
        return CALM;
    }
    bool waiting = others_wait(p);
    int64_t since = now - m->seen_at;
    if (waiting && gf_load_relaxed(&gf_sched.idle_p_count) > 0 && since >= SHORTEST_NS &&
        gf_load_relaxed(&m->in_runtime) == 0 && rescue_work(m))
        return ACTIVE;
    // Timers and descriptors wait too: while no other P could look after them, they count as somebody who waits.
    waiting = waiting || gf_load_relaxed(&p->timers.first) <= now ||
              (gf_poller_waiters() > 0 && gf_load_relaxed(&gf_sched.idle_p_count) == 0);
    if (!waiting && gf_load_relaxed(&gf_sched.idle_p_count) > 0)
        return CALM;
    if (since < BLOCKED_NS)
        return CALM;
    // One that calls the runtime all the time without parking is a hog too; it gives way when it leaves.
    if (gf_load_relaxed(&m->in_runtime) != 0) {
        if (since >= monitor.slice && waiting && !gf_load_relaxed(&m->pending)) {
            gf_store_relaxed(&m->pending,
                             GF_PENDING_PREEMPT); // relaxed: looked at on every way out
            m->signalled_at = now;
        }
        return CALM;
    }
    return look_at_clock(m, now, waiting);
}

// A goroutine that computes without a P, since that was taken, has more than its share. It has used much of the time,
// or wants to, as far as the system lets it.
static bool computes(const struct m *m, int64_t cpu)
{
    return cpu - m->seen_cpu > SLICE_NS / 2 ||
           (cpu - m->seen_cpu > SLICE_NS / 16 &&
            gf_os_thread_state(gf_load_relaxed(&m->tid)) == GF_OS_RUNNABLE);
}

static void look_at_outsider(struct m *m, int64_t now)
{
    if (m->seen_p) {
        m->seen_p = NULL;
        m->seen_at = now;
        m->seen_cpu = gf_os_thread_cpu(gf_load_relaxed(&m->tid));
        return;
    }
    if (now - m->seen_at < SLICE_NS)
        return;
    int64_t cpu = gf_os_thread_cpu(gf_load_relaxed(&m->tid));
    if (gf_load_relaxed(&m->in_runtime) == 0 && computes(m, cpu))
        preempt(m, now);
    m->seen_at = now;
    m->seen_cpu = cpu;
}

static int64_t look_at_all(int64_t now)
{
    int64_t all = CALM;
    // The list only grows at its head, and threads' structures live for ever.
    for (struct m *m = gf_load_acquire(&gf_sched.all_ms); m; m = m->all_next) {
        if (gf_load_relaxed(&m->foreign) || m->tid == 0)
            continue;
        // A hint; taking it has its own protocol. Acquire: pairs with the release in gf_acquire_p.
        struct p *p = gf_load_acquire(&m->p);
        if (p) {
            int64_t look = look_at(m, p, now);
            all = look < all ? look : all;
        } else if (gf_load_relaxed(&m->p_taken)) {
            look_at_outsider(m, now);
        }
    }
    return all;
}

// While all Ps are busy nobody watches: overdue timers of idle Ps, and the poller.
static void look_around(struct m *self, int64_t now)
{
    if (gf_poller_in_use() && now - gf_poller_looked_at() > POLL_NS)
        gf_poller_look(self);
    if (gf_load_relaxed(&gf_sched.watcher) || gf_load_relaxed(&gf_sched.idle_p_count) == 0)
        return;
    for (int i = 0; i < gf_p_count(); i++) {
        if (gf_load_relaxed(&gf_p_at(i)->timers.first) <= now) {
            gf_wake_one();
            return;
        }
    }
}

// Whether a goroutine has run since this was asked last.
static bool anything_ran(void)
{
    uint64_t ticks = 0;
    for (int i = 0; i < gf_p_count(); i++)
        ticks += gf_load_relaxed(&gf_p_at(i)->tick); // relaxed: only whether it changes
    bool ran = ticks != monitor.ticks;
    monitor.ticks = ticks;
    return ran;
}

static int64_t time_until_next(int64_t look, int64_t pause)
{
    int64_t most = look > SHORTEST_NS ? look : SHORTEST_NS;
    return pause < most ? pause : most;
}

static void *monitor_main(void *arg)
{
    struct m *self = arg;
    gf_m_become_helper(self);
    int64_t pause = SHORTEST_NS, longest = monitor.longest;
    int64_t look = CALM;
    for (int calm = 0;;) {
        if (busy_ps() == 0 && pause >= longest && !anything_ran() && !gf_schedtrace_on()) {
            sleep_while_idle();
            pause = SHORTEST_NS;
            calm = 0;
        }
        gf_os_sleep(time_until_next(look, pause));
        if (!gf_helper_begin())
            continue;
        int64_t now = gf_os_now();
        gf_store_relaxed(&gf_sched.clock, now); // relaxed: coarse by nature
        look = look_at_all(now);
        look_around(self, now);
        gf_threads_look();
        gf_trim_look(self, now);
        gf_solo_look(now);
        gf_schedtrace_look(now);
        longest = gf_crowd_look(now) && monitor.longest > CROWDED_NS ? CROWDED_NS : monitor.longest;
        gf_helper_end();
        calm = look == ACTIVE ? 0 : calm + 1;
        if (look == ACTIVE)
            pause = SHORTEST_NS;
        else if (calm > CALM_ROUNDS)
            pause *= 2;
        if (pause > longest)
            pause = longest;
    }
    return NULL;
}

void gf_sysmon_start(void)
{
    uint32_t no = 0;
    if (gf_likely(gf_load_relaxed(&monitor.started)) || !gf_cas_relaxed(&monitor.started, &no, 1))
        return;
    long slice_us = gf_debug_key("preempt");
    monitor.slice = slice_us > 0 ? slice_us * 1000 : SLICE_NS;
    monitor.longest = slice_us > 0 ? SHORTEST_NS : LONGEST_NS;
    int error = gf_m_start_helper(monitor_main);
    if (error)
        gf_no_thread(error);
}
