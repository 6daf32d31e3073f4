// SPDX-License-Identifier: MIT
// What the files of sched/ share among themselves and rooms above do not see.
#ifndef GF_SCHED_INTERNAL_H
#define GF_SCHED_INTERNAL_H

#include "sched/race.h"
#include "sched/runq.h"
#include "sched/sched.h"

#include "os/os.h"

enum {
    GF_LOOK_AROUND = 61,  // picks between two looks at the global queue and the poller
    GF_MOST_HANDOFFS = 64 // runnexts in a row before the queue gets its turn
};

// --- switch.c ---

// Continues `to` on this thread, which is running `from`; returns when `from` is continued, with the M of the thread
// that does so.
struct m *gf_switch(struct m *m, struct g *from, struct g *to);
// Continues `to` without coming back: `from` has ended. Not declared noreturn, as gf_arch_jump.
void gf_switch_from_dead(struct m *m, struct g *from, struct g *to);
// Gives a goroutine that has not run this stack, which may have served another.
static inline void gf_set_stack(struct g *g, struct gf_stack s)
{
    g->stack_low = s.low;
    g->stack_top = s.top;
    // A recycled stack may carry the poison of frames that were left by a jump.
    gf_asan_unpoison(s.low, (size_t)(s.top - s.low));
    gf_race_forget(s.low, (size_t)(s.top - s.low));
}

void gf_g_created(struct g *g);
void gf_g_destroyed(struct g *g);
// Called first after every arrival on a stack that was switched to.
void gf_switch_arrived(struct g *g);
// Puts a stack that nobody is on any more into the P's cache.
void gf_cache_stack(struct p *p, struct gf_stack s);
// Gives it back where there is no P, or to others if its size is its own.
void gf_free_stack(struct gf_stack s);

// --- findrunnable.c ---

// A pick has passed the queued goroutine of which it is measured how long it waits.
void gf_end_sample(struct p *p);
// The scheduler's loop, on g0. Returns when the thread is to end; its P is still there.
void gf_schedule(struct m *m);
// Wakes a thread for new work, if one is idle and none is looking already.
void gf_wake_one(void);
// The same, if the policy says that it pays: called after this P queued something, while another is idle.
void gf_consider_waking(struct p *p);
static inline void gf_wake_for_work(struct p *p)
{
    // Relaxed: a hint; gf_wake_one has the fence.
    if (gf_load_relaxed(&gf_sched.idle_p_count) == 0 || (p->credit > 0 && p->sample_pause-- > 0))
        return;
    gf_consider_waking(p);
}

// --- handoff.c ---

// sched.lock is held for those that say [L].
void gf_acquire_p(struct m *m, struct p *p); // [L] m gets p, which is nobody's
struct p *gf_release_p(struct m *m);         // [L] m's P becomes nobody's
void gf_idle_p_put(struct p *p);             // [L]
struct p *gf_idle_p_get(struct p *wanted);   // [L] NULL if there is none
void gf_idle_m_put(struct m *m);             // [L]
struct m *gf_idle_m_get(void);               // [L] NULL if there is none
bool gf_idle_m_remove(struct m *m);          // [L] whether it was there
// Leaves the idle list with a P if there is an idle one, the wanted one if possible. Not [L].
bool gf_claim_idle_p(struct m *m, struct p *wanted);
// Gives p, which is nobody's, to an idle or a new thread. Not [L].
void gf_start_m(struct p *p, bool spinning);
// This thread's P and g, which it has picked, go to another thread. False if there is none for it: nothing has happened,
// but that one more is asked for. Not [L].
bool gf_move_to_other_m(struct m *m, struct g *g);
// Gives p, which is nobody's, to a thread that was taken off the idle list. Not [L].
void gf_run_on(struct m *m, struct p *p);
// An idle thread whose time is up leaves for good if there are others enough. Returns whether it does. Not [L].
bool gf_idle_m_retire(struct m *m);
// Gives p to the thread that g is bound to, and wakes it. Not [L].
void gf_give_p_to_bound(struct p *p, struct g *g);
// p is nobody's: finds work for it a thread, or makes it idle. Not [L].
void gf_handoff_p(struct p *p);
// Sleeps until another thread hands over a P.
void gf_sleep_until_given(struct m *m);
// Waits in the present frame, bound, until this thread has a P again. The goroutine on it has none.
void gf_wait_for_p(struct m *m);
// The same with sched.lock held, which it releases.
void gf_unlock_and_wait_for_p(struct m *m);
// This thread keeps running its goroutine, but without a P, which goes to others. [L]
struct p *gf_give_up_p(struct m *m);
// Takes the P of a thread that is outside the runtime; NULL if it is inside, or has none. [L]
struct p *gf_take_p(struct m *m);
// Borrows the P of a thread that is outside the runtime for a moment: who was to run next there is the caller's, if there is
// one. False: it is inside, or has no P. [L]
bool gf_borrow_runnext(struct m *m, struct g **next);

// --- thread.c ---

struct m *gf_m_new(void);
void gf_m_free(struct m *m);
void gf_m_adopt_this_thread(struct m *m);
// Starts the thread of a new m, which begins with m->next_p, or idle if that is NULL. Returns 0; or a negative errno,
// and m is freed: -EDQUOT says that there are as many threads as there may be.
int gf_m_start_thread(struct m *m);
// Starts a thread of the runtime's own, which takes no signals and runs no goroutines: f(m), where it begins with
// gf_m_become_helper(m). Returns 0 or a negative errno.
int gf_m_start_helper(void *(*f)(void *m));
void gf_m_become_helper(struct m *m);
// Around whatever a helper does that others could see half done: it takes no signals, so it has to stop for who reads all
// memory by itself. False: threads are stopped, or about to be; it sleeps a while and asks again.
bool gf_helper_begin(void);
void gf_helper_end(void);

// --- maker.c ---

// Sees that there is the thread that starts others, which may be one more than the program had. Only the monitor calls it.
// False: the system refuses.
bool gf_maker_start(void);
// Asks for one more idle thread.
void gf_maker_ask(void);

// --- fork.c ---

void gf_fork_init(void);
// A thread enters for the first time: fatal in the child of a fork, where no thread does.
void gf_fork_check(void);

// --- threadcount.c ---

// Reads GOFER_MAXTHREADS.
void gf_thread_count_init(void);
// Counts a worker that is to be started; false if there are as many as there may be. The second takes it back.
bool gf_thread_count_one(void);
void gf_thread_count_none(void);
// No thread could be started: ends the process in Go's words.
_Noreturn void gf_no_thread(int error);
// The last that a thread does for us.
void gf_thread_leaves(struct m *m);
// Whether some that have left are still there for the kernel.
bool gf_threads_are_leaving(void);
// By the monitor: looks which of these are gone.
void gf_threads_look(void);

// --- sysmon.c ---

void gf_sysmon_start(void);
void gf_sysmon_wake(void);

// --- trim.c ---

void gf_trim_init(void);
// By the monitor: starts a pass over the stacks of parked goroutines if it is time.
void gf_trim_look(struct m *self, int64_t now);
// When the next one is due if all stay idle from now on; INT64_MAX: none is.
int64_t gf_trim_due(void);
uint64_t gf_trim_count(void);

// --- crowd.c ---

void gf_crowd_init(void);
// sysmon, at each look. Returns whether it wants to be called again in a millisecond.
bool gf_crowd_look(int64_t now);

// --- spawn.c ---

int64_t gf_live_goroutines(void);

// --- stw.c ---

// On g0 while the world is being stopped: this thread's P goes to whoever stops it.
void gf_stop_here(struct m *m);
// While the world is being stopped: p, which is nobody's, is the stopper's now. [L]
void gf_stop_p(struct p *p);
// Moves everything that is queued at a P which nobody runs on, or which the caller gives up, to the global queue. [L]
void gf_empty_p(struct m *m, struct p *p);
// The number of processors that the environment asks for, or the system grants; makes the Ps. Once.
void gf_procs_init(void);

// --- preempt.c ---

void gf_preempt_init(void);
// Asks a thread to give its P away: at once, or when it leaves the runtime next; false if nobody could take it yet. For sysmon.
void gf_preempt(struct m *m);
bool gf_preempt_on_exit(struct m *m);

// --- schedtrace.c ---

// Reads GOFER_DEBUG=schedtrace=MS,scheddetail=1.
void gf_schedtrace_init(void);
// Whether the monitor must stay awake for it.
bool gf_schedtrace_on(void);
// Prints if it is time; by the monitor.
void gf_schedtrace_look(int64_t now);

// --- deadlock.c ---

// A thread has found nothing to do and no P is at work: ends the process if nothing can ever happen.
void gf_check_deadlock(void);

// --- watch.c ---

// A P has become idle where none was: the timers of all are the watcher's business again. Not [L].
void gf_watch_all(struct m *m);

// Sleeps until there may be something to do: as the one who watches the clock and the poller, or as one of
// those that wait to be woken. m is in the idle list. Returns with a P, or without one if none was free, or with
// m->ending.
void gf_idle_sleep(struct m *m);
void gf_m_wake(struct m *m);

// --- alloc.c ---

struct g *gf_g_alloc(struct p *p);
void gf_g_free(struct p *p, struct g *g);

// Whether a look at the timers is worth reading the clock.
static inline bool gf_timers_maybe_due(struct p *p)
{
    // Relaxed: timers of this P are set by this thread; others wake the watcher.
    if (gf_likely(gf_load_relaxed(&p->timers.first) == INT64_MAX))
        return false;
    uint64_t ticks = gf_arch_ticks();
    if (ticks - p->timer_ticks < 10 * gf_arch_ticks_per_us())
        return false;
    p->timer_ticks = ticks;
    return true;
}

#endif
