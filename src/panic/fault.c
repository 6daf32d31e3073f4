// SPDX-License-Identifier: MIT
// Faults: SIGSEGV, SIGBUS and SIGFPE that the program's own instructions raise. What becomes of one, in this order:
//
//   1. It is no fault of a goroutine: sent by kill, or on a thread that gofer does not know. The handler that the
//      program had installed before gets it, or the system's default.
//   2. The address is in the guard below the running goroutine's own stack: "fatal error: stack overflow".
//   3. The program had installed a handler: it is called, as if gofer were not there. (Sanitizers install theirs
//      in every program; those do not count.)
//   4. The thread was inside the runtime, or on a scheduler's stack: fatal.
//   5. A try would catch it, but a library's function stands between: fatal, for that may hold a lock.
//   6. It is a panic, which starts on the goroutine's own stack as if the faulting instruction had called a function.
//
// 1 to 4 are decided in the handler, on the signal stack, where little can be done; so is whether the goroutine's stack
// has room to go on. The handler then makes the interrupted context land in on_landing, and returns; that restores the
// signal mask and leaves the signal stack for the next fault.
//
// An access that the compiler has optimised away raises nothing, and one that it has proved to be undefined may do
// anything; only those that it has kept are caught.
#include "arch/context.h"
#include "base/hooks.h"
#include "mem/stack.h"
#include "os/os.h"
#include "panic/frames.h"
#include "panic/panic.h"

#include <errno.h>

static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE};
enum { SIGNALS = sizeof signals / sizeof signals[0] };

// How far from the stack pointer a function may touch its frame first, on a stack whose guard we do not know.
enum { NEAR_BELOW = 64 << 10, NEAR_ABOVE = 16 << 20 };

static struct sigaction former[SIGNALS]; // [const] what the program had installed

// What the handler leaves on the goroutine's stack.
struct fault {
    struct gf_arch_landing at; // first: known to arch/*/fault.S
    int signal, code;
    uintptr_t addr;
};

static const char *text_of(const struct fault *f)
{
    if (f->signal != SIGFPE)
        return GF_TEXT_NIL;
    if (f->code == FPE_INTDIV)
        return "runtime error: integer divide by zero";
    if (f->code == FPE_INTOVF)
        return "runtime error: integer overflow";
    return "runtime error: floating point error";
}

static struct sigaction *former_of(int sig)
{
    for (int i = 0; i < SIGNALS; i++)
        if (signals[i] == sig)
            return &former[i];
    return NULL;
}

// Any sanitizer's runtime has it.
extern void __sanitizer_set_death_callback(void (*f)(void)) __attribute__((weak));

static bool has_handler(const struct sigaction *a)
{
    return (a->sa_flags & SA_SIGINFO) || (a->sa_handler != SIG_DFL && a->sa_handler != SIG_IGN);
}

static bool is_programs_own(const struct sigaction *a)
{
    return has_handler(a) && !__sanitizer_set_death_callback;
}

// --- What the program or the system does with it ---

static void call_former(const struct sigaction *a, int sig, siginfo_t *info, void *context)
{
    if (a->sa_flags & SA_SIGINFO)
        a->sa_sigaction(sig, info, context);
    else
        a->sa_handler(sig);
}

static void pass_on(int sig, siginfo_t *info, void *context)
{
    const struct sigaction *a = former_of(sig);
    bool sent = info->si_code <= 0;
    if (has_handler(a)) {
        call_former(a, sig, info, context);
    } else if (!sent || a->sa_handler == SIG_DFL) {
        // The instruction will fault again, or the signal come again, and end the process.
        struct sigaction end = {.sa_handler = SIG_DFL};
        sigaction(sig, &end, NULL);
        if (sent)
            gf_os_thread_signal(gf_os_tid(), sig);
    }
}

// --- The ends that it may have ---

_Noreturn static void report_overflow(const struct g *g)
{
    gf_report_begin();
    if (g->stack_low)
        gf_print("runtime: goroutine stack exceeds %zu-byte limit\n",
                 (size_t)(g->stack_top - g->stack_low));
    gf_print("fatal error: stack overflow\n");
    gf_report_finish();
}

_Noreturn static void report_fatal(const struct fault *f, const char *text)
{
    gf_report_begin();
    gf_print("fatal error: %s\n", text);
    gf_print_signal(f->signal, f->code, f->addr, (uintptr_t)f->at.pc);
    gf_report_finish();
}

// Without a try, deferred calls behind a library's function do not run: its locks may be theirs too.
static void forbid_what_is_behind_a_library(const struct fault *f)
{
    struct g *g = gf_self_g();
    const struct go_try_ *t = gf_try_innermost(g);
    const struct go_defer_ *last = t ? NULL : gf_defers_last(g);
    if (t && !gf_frames_are_ours(f->at.sp, (uintptr_t)t))
        report_fatal(f, "unexpected signal during library execution");
    if (last && !gf_frames_are_ours(f->at.sp, (uintptr_t)last))
        g->defers = NULL;
}

// Runs on the goroutine's stack, as if the faulting instruction had called it.
static void on_landing(void *data)
{
    const struct fault *f = data;
    forbid_what_is_behind_a_library(f);
    struct gf_panic *p = gf_panic_new(text_of(f));
    p->info.runtime_error = true;
    p->signal = f->signal;
    p->code = f->code;
    p->addr = f->addr;
    p->pc = (uintptr_t)f->at.pc;
    gf_panic_raise(p);
}

// --- The handler ---

// Main's stack grows as the system pleases, up to a limit that may change: a stack is at its end where the memory
// around the stack pointer is gone.
static bool is_at_the_end(uintptr_t sp, uintptr_t addr)
{
    if (addr < sp)
        return sp - addr <= NEAR_BELOW;
    return addr - sp <= NEAR_ABOVE && !gf_os_is_readable((const void *)sp);
}

static bool is_overflow(const struct m *m, int sig, uintptr_t sp, uintptr_t addr)
{
    const struct g *g = m->g;
    if (sig == SIGFPE)
        return false;
    if (g == &m->g0 || (g->flags & (GF_G_MAIN | GF_G_THREAD)))
        return is_at_the_end(sp, addr);
    return gf_stack_in_guard(g->stack_low, addr);
}

// Whether the goroutine's stack has room for the landing, and for some calls from there.
static bool has_room(const struct g *g, uintptr_t place)
{
    enum { SOME_CALLS = 2048 };
    uintptr_t lowest = place - SOME_CALLS;
    return !gf_stack_in_guard(g->stack_low, lowest) && gf_os_is_readable((const void *)lowest) &&
           gf_os_is_readable((const void *)place);
}

static void land(const struct m *m, const struct fault *f, ucontext_t *u)
{
    struct fault *place = (struct fault *)gf_arch_landing_place(f->at.sp, sizeof *f);
    if (!has_room(m->g, (uintptr_t)place))
        report_overflow(m->g);
    gf_asan_unpoison(place, sizeof *place);
    *place = *f;
    gf_arch_divert(u, place, on_landing);
}

static void handle(struct m *m, int sig, siginfo_t *info, ucontext_t *u)
{
    uintptr_t addr = (uintptr_t)info->si_addr;
    struct fault f = {
        .at = gf_arch_fault_at(u), .signal = sig, .code = info->si_code, .addr = addr};
    if (is_overflow(m, sig, f.at.sp, addr))
        report_overflow(m->g);
    if (is_programs_own(former_of(sig))) {
        call_former(former_of(sig), sig, info, u);
        return;
    }
    // Relaxed: this thread's own.
    if (gf_load_relaxed(&m->in_runtime) || (m->g == &m->g0 && !gf_load_relaxed(&m->foreign)))
        report_fatal(&f, "unexpected signal during runtime execution");
    if (sig == SIGSEGV && gf_arch_is_wild_jump(u, addr)) {
        gf_arch_undo_call(u);
        struct gf_arch_landing caller = gf_arch_fault_at(u);
        f.at = caller;
    }
    land(m, &f, u);
}

static void on_fault(int sig, siginfo_t *info, void *context)
{
    int saved = errno;
    struct m *m = gf_self();
    if (m && info->si_code > 0)
        handle(m, sig, info, context);
    else
        pass_on(sig, info, context);
    errno = saved;
}

void gf_fault_init(void)
{
    gf_frames_init();
    for (int i = 0; i < SIGNALS; i++)
        gf_os_signal_handle(signals[i], on_fault, &former[i]);
}
