// SPDX-License-Identifier: MIT
// The global deadlock. When a thread finds nothing to do and no P is at work, and there is no timer, no descriptor
// waited for, no channel that listens to signals (the poller counts it), no goroutine outside the runtime and no thread but ours, nothing can ever happen: that is said, with
// every goroutine's trace, and the process ends with status 2. A thread that is not ours (a library's, say) might
// send something later; then the runtime stays silent. One that has ended but is still there for the kernel would look
// like that, so nothing is said before it is gone; the monitor asks again then.
#include "sched/internal.h"

#include "base/hooks.h"
#include "sched/poller.h"

static bool nothing_can_happen(void)
{
    if (gf_load_relaxed(&gf_sched.idle_p_count) != gf_load_relaxed(&gf_sched.procs) ||
        gf_sched.blocked_count > 0 || gf_sched.starting_count > 0 || gf_sched.foreign_count > 0 ||
        gf_threads_are_leaving() || gf_load_relaxed(&gf_sched.queue_count) > 0 ||
        gf_load_relaxed(&gf_sched.stopping) || gf_poller_waiters() > 0)
        return false;
    for (int i = 0; i < gf_p_count(); i++) {
        const struct p *p = gf_p_at(i);
        // Relaxed: no P is at work, so nobody sets a timer or queues a goroutine now.
        if (gf_load_relaxed(&p->timers.first) != INT64_MAX || gf_load_relaxed(&p->runnext) ||
            gf_runq_len(p) > 0)
            return false;
    }
    return true;
}

// The thread sanitizer has threads of its own: one from the first thread that is made, another from a fork. They show by
// letting no signal through, as our helpers do.
static bool others_threads_exist(int workers, int helpers)
{
    int masked = GF_FIBERS ? gf_os_masked_thread_count() : helpers;
    return gf_os_thread_count() > workers + masked;
}

void gf_check_deadlock(void)
{
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    bool dead = !gf_sched.deadlocked && nothing_can_happen();
    int workers = gf_sched.m_count;
    int helpers = gf_sched.helper_count;
    gf_unlock(&gf_sched.lock);
    if (!dead || others_threads_exist(workers, helpers))
        return;
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    dead = !gf_sched.deadlocked && nothing_can_happen();
    if (dead)
        gf_sched.deadlocked = true;
    gf_unlock(&gf_sched.lock);
    if (!dead)
        return;
    // Live goroutines other than main's, which has ended, would be waiting for ever.
    if (gf_sched.main_exited && gf_live_goroutines() == 0)
        gf_fatal("no goroutines (main called runtime.Goexit) - deadlock!");
    gf_fatal("all goroutines are asleep - deadlock!");
}
