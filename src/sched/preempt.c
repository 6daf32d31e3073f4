// SPDX-License-Identifier: MIT
// Preemption: by blocking the thread, never by switching stacks inside a signal (kernel-level threads as in Shiina et
// al., "Lightweight Preemptive User-Level Threads", PPoPP 2021). The handler of SIGURG gives the thread's P away, puts
// its goroutine, bound to the thread, at the end of the global queue, and sleeps until it is handed a P again. To the
// program and to libc that is an ordinary preemption by the system, so locks, thread-locals, malloc and stdio stay
// sound.
//
// The handler does nothing while the thread is inside the runtime, which honours `pending` on its way out, and puts it
// off a few times while it may be inside malloc, whose lock others need, reports among them: the monitor asks again. It starts
// no thread, for that takes malloc's locks: whoever sends the signal has made sure that an idle thread is there, or a
// goroutine that has one (handoff.c), and if that is gone by then, the goroutine goes on.
#include "sched/internal.h"

#include "base/hooks.h"
#include "sched/race.h"
#include "sched/solo.h"

#include <errno.h>
#include <signal.h>

enum { MOST_TIMES_PUT_OFF = 16 };

// The goroutine goes to the end of the global queue before its P is handed over, so that it has its turn again.
static void give_way(struct m *m)
{
    struct g *g = m->g;
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    // A thread that is being started may need a lock of libc that this one holds: handoff.c.
    if (gf_sched.starters > 0) {
        gf_unlock(&gf_sched.lock);
        return;
    }
    if (!gf_p(m)) {
        gf_unlock_and_wait_for_p(m);
        return;
    }
    // Without a thread to take the P, or while the world stops (which takes the P itself), this one goes on.
    bool stopping = gf_load_relaxed(&gf_sched.stopping); // relaxed: set under this lock
    struct m *heir = stopping ? NULL : gf_idle_m_get();
    struct g *bound = stopping || heir ? NULL : gf_globq_get_bound();
    if (!heir && !bound) {
        gf_unlock(&gf_sched.lock);
        return;
    }
    struct p *p = gf_release_p(m);
    gf_solo_pass(m, p);
    struct m *was_locked = g->locked_m;
    g->locked_m = m;
    gf_store_relaxed(&g->status, GF_RUNNABLE); // relaxed: for reports
    gf_globq_put(g);
    gf_unlock(&gf_sched.lock);
    gf_add_relaxed(&p->n_preemptions, 1); // relaxed: a statistic
    if (heir)
        gf_run_on(heir, p);
    else
        gf_give_p_to_bound(p, bound);
    gf_sleep_until_given(m);
    g->locked_m = was_locked;
}

// A request that came while the thread was inside the runtime. The next one may come before this one is served to the
// end, and its signal, which finds the thread inside, does nothing: so look again after leaving.
void gf_leave_pending(struct m *m)
{
    do {
        gf_store_relaxed(&m->in_runtime, 1); // relaxed, with the compiler's fence: as in gf_enter
        gf_fence_compiler();
        if (gf_load_relaxed(&m->p_taken))
            gf_enter_without_p(m);
        gf_store_relaxed(&m->pending, 0);
        if (m->g != &m->g0 && !gf_load_relaxed(&m->foreign))
            give_way(m);
        gf_store_release(&m->in_runtime, 0); // as in gf_leave
        gf_fence_compiler();
    } while (gf_load_relaxed(&m->pending));
}

// A goroutine that is always somewhere in malloc's library is preempted all the same, in the end.
static bool is_put_off(struct m *m, void *context)
{
    bool put_off = gf_hooks.may_be_in_allocator && gf_hooks.may_be_in_allocator(context) &&
                   m->times_put_off < MOST_TIMES_PUT_OFF;
    m->times_put_off = put_off ? m->times_put_off + 1 : 0;
    return put_off;
}

static void on_sigurg(int sig, siginfo_t *info, void *context)
{
    struct m *m = gf_self();
    int saved = errno;
    (void)sig;
    (void)info;
    gf_os_signals_reopen(context);
    if (gf_load_relaxed(&gf_freezing)) {
        if (gf_hooks.freeze)
            gf_hooks.freeze(context);
        errno = saved;
        return;
    }
    if (m && !gf_load_relaxed(&m->foreign) && gf_load_relaxed(&m->in_runtime) == 0) {
        // Entering: as in gf_enter, the P may just have been taken.
        gf_store_relaxed(&m->in_runtime, 1);
        gf_fence_compiler();
        if (gf_load_relaxed(&m->pending)) {
            gf_store_relaxed(&m->pending, 0);
            if (!is_put_off(m, context))
                give_way(m);
        }
        gf_store_release(&m->in_runtime, 0);
    }
    errno = saved;
}

// A thread for the P, without which the handler does nothing. Without an idle one those that have no thread of their own
// would not have their turn: one more is made. That needs a moment, or waits for the system or a lock; the monitor does not.
static bool has_heir(void)
{
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    bool idle = gf_sched.idle_m_count > 0, starting = gf_sched.starting_count > 0;
    bool there = idle || gf_globq_has_bound();
    gf_unlock(&gf_sched.lock);
    if (!idle && !starting)
        gf_maker_ask();
    return there;
}

bool gf_preempt_on_exit(struct m *m)
{
    if (!gf_maker_start() || (gf_p(m) && !has_heir()))
        return false;
    gf_store_relaxed(&m->pending, GF_PENDING_PREEMPT); // relaxed: a signal, if any, comes after it
    return true;
}

void gf_preempt(struct m *m)
{
    if (gf_preempt_on_exit(m) && gf_load_relaxed(&m->tid))
        gf_os_thread_signal(gf_load_relaxed(&m->tid), SIGURG);
}

void gf_preempt_init(void)
{
    gf_os_signal_handle(SIGURG, on_sigurg, NULL);
    gf_race_signal_at_once(SIGURG, on_sigurg);
}
