// SPDX-License-Identifier: MIT
// Changing the number of processors: the world stops for it. Whoever changes it collects all other Ps: idle ones from
// their list; those of threads in the runtime when these come to their scheduler (gf_stop_here); those of threads
// outside the runtime by taking them (gf_take_p), without disturbing their code, which runs on and finds out at its
// next entry. When the world starts again such a thread gets a P back if it is still outside.
//
// Only one goroutine stops the world at a time; others that want to give way meanwhile (they must be stoppable
// themselves). Ps are never freed, so that indices and hints stay valid.
#include "sched/internal.h"

#include <stdlib.h>

enum { LONGEST_PAUSE_NS = 50000 };

static struct {
    _Atomic(bool) busy; // acquire and release as a lock
    int collected;      // [lock sched.lock] Ps in the hands of the stopper
} stw;

static struct p *new_p(int id)
{
    struct p *p = aligned_alloc(GF_CACHE_LINE, sizeof *p);
    if (!p)
        gf_fatal("out of memory (processors)");
    *p = (struct p){.id = id, .countdown = 1, .status = GF_P_UNUSED};
    gf_store_relaxed(&p->timers.first, INT64_MAX); // relaxed, both: nobody knows it yet
    gf_store_relaxed(&p->timers.watched, INT64_MAX);
    return p;
}

static struct p *make_p(int i)
{
    if (!gf_p_at(i))
        gf_store_release(&gf_sched.ps[i], new_p(i)); // pairs with the acquire in gf_p_at
    return gf_p_at(i);
}

static int limit(int n)
{
    return n < 1 ? 1 : n > GF_MOST_PROCS ? GF_MOST_PROCS : n;
}

void gf_procs_init(void)
{
    const char *text = getenv("GOFER_MAXPROCS");
    int n = text ? atoi(text) : 0;
    gf_store_relaxed(&gf_sched.procs, limit(n > 0 ? n : gf_os_cpu_count()));
    gf_sched.ps = calloc(GF_MOST_PROCS, sizeof *gf_sched.ps);
    if (!gf_sched.ps)
        gf_fatal("out of memory (processors)");
    for (int i = gf_load_relaxed(&gf_sched.procs); i-- > 0;)
        gf_idle_p_put(make_p(i));
}

void gf_stop_p(struct p *p)
{
    gf_store_relaxed(&p->status, GF_P_STOPPED); // relaxed: under the lock
    stw.collected++;
}

void gf_stop_here(struct m *m)
{
    if (m->hint) {
        gf_runq_put(gf_p(m), m->hint);
        m->hint = NULL;
    }
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    if (gf_load_relaxed(&gf_sched.stopping)) { // relaxed: under the lock
        struct p *p = gf_release_p(m);
        gf_store_relaxed(&p->status, GF_P_STOPPED);
        stw.collected++;
        if (m->spinning) {
            m->spinning = false;
            gf_sub_relaxed(&gf_sched.spinning, 1);
        }
        gf_idle_m_put(m);
    }
    gf_unlock(&gf_sched.lock);
    if (!gf_p(m))
        gf_sleep_until_given(m);
}

// One round of collecting; returns whether all are here.
static bool collect(struct m *m)
{
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    for (int i = 0; i < gf_load_relaxed(&gf_sched.procs); i++) {
        struct p *p = gf_p_at(i);
        if (gf_load_relaxed(&p->status) == GF_P_STOPPED || p == gf_p(m))
            continue;
        if (p->m && gf_take_p(p->m)) {
            gf_store_relaxed(&p->status, GF_P_STOPPED);
            stw.collected++;
        }
    }
    bool all = stw.collected == gf_load_relaxed(&gf_sched.procs) - (gf_p(m) != NULL);
    gf_unlock(&gf_sched.lock);
    return all;
}

static void stop_world(struct m *m)
{
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    stw.collected = 0;
    gf_store_relaxed(&gf_sched.stopping, true); // relaxed: others look again under the lock
    for (struct p *p; (p = gf_sched.idle_ps);) {
        gf_sched.idle_ps = p->idle_next;
        gf_store_relaxed(&p->status, GF_P_STOPPED);
        stw.collected++;
    }
    gf_store_relaxed(&gf_sched.idle_p_count, 0);
    gf_unlock(&gf_sched.lock);
    // Most are here at once. A thread may be in the runtime for long, though, such as one that wakes a million goroutines, and
    // looks at it take the lock that it needs.
    int64_t pause = 0;
    while (!collect(m)) {
        if (pause == 0)
            gf_os_thread_yield();
        else
            gf_os_sleep(pause);
        pause = pause < LONGEST_PAUSE_NS ? pause + 1000 : pause;
    }
}

void gf_empty_p(struct m *m, struct p *p)
{
    struct g *g = gf_load_relaxed(&p->runnext);
    gf_store_relaxed(&p->runnext, NULL);
    if (g)
        gf_globq_put(g);
    while ((g = gf_runq_get(m, p)))
        gf_globq_put(g);
    p->credit = 0;
    p->sampling = false;
}

// The world runs again with n processors. The caller's thread keeps one.
static void start_world(struct m *m, int n)
{
    int old = gf_load_relaxed(&gf_sched.procs);
    for (int i = old; i < n; i++)
        make_p(i);
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    if (gf_p(m) && gf_p(m)->id >= n) {
        struct p *p = gf_release_p(m);
        gf_store_relaxed(&p->status, GF_P_STOPPED);
        gf_acquire_p(m, gf_p_at(0));
    }
    for (int i = n; i < old; i++) {
        gf_empty_p(m, gf_p_at(i));
        gf_store_relaxed(&gf_p_at(i)->status, GF_P_UNUSED);
    }
    gf_unlock(&gf_sched.lock);
    // Timers come before queues in the order of locks.
    for (int i = n; i < old; i++)
        gf_timers_move(&gf_p_at(i)->timers, &gf_p_at(0)->timers);
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    gf_store_release(&gf_sched.procs, n); // pairs with the acquire in gf_p_count
    gf_store_relaxed(&gf_sched.stopping, false);
    struct p *busy = NULL;
    for (int i = n; i-- > 0;) {
        struct p *p = gf_p_at(i);
        if (p == gf_p(m))
            continue;
        if (gf_load_relaxed(&p->runnext) || gf_runq_len(p) > 0 ||
            gf_load_relaxed(&gf_sched.queue_count) > 0) {
            gf_store_relaxed(&p->status, GF_P_RUNNING);
            p->idle_next = busy;
            busy = p;
        } else {
            gf_idle_p_put(p);
        }
    }
    gf_unlock(&gf_sched.lock);
    for (struct p *p; (p = busy);) {
        busy = p->idle_next;
        gf_start_m(p, false);
    }
    gf_watch_earlier(m, INT64_MIN);
    // Threads that returned from the kernel meanwhile wait in the global queue; somebody must look at it.
    gf_wake_one();
}

struct m *gf_world_stop(struct m *m)
{
    bool free = false;
    // Acquire, and release in start: a lock, whose waiters stay stoppable.
    while (!gf_cas_acquire(&stw.busy, &free, true)) {
        m = gf_yield(m);
        free = false;
    }
    stop_world(m);
    return m;
}

static void start(struct m *m, int procs)
{
    start_world(m, procs);
    gf_store_release(&stw.busy, false);
}

void gf_world_start(struct m *m)
{
    start(m,
          gf_load_relaxed(&gf_sched.procs)); // relaxed: it changes only while the world is stopped
}

int go_maxprocs(int n)
{
    struct m *m = gf_enter();
    int old = gf_load_relaxed(&gf_sched.procs);
    if (n >= 1 && limit(n) != old) {
        m = gf_world_stop(m);
        old = gf_load_relaxed(&gf_sched.procs);
        start(m, limit(n));
    }
    gf_leave(m);
    return old;
}
