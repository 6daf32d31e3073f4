// SPDX-License-Identifier: MIT
// The handler, and what the system does with each signal. The handler runs on any thread at any instruction, a foreign
// one included, so it only changes atomics and writes to a descriptor. The program's own handler, if there was one before
// ours, is called after that.
//
// A stop that races with a signal. The two run these protocols, with a full barrier where it says so:
//
//     stop                                        handler
//     1. gives the signal its former effect       1. counts itself in (delivering)
//     2. clears its bit in wanted                 2. barrier
//     3. barrier                                  3. looks at wanted
//     4. waits until delivering is 0              4. set: marks the signal as pending, wakes the poller
//     5. delivers what is pending                 5. counts itself out
//                                                 6. was clear: sends the signal to its own thread once more
//
// If the handler finds the bit set, the stop waits for it in 4 and delivers the signal in 5. If it finds it clear, 1 has
// happened, so the signal sent anew has the former effect. Either way it is not lost. (Go's sigsend and
// signalWaitUntilIdle.)
//
// The order in a notify is the reverse: first the listener, then the bit, then the handler.
#include "signal/signal.h"

#include "os/os.h"
#include "sched/poller.h"

#include <errno.h>
#include <signal.h>

static struct {
    _Atomic(gf_signals) wanted;  // [atomic] those that have a listener; see above
    _Atomic(gf_signals) pending; // [atomic] caught and not yet delivered; acq_rel on both sides
    _Atomic(int) delivering;     // [atomic] handlers at work; see above
    gf_signals changed;          // [lock] notify.c's mutex: those whose `former` is to be restored
    // Written under that mutex, before the handler is installed, which reads it.
    struct sigaction former[GF_MOST_SIGNALS + 1];
    int event; // [const] once there is a handler
    struct gf_poll_source source;
} caught;

// --- The handler ---

static void call_former(int sig, siginfo_t *info, void *context)
{
    const struct sigaction *a = &caught.former[sig];
    if (a->sa_flags & SA_SIGINFO)
        a->sa_sigaction(sig, info, context);
    else if (a->sa_handler != SIG_DFL && a->sa_handler != SIG_IGN)
        a->sa_handler(sig);
}

static bool former_is_a_handler(int sig)
{
    const struct sigaction *a = &caught.former[sig];
    return (a->sa_flags & SA_SIGINFO) || (a->sa_handler != SIG_DFL && a->sa_handler != SIG_IGN);
}

// A fault of the instruction at hand, and a preemption, are not for listeners.
static bool is_of_the_runtime(int sig, const siginfo_t *info)
{
    switch (sig) {
    case SIGSEGV:
    case SIGBUS:
    case SIGFPE:
    case SIGILL:
    case SIGTRAP:
    case SIGSYS:
        return info->si_code > 0;
    case SIGURG:
        return info->si_code == SI_TKILL && info->si_pid == gf_os_pid();
    default:
        return false;
    }
}

static void leave_to_former(int sig, siginfo_t *info, void *context)
{
    if (former_is_a_handler(sig)) {
        call_former(sig, info, context);
        return;
    }
    // The instruction will fault again, and end the process.
    struct sigaction end = {.sa_handler = SIG_DFL};
    sigaction(sig, &end, NULL);
}

static void mark_pending(int sig)
{
    // Release: pairs with the acquire in gf_caught_take.
    gf_or_acqrel(&caught.pending, gf_signal_bit(sig));
    gf_os_event_raise(caught.event);
}

static void on_signal(int sig, siginfo_t *info, void *context)
{
    int saved = errno;
    gf_os_signals_reopen(context);
    if (is_of_the_runtime(sig, info)) {
        leave_to_former(sig, info, context);
        errno = saved;
        return;
    }
    gf_add_relaxed(&caught.delivering, 1); // relaxed: the barrier orders it
    gf_fence_seqcst();
    bool wanted = gf_load_relaxed(&caught.wanted) & gf_signal_bit(sig);
    if (wanted)
        mark_pending(sig);
    // Release: pairs with the acquire in await_handlers, which then sees the signal pending.
    gf_sub_release(&caught.delivering, 1);
    if (!wanted)
        gf_os_thread_signal(gf_os_tid(), sig);
    else if (former_is_a_handler(sig) && !gf_os_signal_is_ours(sig, &caught.former[sig]))
        call_former(sig, info, context);
    errno = saved;
}

gf_signals gf_caught_take(void)
{
    return gf_xchg_acqrel(&caught.pending, 0); // pairs with the release in mark_pending
}

// --- Dispositions ---

static struct g *on_event(struct gf_poll_source *s, uint32_t generation, uint32_t events)
{
    (void)s, (void)generation, (void)events;
    return gf_signals_deliver();
}

static void open_event(void)
{
    if (caught.source.wake)
        return;
    caught.event = gf_os_event_open();
    caught.source.wake = on_event;
    struct m *m = gf_enter();
    if (caught.event < 0 || gf_poller_add(caught.event, &caught.source, 0) != 0)
        gf_fatal("no descriptor for signals");
    gf_leave(m);
}

static void install(int sig)
{
    gf_signals bit = gf_signal_bit(sig);
    struct sigaction present;
    if (gf_os_signal_exchange(sig, NULL, &present) != 0)
        return; // cannot be caught
    bool ours = (present.sa_flags & SA_SIGINFO) && present.sa_sigaction == on_signal;
    if (!(caught.changed & bit))
        caught.former[sig] = present;
    caught.changed |= bit;
    if (!ours)
        gf_os_signal_handle(sig, on_signal, NULL);
}

void gf_catch(gf_signals set)
{
    open_event();
    gf_or_release(&caught.wanted, set); // before the handlers
    for (int sig = 1; sig <= GF_MOST_SIGNALS; sig++)
        if (set & gf_signal_bit(sig))
            install(sig);
}

static void set_ignored(int sig)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN}, old;
    if (gf_os_signal_exchange(sig, &ignore, &old) != 0)
        return; // cannot be caught
    if (!(caught.changed & gf_signal_bit(sig)))
        caught.former[sig] = old;
    caught.changed |= gf_signal_bit(sig);
}

// What the program has installed since stays.
static void restore(int sig)
{
    struct sigaction present;
    if (!(caught.changed & gf_signal_bit(sig)))
        return;
    caught.changed &= ~gf_signal_bit(sig);
    sigaction(sig, NULL, &present);
    bool ours = (present.sa_flags & SA_SIGINFO) ? present.sa_sigaction == on_signal
                                                : present.sa_handler == SIG_IGN;
    if (ours)
        sigaction(sig, &caught.former[sig], NULL);
}

static void await_handlers(void)
{
    // Acquire: pairs with the release in on_signal. A handler may have been preempted: give way.
    while (gf_load_acquire(&caught.delivering) != 0)
        go_yield();
}

void gf_catch_no_more(gf_signals set, bool ignore)
{
    for (int sig = 1; sig <= GF_MOST_SIGNALS; sig++) {
        if (!(set & gf_signal_bit(sig)))
            continue;
        if (ignore)
            set_ignored(sig);
        else
            restore(sig);
    }
    gf_and_relaxed(&caught.wanted, ~set); // relaxed: the barrier orders it
    gf_fence_seqcst();
    await_handlers();
}
