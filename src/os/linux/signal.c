// SPDX-License-Identifier: MIT
// Signal handlers and the stacks they run on. Handlers of the runtime run on an alternate stack, for the one of a
// goroutine may be the very thing that has overflowed; a thread that brings its own alternate stack keeps it.
#include "base/sanitize.h"
#include "os/os.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { KERNEL_MASK = (NSIG - 1) / 8 }; // bytes of a mask as the kernel knows it

int gf_os_signal_stack_set(void *p, size_t bytes)
{
    stack_t old;
    if (sigaltstack(NULL, &old) == 0 && !(old.ss_flags & SS_DISABLE))
        return 0;
    stack_t stack = {.ss_sp = p, .ss_size = bytes};
    return sigaltstack(&stack, NULL) == 0 ? 0 : -errno;
}

void gf_os_signal_stack_drop(const void *p)
{
    stack_t now, none = {.ss_flags = SS_DISABLE};
    if (sigaltstack(NULL, &now) == 0 && now.ss_sp == p)
        sigaltstack(&none, NULL);
}

// Whether this thread is between the two that follow. Handlers that run there leave the mask alone, or a signal could come in their
// course, and be kept back all the same.
static _Thread_local bool is_blocking;

// Masks by the system call itself: the sanitizer must not see it. Nor how these two use the stack, which may already be
// another fiber's to it.
GF_RACY_BY_DESIGN uint64_t gf_os_signals_block(void)
{
    uint64_t all = ~UINT64_C(0), blocked = 0;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &blocked, KERNEL_MASK);
    is_blocking = true;
    return blocked;
}

GF_RACY_BY_DESIGN void gf_os_signals_restore(uint64_t blocked)
{
    is_blocking = false;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &blocked, NULL, KERNEL_MASK);
}

void gf_os_signals_reopen(const ucontext_t *interrupted)
{
    if (GF_FIBERS && !is_blocking)
        syscall(SYS_rt_sigprocmask, SIG_SETMASK, &interrupted->uc_sigmask, NULL, KERNEL_MASK);
}

// Libc has room for 1,024 signals in a mask, of which the kernel fills 64; behind them lies what was on libc's stack. To
// the search for leaks that is pointers, if it is kept.
static void drop_rest_of_mask(struct sigaction *a)
{
    memset((char *)&a->sa_mask + KERNEL_MASK, 0, sizeof a->sa_mask - KERNEL_MASK);
}

int gf_os_signal_exchange(int sig, const struct sigaction *action, struct sigaction *old)
{
    if (sigaction(sig, action, old) != 0)
        return -errno;
    if (old)
        drop_rest_of_mask(old);
    return 0;
}

// The handlers of the runtime: the first that was installed for each signal. [const] after the start.
static gf_os_signal_handler *handlers[NSIG];

int gf_os_signal_handle(int sig, gf_os_signal_handler *f, struct sigaction *old)
{
    struct sigaction action = {.sa_sigaction = f, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART};
    sigemptyset(&action.sa_mask);
    if (!handlers[sig])
        handlers[sig] = f;
    return gf_os_signal_exchange(sig, &action, old);
}

gf_os_signal_handler *gf_os_signal_go_between(int sig, gf_os_signal_handler *f)
{
    // As the kernel has it: the handler comes first, and nothing else is looked at.
    struct {
        gf_os_signal_handler *handler;
        unsigned long rest[8];
    } action;
    if (syscall(SYS_rt_sigaction, sig, NULL, &action, KERNEL_MASK) != 0)
        return NULL;
    gf_os_signal_handler *former = action.handler;
    action.handler = f;
    return syscall(SYS_rt_sigaction, sig, &action, NULL, KERNEL_MASK) == 0 ? former : NULL;
}

bool gf_os_signal_is_ours(int sig, const struct sigaction *a)
{
    return (a->sa_flags & SA_SIGINFO) && a->sa_sigaction == handlers[sig];
}
