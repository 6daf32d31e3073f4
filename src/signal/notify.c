// SPDX-License-Identifier: MIT
// Who gets which signal. One mutex puts all changes in order; goroutines wait for it as for any other. What the system
// does with a signal follows from the listeners: it is caught as long as there is one.
#include "panic/misuse.h"
#include "signal/signal.h"

#include <gofer/sync.h>

static go_mutex changes;

// Those that only a program which names them can mean.
static bool has_to_be_named(int sig)
{
    switch (sig) {
    case SIGSEGV:
    case SIGBUS:
    case SIGFPE:
    case SIGILL:
    case SIGTRAP:
    case SIGURG:
        return true;
    default:
        // The C library's own lie between the system's and the first that it leaves to programs.
        return sig >= 32 && sig < SIGRTMIN;
    }
}

static gf_signals all(void)
{
    gf_signals set = 0;
    for (int sig = 1; sig <= GF_MOST_SIGNALS; sig++)
        if (!has_to_be_named(sig))
            set |= gf_signal_bit(sig);
    return set & ~gf_signal_bit(SIGKILL) & ~gf_signal_bit(SIGSTOP);
}

// The first element of the array is not one.
static gf_signals set_of(const int *sigs, size_t n)
{
    gf_signals set = n ? 0 : all();
    for (size_t i = 1; i <= n; i++)
        if (sigs[i] >= 1 && sigs[i] <= GF_MOST_SIGNALS)
            set |= gf_signal_bit(sigs[i]);
    return set;
}

void go_signal_notify_(struct go_chan *c, const int *sigs, size_t n)
{
    if (gf_unlikely(!c))
        gf_panic_runtime("os/signal: Notify using nil channel");
    gf_signals set = set_of(sigs, n);
    if (!set)
        return;
    go_mutex_lock(&changes);
    gf_listen(c, set);
    gf_catch(set);
    go_mutex_unlock(&changes);
}

void go_signal_stop_(struct go_chan *c)
{
    go_mutex_lock(&changes);
    gf_signals set = gf_listened_by(c);
    if (set) {
        gf_catch_no_more(set & ~gf_listened_by_others(c), false);
        gf_listen_no_more(c, set);
    }
    go_mutex_unlock(&changes);
}

static void take_from_all(gf_signals set, bool ignore)
{
    go_mutex_lock(&changes);
    gf_catch_no_more(set, ignore);
    gf_listen_no_more(NULL, set);
    go_mutex_unlock(&changes);
}

void go_signal_ignore_(const int *sigs, size_t n)
{
    take_from_all(set_of(sigs, n), true);
}

void go_signal_reset_(const int *sigs, size_t n)
{
    take_from_all(set_of(sigs, n), false);
}

bool go_signal_ignored(int sig)
{
    struct sigaction present;
    return sigaction(sig, NULL, &present) == 0 && !(present.sa_flags & SA_SIGINFO) &&
           present.sa_handler == SIG_IGN;
}
