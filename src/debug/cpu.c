// SPDX-License-Identifier: MIT
// The CPU profile: each thread has a timer of its own on its own CPU clock, so that all of them are sampled fairly,
// wherever the kernel would have delivered a process-wide timer's signal. The signal is SIGPROF; its handler unwinds
// what it has interrupted and puts the stack aside, without a lock. A helper looks now and then for new threads, by the
// kernel's list, for the program may start some that gofer does not know.
#include "debug/cpu.h"

#include "os/os.h"
#include "sched/view.h"

#include <errno.h>
#include <gofer/go.h>
#include <gofer/time.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { MOST_THREADS = 4096, LOOK_NS = 20000000, CLOCK_OF_THREAD = 6 };

struct watched {
    int tid;
    int timer; // the kernel's id
};

static struct {
    _Atomic(struct gf_samples *)
        samples; // NULL: off. [atomic] release by start and stop, acquire by the handler
    _Atomic(uint32_t)
        looking;    // the helper is at work; relaxed: both sides only wait for it to change
    int64_t period; // [const] while on
    struct watched thread[MOST_THREADS]; // [owner] start, then the helper
    int count;
} cpu;

static void on_sigprof(int sig, siginfo_t *info, void *context)
{
    struct gf_trace trace;
    int saved = errno;
    (void)sig, (void)info, (void)context;
    struct gf_samples *samples = gf_load_acquire(&cpu.samples);
    if (samples) {
        struct gf_view v = {.name = NULL};
        const struct g *g = gf_view_current();
        gf_unwind_interrupted(&trace);
        if (g)
            gf_view_read(g, &v);
        gf_samples_add(samples, &trace, v.name, 1, cpu.period);
    }
    errno = saved;
}

static bool is_watched(int tid)
{
    for (int i = 0; i < cpu.count; i++)
        if (cpu.thread[i].tid == tid)
            return true;
    return false;
}

// The clock of another thread is named by its id (Linux's encoding).
static int watch(int tid)
{
    clockid_t clock = (clockid_t)(~(unsigned)tid << 3 | CLOCK_OF_THREAD);
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGPROF};
    struct timespec period = {cpu.period / GO_SECOND, cpu.period % GO_SECOND};
    struct itimerspec setting = {.it_interval = period, .it_value = period};
    struct watched w = {.tid = tid};
    event._sigev_un._tid = tid;
    if (syscall(SYS_timer_create, clock, &event, &w.timer) != 0)
        return -errno;
    syscall(SYS_timer_settime, w.timer, 0, &setting, NULL);
    cpu.thread[cpu.count++] = w;
    return 0;
}

static int watch_new_threads(void)
{
    static int tids[MOST_THREADS];
    int n = gf_os_thread_list(tids, MOST_THREADS), error = 0;
    for (int i = 0; i < n && cpu.count < MOST_THREADS; i++)
        if (!is_watched(tids[i])) {
            int e = watch(tids[i]);
            error = e == -EINVAL ? error : e ? e : error; // EINVAL: the thread has just ended
        }
    return error;
}

static void unwatch_all(void)
{
    for (int i = 0; i < cpu.count; i++)
        syscall(SYS_timer_delete, cpu.thread[i].timer);
    cpu.count = 0;
}

static void look_for_threads(void)
{
    while (gf_load_acquire(&cpu.samples)) {
        watch_new_threads();
        go_sleep(LOOK_NS);
    }
    unwatch_all();
    gf_store_relaxed(&cpu.looking, 0);
}

static void start_helper(void)
{
    const struct go_call call = {.fn = (void *)look_for_threads};
    struct m *m = gf_enter();
    gf_spawn(m, &call, NULL, NULL, true);
    gf_leave(m);
}

int gf_cpu_start(struct gf_samples *samples, int64_t period)
{
    uint32_t no = 0;
    if (!gf_cas_acquire(&cpu.looking, &no, 1))
        return -EBUSY;
    cpu.period = period;
    gf_os_signal_handle(SIGPROF, on_sigprof, NULL);
    gf_store_release(&cpu.samples, samples);
    int error = watch_new_threads();
    if (error && cpu.count == 0) {
        gf_store_release(&cpu.samples, NULL);
        gf_store_relaxed(&cpu.looking, 0);
        return error;
    }
    start_helper();
    return 0;
}

void gf_cpu_stop(void)
{
    gf_store_release(&cpu.samples, NULL);
    while (gf_load_relaxed(&cpu.looking))
        go_sleep(GO_MILLISECOND);
}
