// SPDX-License-Identifier: MIT
// Threads and the runtime's start. The first call into gofer, from whatever thread, starts the runtime; each thread's
// first call adopts it: main's thread (its id is the process's) as goroutine 1, any other as a foreign thread,
// whose G only stands for it. Worker threads are made by the scheduler when a P has work and no thread.
//
// The structure of a thread lives for ever and is used again, since others may hold a pointer to it for a wake-up
// that comes too late. A foreign thread's is given back by a thread-specific destructor when it ends. How many threads
// there may be, and when one that has ended is gone, is threadcount.c's.
#include "sched/internal.h"

#include "base/hooks.h"
#include "mem/slab.h"
#include "mem/stack.h"
#include "sched/race.h"
#include "sched/start.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

struct gf_sched gf_sched = {.watch_until = INT64_MAX, .next_id = 2, .busy_limit = INT_MAX};

// This thread's M. Read by gf_arch_self and, in programs, by go_self_g_ (gofer/detail/try.h), never through the compiler's
// idea of its address.
GO_API _Thread_local struct m *go_self_m_ __attribute__((used, tls_model("initial-exec")));

enum { WORKER_STACK = 256 << 10, HELPER_STACK = 64 << 10 };

static struct {
    _Atomic(uint32_t) state; // START_*; acquire and release as a lock that is taken once
    pthread_key_t key;       // [const] its destructor ends a foreign thread's M
    struct m *free;          // [lock sched.lock]
    sigset_t mask;           // [const] of the thread that started the runtime: the workers'
} threads;

enum { START_NOT, START_RUNNING, START_DONE };

// The C++ runtime's per-thread exception state, if the program has one.
extern void *__cxa_get_globals(void) __attribute__((weak));

static void reset(struct m *m)
{
    const size_t from = offsetof(struct m, spinning), to = offsetof(struct m, seen_tick);
    // Relaxed: nobody acts on them while tid is 0.
    gf_store_relaxed(&m->p, NULL);
    gf_store_relaxed(&m->in_runtime, 0);
    gf_store_relaxed(&m->p_taken, 0);
    gf_store_relaxed(&m->pending, 0);
    gf_store_relaxed(&m->blocking, false);
    gf_store_relaxed(&m->foreign, false);
    gf_store_relaxed(&m->helper, false);
    memset((char *)m + from, 0, to - from);
}

// GOFER_DEBUG=seed=N repeats a run's choices, as far as they hang on chance alone. Never 0.
static uint64_t first_random(int id)
{
    long seed = gf_debug_key("seed");
    uint64_t from = seed >= 0 ? (uint64_t)seed : (uint64_t)gf_os_now();
    return (from * 0x9E3779B97F4A7C15 + (uint64_t)id * 2) | 1;
}

struct m *gf_m_new(void)
{
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    struct m *m = threads.free;
    bool recycled = m != NULL;
    if (recycled)
        threads.free = m->idle_next;
    int id = gf_sched.next_m_id++;
    gf_unlock(&gf_sched.lock);
    if (!recycled && !(m = aligned_alloc(GF_CACHE_LINE, sizeof *m)))
        gf_fatal("out of memory (threads)");
    // A recycled one is in the list of all already, where others may be looking at it.
    if (recycled)
        reset(m);
    else
        memset(m, 0, sizeof *m);
    m->id = id;
    m->random = first_random(id);
    m->g = &m->g0;
    m->g0.flags = GF_G_SYSTEM;
    m->g0.m = m;
    m->g0.fenv[0] = GF_ARCH_FENV_0;
    m->g0.fenv[1] = GF_ARCH_FENV_1;
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    if (!recycled) {
        m->all_next = gf_load_acquire(&gf_sched.all_ms);
        gf_store_release(&gf_sched.all_ms, m); // pairs with the walkers' acquire
    }
    gf_unlock(&gf_sched.lock);
    return m;
}

void gf_m_free(struct m *m)
{
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    m->idle_next = threads.free;
    threads.free = m;
    gf_unlock(&gf_sched.lock);
}

void gf_m_adopt_this_thread(struct m *m)
{
    gf_store_relaxed(&m->tid, gf_os_tid());
    m->errno_at = __errno_location();
    m->rseq_slot = gf_arch_rseq_slot();
    if (__cxa_get_globals)
        m->cxx_globals_at = __cxa_get_globals();
    // A thread's alternate stack. Untouched, it costs nothing.
    m->signal_stack = gf_stack_new_for_signals(GF_SIGNAL_STACK);
    if (!m->signal_stack)
        gf_fatal("out of memory (signal stack)");
    gf_os_signal_stack_set(m->signal_stack, GF_SIGNAL_STACK);
    go_self_m_ = m;
}

static void drop_signal_stack(struct m *m)
{
    gf_os_signal_stack_drop(m->signal_stack);
    gf_stack_free_for_signals(m->signal_stack, GF_SIGNAL_STACK);
    m->signal_stack = NULL;
}

// --- Workers ---

static void set_thread_stack(struct g *g)
{
    void *low;
    size_t bytes;
    gf_os_thread_stack(&low, &bytes);
    g->stack_low = low;
    g->stack_top = g->stack_low + bytes;
}

// The thread runs no more goroutines.
static void leave_p(struct m *m)
{
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    gf_solo_acquires(NULL, NULL);
    struct p *p = gf_p(m) ? gf_release_p(m) : NULL;
    gf_unlock(&gf_sched.lock);
    if (p)
        gf_handoff_p(p);
}

static void *worker_main(void *arg)
{
    struct m *m = arg;
    // The monitor, whose threads inherit its mask, blocks everything.
    pthread_sigmask(SIG_SETMASK, &threads.mask, NULL);
    gf_m_adopt_this_thread(m);
    set_thread_stack(&m->g0);
    m->base = __builtin_frame_address(0);
#if GF_FIBERS
    m->g0.fiber = __tsan_get_current_fiber();
#endif
    gf_os_exact_timers();
    gf_store_relaxed(&m->in_runtime, 1); // relaxed: it has no P yet
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    gf_sched.starting_count--;
    gf_sched.starters -= m->next_p != NULL;
    gf_unlock(&gf_sched.lock);
    // Who found nothing to do while this thread was being made left the question to it.
    gf_check_deadlock();
    // A spare thread has been given nothing yet; the scheduler lists it as idle.
    if (m->next_p)
        gf_sleep_until_given(m);
    gf_schedule(m);
    leave_p(m);
    drop_signal_stack(m);
    go_self_m_ = NULL;
    gf_thread_leaves(m);
    return NULL;
}

int gf_m_start_thread(struct m *m)
{
    if (!gf_thread_count_one())
        return -EDQUOT;
    int saved = errno;
    int error = gf_os_thread_start(worker_main, m, GF_ASAN || GF_FIBERS ? 0 : WORKER_STACK);
    errno = saved;
    if (error) {
        gf_thread_count_none();
        gf_m_free(m);
    }
    return error;
}

// --- Threads without goroutines ---

int gf_m_start_helper(void *(*f)(void *m))
{
    struct m *m = gf_m_new();
    sigset_t all, old;
    // The program's signals go to its own threads.
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int error = gf_os_thread_start(f, m, HELPER_STACK);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (error) {
        gf_m_free(m);
        return error;
    }
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    gf_sched.helper_count++;
    gf_unlock(&gf_sched.lock);
    return 0;
}

void gf_m_become_helper(struct m *m)
{
    gf_m_adopt_this_thread(m);
    m->base = __builtin_frame_address(0);
    gf_store_relaxed(&m->foreign, true);
    gf_store_relaxed(&m->helper, true);
    gf_store_relaxed(&m->in_runtime, 1); // for ever
}

// Helper: 1. say that we are busy; 2. fence; 3. look at gf_freezing. Who stops all threads: 1. sets gf_freezing; 2. fence;
// 3. looks who is busy (gf_freeze_for_a_while).
bool gf_helper_begin(void)
{
    gf_add_relaxed(&gf_sched.busy_helpers, 1);
    gf_fence_seqcst();
    if (gf_likely(!gf_load_relaxed(&gf_freezing)))
        return true;
    gf_helper_end();
    return false;
}

void gf_helper_end(void)
{
    gf_sub_release(&gf_sched.busy_helpers, 1); // pairs with the acquire in gf_view_helpers_are_busy
}

// --- Main's thread ---

static void main_scheduler(void)
{
    struct m *m = gf_self();
    gf_switch_arrived(&m->g0);
    gf_schedule(m);
    // Main's thread cannot end without the process: a goroutine that was locked to it has ended, and it sleeps.
    leave_p(m);
    for (;;)
        gf_os_sleep(INT64_C(1000000000) * 3600);
}

static struct g *new_main_g(void)
{
    uint32_t number;
    struct g *g = gf_slab_new(&number);
    if (!g)
        gf_fatal("out of memory (goroutine allocation)");
    g->slot = number;
    g->id = 1;
    g->flags = GF_G_MAIN;
    g->fenv[0] = GF_ARCH_FENV_0;
    g->fenv[1] = GF_ARCH_FENV_1;
    set_thread_stack(g);
#if GF_FIBERS
    g->fiber = __tsan_get_current_fiber();
#endif
    gf_store_relaxed(&g->status, GF_RUNNING); // relaxed, as below: nobody else knows it
    gf_store_relaxed(&g->on_cpu, 1);
    return g;
}

// Main's thread becomes goroutine 1; its scheduler gets a stack of its own.
static struct m *adopt_main(void)
{
    struct m *m = gf_m_new();
    gf_m_adopt_this_thread(m);
    m->main_thread = true;
    struct gf_stack s = gf_stack_new(0);
    if (!s.low)
        gf_fatal("out of memory (stack allocation)");
    m->g0.stack_low = s.low;
    m->g0.stack_top = s.top;
    m->g0.sp = gf_arch_prepare(s.top, main_scheduler);
    gf_g_created(&m->g0);
    struct g *g = new_main_g();
    g->m = m;
    m->g = g;
    gf_os_exact_timers();
    gf_store_relaxed(&m->in_runtime, 1);
    gf_add_relaxed(&gf_sched.foreign_live, 1);
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    gf_sched.main_m = m;
    gf_sched.m_count++;
    gf_sched.blocked_count++; // it has no P until gf_wait_for_p
    gf_unlock(&gf_sched.lock);
    gf_wait_for_p(m);
    gf_solo_start();
    return m;
}

// --- Foreign threads ---

static void end_foreign(void *arg)
{
    struct m *m = arg;
    drop_signal_stack(m);
    go_self_m_ = NULL;
    gf_thread_leaves(m);
}

static struct m *adopt_foreign(void)
{
    struct m *m = gf_m_new();
    gf_m_adopt_this_thread(m);
    gf_store_relaxed(&m->foreign, true);
    m->g0.flags = GF_G_THREAD | GF_G_SYSTEM;
    m->g0.id = gf_add_relaxed(&gf_sched.next_id, 1); // relaxed: a counter
    gf_race_begins(&m->g0);
    set_thread_stack(&m->g0);
    gf_store_relaxed(&m->g0.status, GF_RUNNING); // relaxed: for reports
    gf_store_relaxed(&m->p_taken, 1);            // for ever, so that each entry looks who is solo
    gf_store_relaxed(&m->in_runtime, 1);
    gf_fence_compiler();
    gf_solo_end_for_outsider();
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    gf_sched.foreign_count++;
    gf_unlock(&gf_sched.lock);
    pthread_setspecific(threads.key, m);
    gf_sysmon_start();
    return m;
}

// --- Start ---

static void start_runtime(void)
{
    gf_slab_init(sizeof(struct g));
    gf_stack_init(gf_debug_key("noguardinstall") <= 0, gf_debug_key("guards"));
    gf_sched.has_membarrier = gf_os_membarrier_init();
    gf_solo_init();
    gf_crowd_init();
    gf_thread_count_init();
    gf_trim_init();
    gf_sched.migrate = gf_debug_key("migrate") > 0;
    gf_store_relaxed(&gf_sched.clock, gf_os_now()); // relaxed: coarse by nature
    gf_procs_init();
    pthread_key_create(&threads.key, end_foreign);
    pthread_sigmask(SIG_SETMASK, NULL, &threads.mask);
    sigdelset(&threads.mask, SIGURG);
    gf_preempt_init();
    gf_fork_init();
    gf_race_start();
    gf_schedtrace_init();
    gf_start_rooms();
}

static void start_once(void)
{
    uint32_t not_yet = START_NOT;
    // Acquire and release: pairs among the threads that race here.
    if (gf_cas_acqrel(&threads.state, &not_yet, START_RUNNING)) {
        start_runtime();
        gf_store_release(&threads.state, START_DONE);
    }
    while (gf_load_acquire(&threads.state) != START_DONE)
        gf_os_thread_yield();
}

struct m *gf_enter_first(void)
{
    // Starting reads files that may not be there; the caller's errno is not ours.
    int saved = errno;
    gf_fork_check();
    start_once();
    struct m *m = gf_os_tid() == gf_os_pid() && !gf_sched.main_m ? adopt_main() : adopt_foreign();
    errno = saved;
    return m;
}
