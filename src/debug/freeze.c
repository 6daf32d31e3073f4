// SPDX-License-Identifier: MIT
// Each thread gets a signal that is used for nothing else, in whose handler it unwinds itself, on its signal
// stack, from where the signal found it, hangs the result into a list and sleeps for ever. So the record needs no
// memory but that stack, and a goroutine can be shown wherever it is: computing, in libc, blocked in the kernel,
// or preempted, that is, held in the handler of SIGURG. A thread that does not answer in time (it blocks the
// signal, or waits for a disk) is shown without its stack. One that is found inside malloc is let go and asked
// again soon, for it may hold a lock there that the reader of symbols needs.
//
// gf_freezing is set first: a thread that sees it, also in the handler of SIGURG, stops by itself.
//
// Which goroutine a stopped thread was on is told by its stack pointer: in the middle of a switch the thread's
// own idea is already the next one. Only threads whose goroutine has no known bounds are told by that idea.
#include "debug/freeze.h"

#include "base/atomic.h"
#include "base/hooks.h"
#include "debug/allocator.h"
#include "os/os.h"
#include "sched/view.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

// Power failure: nobody sends it to a program, and one that handled it is about to end.
enum { FREEZE = SIGPWR };
enum { MOST_WAIT_NS = 110 * 1000 * 1000, PATIENCE_NS = 100 * 1000 * 1000, LOOK_NS = 50 * 1000 };

_Atomic(bool) gf_freezing;

struct frozen {
    struct frozen *next;
    int tid;
    const struct g *g; // what the thread thought it ran
    struct gf_trace trace;
};

static struct {
    _Atomic(int) reporter;          // thread id; relaxed: set before the signals are sent
    _Atomic(struct frozen *) first; // release by who adds, pairs with the reporter's acquire
    _Atomic(bool) patient;          // threads in malloc are let go; relaxed: a hint
} freeze;

static void publish(struct frozen *f)
{
    f->next = gf_load_relaxed(&freeze.first); // relaxed: the exchange below checks it
    while (!gf_cas_acqrel(&freeze.first, &f->next, f))
        continue;
}

void gf_freeze(void *ucontext)
{
    struct frozen self;
    (void)ucontext;
    self.tid = gf_os_tid();
    if (self.tid == gf_load_relaxed(&freeze.reporter))
        return;
    self.g = gf_view_current();
    gf_unwind_interrupted(&self.trace);
    if (gf_load_relaxed(&freeze.patient) && gf_allocator_is_on(&self.trace, false))
        return;
    publish(&self);
    for (;;)
        pause();
}

static void on_freeze(int sig, siginfo_t *info, void *context)
{
    (void)sig, (void)info;
    int saved = errno;
    gf_freeze(context);
    errno = saved;
}

static bool has_answered(int tid)
{
    for (struct frozen *f = gf_load_acquire(&freeze.first); f; f = f->next) // pairs with publish
        if (f->tid == tid)
            return true;
    return false;
}

// Asks all that have not answered; returns how many. The monitor takes no signals, and stops by itself.
static uint32_t signal_others(int self)
{
    uint32_t n = 0;
    for (const struct m *m = gf_view_next_thread(NULL); m; m = gf_view_next_thread(m)) {
        int tid = gf_view_thread_id(m);
        if (tid == 0 || tid == self || gf_view_thread_is_monitor(m) || has_answered(tid))
            continue;
        if (gf_os_thread_signal(tid, FREEZE) == 0)
            n++;
    }
    return n;
}

void gf_freeze_others(void)
{
    int self = gf_os_tid();
    gf_store_relaxed(&freeze.reporter, self);
    gf_store_relaxed(&freeze.patient, true);
    gf_store_relaxed(&gf_freezing, true); // relaxed: the signals come after it
    gf_os_signal_handle(FREEZE, on_freeze, NULL);
    gf_fence_seqcst();
    int64_t start = gf_os_now(), passed = 0;
    while (signal_others(self) > 0 && passed < MOST_WAIT_NS) {
        gf_os_sleep(LOOK_NS);
        passed = gf_os_now() - start;
        gf_store_relaxed(&freeze.patient, passed < PATIENCE_NS);
    }
}

const struct gf_trace *gf_freeze_trace(const struct g *g, uintptr_t low, uintptr_t top,
                                       bool running)
{
    const struct frozen *first = gf_load_acquire(&freeze.first); // pairs with publish
    for (const struct frozen *f = first; f; f = f->next)
        if (low && f->trace.sp >= low && f->trace.sp <= top)
            return &f->trace;
    for (const struct frozen *f = first; f && running; f = f->next)
        if (f->g == g)
            return &f->trace;
    return NULL;
}
