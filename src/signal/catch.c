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
//
// A handler that the system has begun before a stop may run after the next notify, so former effects are values that
// never change: each that the program has ever given to a signal is kept, once, and the table points to them.
#include "signal/signal.h"

#include "base/sanitize.h"
#include "os/os.h"
#include "sched/poller.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

struct effect {
    struct effect *next;
    struct sigaction action;
};

static struct {
    _Atomic(gf_signals) wanted;  // [atomic] those that have a listener; see above
    _Atomic(gf_signals) pending; // [atomic] caught and not yet delivered; acq_rel on both sides
    _Atomic(int) delivering;     // [atomic] handlers at work; see above
    gf_signals changed;          // [lock] notify.c's mutex: those whose `former` is to be restored
    struct effect *effects;      // [lock] the same: all that there have been
    // [atomic] set under that mutex before the handler is installed; release, acquire in the handler
    _Atomic(const struct sigaction *) former[GF_MOST_SIGNALS + 1];
    int event; // [const] once there is a handler
    struct gf_poll_source source;
} caught;

// --- The handler ---

static bool is_a_handler(const struct sigaction *a)
{
    return (a->sa_flags & SA_SIGINFO) || (a->sa_handler != SIG_DFL && a->sa_handler != SIG_IGN);
}

static void call(const struct sigaction *a, int sig, siginfo_t *info, void *context)
{
    if (a->sa_flags & SA_SIGINFO)
        a->sa_sigaction(sig, info, context);
    else
        a->sa_handler(sig);
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

static void leave_to(const struct sigaction *former, int sig, siginfo_t *info, void *context)
{
    if (is_a_handler(former)) {
        call(former, sig, info, context);
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

static bool is_wanted(int sig)
{
    return gf_load_relaxed(&caught.wanted) & gf_signal_bit(sig); // relaxed: a barrier orders it
}

// Returns whether somebody listens.
static bool receive(int sig)
{
    gf_add_relaxed(&caught.delivering, 1); // relaxed: the barrier orders it
    gf_fence_seqcst();
    bool wanted = is_wanted(sig);
    if (wanted)
        mark_pending(sig);
    // Release: pairs with the acquire in await_handlers, which then sees the signal pending.
    gf_sub_release(&caught.delivering, 1);
    return wanted;
}

static void on_signal(int sig, siginfo_t *info, void *context);

static bool is_on_signal(const struct sigaction *a)
{
    return (a->sa_flags & SA_SIGINFO) && a->sa_sigaction == on_signal;
}

// Nobody listens any more: the signal has its former effect. If that is still this handler, somebody has saved it and put
// it back after the stop, as system(3) does; a notify at the same time has set the bit and relies on the handler.
static void send_anew(const struct sigaction *former, int sig)
{
    struct sigaction present;
    if (gf_os_signal_exchange(sig, NULL, &present) == 0 && is_on_signal(&present)) {
        gf_os_signal_exchange(sig, former, NULL);
        gf_fence_seqcst();
        if (is_wanted(sig))
            gf_os_signal_exchange(sig, &present, NULL);
    }
    gf_os_thread_signal(gf_os_tid(), sig);
}

static void on_signal(int sig, siginfo_t *info, void *context)
{
    int saved = errno;
    // Acquire: pairs with the release in remember.
    const struct sigaction *former = gf_load_acquire(&caught.former[sig]);
    gf_os_signals_reopen(context);
    if (is_of_the_runtime(sig, info))
        leave_to(former, sig, info, context);
    else if (!receive(sig))
        send_anew(former, sig);
    else if (is_a_handler(former) && !gf_os_signal_is_ours(sig, former))
        call(former, sig, info, context);
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
    gf_expect_signals();
    caught.event = gf_os_event_open();
    caught.source.wake = on_event;
    struct m *m = gf_enter();
    if (caught.event < 0 || gf_poller_add(caught.event, &caught.source, 0) != 0)
        gf_fatal("no descriptor for signals");
    gf_leave(m);
}

// Whether it is one of the two effects that signals are given here.
static bool is_given_here(const struct sigaction *a)
{
    return is_on_signal(a) || (!(a->sa_flags & SA_SIGINFO) && a->sa_handler == SIG_IGN);
}

static bool are_equal(const struct sigaction *a, const struct sigaction *b)
{
    return a->sa_handler == b->sa_handler && a->sa_flags == b->sa_flags &&
           memcmp(&a->sa_mask, &b->sa_mask, sizeof a->sa_mask) == 0;
}

static const struct sigaction *keep_effect(const struct sigaction *a)
{
    struct effect *e = caught.effects;
    while (e && !are_equal(&e->action, a))
        e = e->next;
    if (e)
        return &e->action;
    e = malloc(sizeof *e);
    if (!e)
        gf_fatal("out of memory (signal)");
    *e = (struct effect){.next = caught.effects, .action = *a};
    caught.effects = e;
    return &e->action;
}

// What the program has the signal do is its former effect from now on.
static void remember(int sig, const struct sigaction *present)
{
    bool is_known = (caught.changed & gf_signal_bit(sig)) ? is_given_here(present)
                                                          : is_on_signal(present);
    if (!is_known)
        gf_store_release(&caught.former[sig], keep_effect(present));
    caught.changed |= gf_signal_bit(sig);
}

static void install(int sig)
{
    struct sigaction present;
    if (gf_os_signal_exchange(sig, NULL, &present) != 0)
        return; // cannot be caught
    remember(sig, &present);
    if (!is_on_signal(&present))
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
    struct sigaction ignore = {.sa_handler = SIG_IGN}, present;
    if (gf_os_signal_exchange(sig, &ignore, &present) != 0)
        return; // cannot be caught
    remember(sig, &present);
}

// What the program has installed since stays.
static void restore(int sig)
{
    struct sigaction present;
    if (!(caught.changed & gf_signal_bit(sig)))
        return;
    caught.changed &= ~gf_signal_bit(sig);
    sigaction(sig, NULL, &present);
    if (is_given_here(&present)) // relaxed: only we write it
        sigaction(sig, gf_load_relaxed(&caught.former[sig]), NULL);
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
