// SPDX-License-Identifier: MIT
// The shield: while a report is written, the fault signals, SIGABRT and an alarm clock lead back to the place
// that started the risky part. Symbols are read by a library that allocates memory, in a process whose heap
// may be what broke, whose stopped threads may hold the allocator's lock; stacks are walked that may have been
// overwritten. Each such part runs in gf_shield_run, and the report goes on with less when it fails.
//
// The handlers of the program and the runtime are gone from gf_shield_begin on: the process ends anyway. Once
// the report has left the thread's stacks, the shield's handlers run on a signal stack of their own, for the
// interrupted stack may be the one that has no room left, and the thread's signal stack may hold the handler
// that the report is called from.
//
// Rejected: reading symbols in a child process, since fork takes the allocator's locks too.
#include "debug/shield.h"

#include "arch/arch.h"
#include "base/atomic.h"
#include "base/compiler.h"
#include "base/sanitize.h"
#include "os/os.h"

#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

enum { SECONDS = 3, SIGNAL_STACK = 64 << 10 };

static const int caught[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGALRM};
enum { CAUGHT = sizeof caught / sizeof caught[0] };

static struct {
    _Atomic(int) tid; // the reporting thread; relaxed: other threads only compare it with their own
    void **escape;    // [owner] the reporting thread; NULL: nothing risky is running
    sigset_t old_mask;
} shield;

static char signal_stack[SIGNAL_STACK] __attribute__((aligned(16)));

// The bottom frame of a stack that is only ever visited.
static void unreachable(void)
{
    __builtin_trap();
}

// An unwinder looks at the byte before a return address, which must be the bottom function's too.
void gf_call_on_stack(char *stack, size_t bytes, void (*f)(void *arg), void *arg)
{
    char *top = stack + (bytes & ~(size_t)15);
    void (*inside)(void) = (void (*)(void))((char *)unreachable + 1);
    gf_arch_visit(gf_arch_prepare(top, inside), f, arg);
}

static void set_alarm(int seconds)
{
    struct itimerval t = {.it_value = {.tv_sec = seconds}};
    setitimer(ITIMER_REAL, &t, NULL);
}

// On another thread than the reporter's: a fault there stops the thread, the alarm is passed on.
static void elsewhere(int sig, int reporter)
{
    if (sig == SIGALRM) {
        gf_os_thread_signal(reporter, sig);
        return;
    }
    for (;;)
        pause();
}

// jump.S's setjmp, whatever the compiler: glibc's longjmp is intercepted by the address sanitizer, which then
// allocates memory. For the same reason the handler is not instrumented: a call that does not return is marked by
// one that does.
int go_try_set_(void **jump) __attribute__((returns_twice));

__attribute__((no_sanitize("address"))) static void on_signal(int sig, siginfo_t *info,
                                                              void *context)
{
    (void)info, (void)context;
    int reporter = gf_load_relaxed(&shield.tid);
    if (gf_os_tid() != reporter)
        elsewhere(sig, reporter);
    else if (shield.escape)
        gf_arch_longjmp((struct gf_jump_buf *)shield.escape, 1);
    else if (sig != SIGALRM)
        gf_os_exit_process(2); // the report itself is broken
}

void gf_shield_begin(void)
{
    gf_store_relaxed(&shield.tid, gf_os_tid());
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigset_t open;
    sigemptyset(&open);
    for (int i = 0; i < CAUGHT; i++) {
        sigaction(caught[i], &action, NULL);
        sigaddset(&open, caught[i]);
    }
    pthread_sigmask(SIG_UNBLOCK, &open, &shield.old_mask);
}

void gf_shield_use_own_stack(void)
{
    stack_t own = {.ss_sp = signal_stack, .ss_size = sizeof signal_stack};
    sigaltstack(&own, NULL);
}

void gf_shield_end(void)
{
    pthread_sigmask(SIG_SETMASK, &shield.old_mask, NULL);
}

// After an escape: the signal that led to it is blocked, and what lies below the stack pointer is nobody's.
static void clean_up(const sigset_t *mask)
{
    enum { MOST_STACK = 256 << 10 };
    pthread_sigmask(SIG_SETMASK, mask, NULL);
    gf_asan_unpoison((char *)gf_arch_sp() - MOST_STACK, MOST_STACK);
}

GF_NOINLINE bool gf_shield_run(void (*f)(void *arg), void *arg)
{
    void *escape[sizeof(struct gf_jump_buf) / sizeof(void *)], **volatile outer = shield.escape;
    volatile bool whole = false; // survives the jump, as outer does
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    if (go_try_set_(escape) == 0) {
        shield.escape = escape;
        gf_fence_compiler();
        set_alarm(SECONDS);
        f(arg);
        gf_fence_compiler();
        whole = true;
    } else {
        clean_up(&mask);
    }
    shield.escape = outer;
    set_alarm(outer ? SECONDS : 0);
    return whole;
}
