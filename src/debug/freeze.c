// SPDX-License-Identifier: MIT
// Each thread gets a signal that is used for nothing else, in whose handler it unwinds itself, on its signal
// stack, from where the signal found it, hangs the result into a list and sleeps. So the record needs no memory but
// that stack, and a goroutine can be shown wherever it is: computing, in libc, blocked in the kernel, or preempted,
// that is, held in the handler of SIGURG. A thread that does not answer in time (it blocks the signal, or waits for
// a disk) is shown without its stack. One that is found inside malloc is let go and asked again soon, for it may
// hold a lock there that the reader of symbols needs, or leave the heap half changed.
//
// gf_freezing is set first: a thread that sees it, also in the handler of SIGURG, stops by itself. The runtime's helpers,
// which take no signals, look at it before whatever they do, and who stops the threads for a while waits for them.
//
// For a while: the sleepers wait for the round to end. They touch neither the list nor anything else of the round
// when they wake, so the next may begin before the last of them has left. A call that the signal found in the kernel
// is restarted by it, but for those that never are (nanosleep, poll): they end early, with EINTR.
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
#include <limits.h>
#include <signal.h>
#include <unistd.h>

// Power failure: nobody sends it to a program, and one that handled it is about to end.
enum { FREEZE = SIGPWR };
// A thread that could run but gets no processor is waited for longest.
enum { MOST_WAIT_NS = 110 * 1000 * 1000, PATIENCE_NS = 100 * 1000 * 1000, LOOK_NS = 50 * 1000 };
static const int64_t MOST_WAIT_FOR_AWAKE_NS = 2000000000;
// Of a stop for a while. A thread that sleeps and has not answered for so long takes no signals.
enum { DEAF_NS = 20 * 1000 * 1000, LONGEST_LOOK_NS = 2 * 1000 * 1000, MOST_THREADS = 16384 };

_Atomic(bool) gf_freezing;

static struct {
    _Atomic(int) reporter;             // thread id; relaxed: set before the signals are sent
    _Atomic(struct gf_frozen *) first; // release by who adds, pairs with the reporter's acquire
    _Atomic(bool) patient;             // threads in malloc are let go; relaxed: a hint
    // Odd while threads are stopped for a while. [atomic] release by the one that stops them, acquire by the sleepers
    _Atomic(uint32_t) round;
} freeze;

static void publish(struct gf_frozen *f)
{
    f->next = gf_load_relaxed(&freeze.first); // relaxed: the exchange below checks it
    while (!gf_cas_acqrel(&freeze.first, &f->next, f))
        continue;
}

static void sleep_through(uint32_t round)
{
    bool for_good = round % 2 == 0;
    while (for_good)
        pause();
    while (gf_load_acquire(&freeze.round) == round) // pairs with the release in gf_thaw
        gf_os_futex_wait(&freeze.round, round, INT64_MAX);
}

// Whether the calling thread is in the middle of what must not be seen half done.
static bool is_busy(const struct gf_trace *trace, bool for_good)
{
    const struct m *m = gf_view_current_thread();
    return (gf_load_relaxed(&freeze.patient) && gf_allocator_is_on(trace, !for_good)) ||
           (!for_good && m && gf_view_thread_is_inside(m));
}

void gf_freeze(void *ucontext)
{
    struct gf_frozen self;
    uint32_t round = gf_load_acquire(&freeze.round); // pairs with the release in begin
    self.tid = gf_os_tid();
    if (self.tid == gf_load_relaxed(&freeze.reporter) || !gf_load_relaxed(&gf_freezing))
        return;
    self.g = gf_view_current();
    gf_unwind_interrupted(&self.trace);
    if (is_busy(&self.trace, round % 2 == 0))
        return;
    self.sp = gf_arch_fault_at(ucontext).sp;
    self.register_count = gf_arch_registers(ucontext, self.registers);
    publish(&self);
    sleep_through(round);
}

static void on_freeze(int sig, siginfo_t *info, void *context)
{
    (void)sig, (void)info;
    int saved = errno;
    gf_freeze(context);
    errno = saved;
}

const struct gf_frozen *gf_freeze_list(void)
{
    return gf_load_acquire(&freeze.first); // pairs with publish
}

static bool is_in(const struct gf_frozen *first, int tid)
{
    for (const struct gf_frozen *f = first; f; f = f->next)
        if (f->tid == tid)
            return true;
    return false;
}

static void begin(uint32_t round)
{
    gf_store_relaxed(&freeze.reporter, gf_os_tid());
    gf_store_relaxed(&freeze.patient, true);
    gf_store_relaxed(&freeze.first, NULL);
    gf_store_release(&freeze.round, round);
    gf_store_relaxed(&gf_freezing, true); // relaxed: the signals come after it
    gf_os_signal_handle(FREEZE, on_freeze, NULL);
    gf_fence_seqcst();
}

// --- For good ---

// Asks all that have not answered; returns how many. *awake: how many of them do not sleep in the kernel. Helpers take
// no signals, and stop by themselves.
static uint32_t signal_others(int self, uint32_t *awake)
{
    uint32_t n = 0;
    *awake = 0;
    for (const struct m *m = gf_view_next_thread(NULL); m; m = gf_view_next_thread(m)) {
        int tid = gf_view_thread_id(m);
        if (tid == 0 || tid == self || gf_view_thread_is_helper(m) || is_in(gf_freeze_list(), tid))
            continue;
        bool sleeps = gf_os_thread_sleeps(tid);
        if (gf_os_thread_signal(tid, FREEZE) != 0)
            continue;
        n++;
        *awake += !sleeps;
    }
    return n;
}

void gf_freeze_others(void)
{
    // A round that is going on stays one: its sleepers are stopped, and nobody wakes them.
    begin((gf_load_relaxed(&freeze.round) + 1) & ~UINT32_C(1));
    int64_t start = gf_os_now(), passed = 0;
    uint32_t awake;
    while (signal_others(gf_os_tid(), &awake) > 0 &&
           passed < (awake > 0 ? MOST_WAIT_FOR_AWAKE_NS : MOST_WAIT_NS)) {
        gf_os_sleep(LOOK_NS);
        passed = gf_os_now() - start;
        gf_store_relaxed(&freeze.patient, passed < PATIENCE_NS);
    }
}

// --- For a while ---

static bool is_helper(int tid)
{
    for (const struct m *m = gf_view_next_thread(NULL); m; m = gf_view_next_thread(m))
        if (gf_view_thread_id(m) == tid)
            return gf_view_thread_is_helper(m);
    return false;
}

// Asks all threads of the process that have not answered. Returns how many there are, negative if that cannot be told;
// *awake, how many of them run. None are left only if all had answered before they were listed: one that answers later
// may have started another meanwhile, as may a helper, or one that has ended. The list stops short at a thread that ends
// under it.
static int ask_all(int *awake)
{
    static int tids[MOST_THREADS]; // one caller at a time
    const struct gf_frozen *answers = gf_freeze_list();
    bool helpers_are_busy = gf_view_helpers_are_busy();
    int n = gf_os_thread_list(tids, MOST_THREADS), self = gf_os_tid();
    int count = gf_os_thread_count(), open = count >= 0 && count != n;
    *awake = open;
    for (int i = 0; i < n; i++) {
        if (tids[i] == self || is_in(answers, tids[i]) || (is_helper(tids[i]) && !helpers_are_busy))
            continue;
        bool sleeps = gf_os_thread_sleeps(tids[i]);
        gf_os_thread_signal(tids[i], FREEZE); // a helper has it blocked, for ever
        open++;
        *awake += !sleeps;
    }
    return n < 0 ? n : open;
}

bool gf_freeze_for_a_while(int64_t nanoseconds)
{
    int64_t start = gf_os_now(), pause = LOOK_NS, passed = 0;
    int awake, open;
    gf_allocator_find();
    begin(gf_load_relaxed(&freeze.round) + 1); // even before: all are awake
    while ((open = ask_all(&awake)) > 0 && passed <= nanoseconds &&
           (awake > 0 || passed <= DEAF_NS)) {
        gf_os_sleep(pause);
        pause = pause < LONGEST_LOOK_NS ? pause * 2 : pause;
        passed = gf_os_now() - start;
    }
    if (open == 0 || (open > 0 && awake == 0))
        return true;
    gf_thaw();
    return false;
}

void gf_thaw(void)
{
    gf_store_relaxed(&gf_freezing, false); // relaxed: the round's number orders it
    gf_store_release(&freeze.round, gf_load_relaxed(&freeze.round) + 1);
    gf_os_futex_wake(&freeze.round, INT_MAX);
}

const struct gf_frozen *gf_freeze_find(const struct g *g, uintptr_t low, uintptr_t top,
                                       bool running)
{
    const struct gf_frozen *first = gf_freeze_list();
    for (const struct gf_frozen *f = first; f; f = f->next)
        if (low && f->trace.sp >= low && f->trace.sp <= top)
            return f;
    for (const struct gf_frozen *f = first; f && running; f = f->next)
        if (f->g == g)
            return f;
    return NULL;
}
