// SPDX-License-Identifier: MIT
// The end of the process with a report: one report, whole, from the first thread that has something to say. A word
// says who ends the process; it changes hands as follows:
//
//   nobody      -> a reporter's thread id     gf_report_begin. Others that come later sleep for ever; the reporter itself
//                                             coming again (a fault while it reports) ends the process at once.
//   nobody      -> ~ the thread id of exit()  main has returned, or the program called exit: no report may begin that
//                                             would be cut short, so a reporter waits, and the process is over before.
//   an exiting  -> the same thread, reporting a crash in a handler of atexit
//   an exiting  -> another, reporting         exit has taken a second: it may be waiting for the thread that crashed
//
// A report that is under way holds exit() back: the handler of atexit sleeps until the reporter ends the process. One that
// is to come, when the deferred calls of a panic that nothing catches are over, holds it back for a while: such calls do
// not take long, as a rule, and one of them may be what main has waited for. (Go gives way a thousand times.)
#include "base/hooks.h"
#include "os/os.h"
#include "panic/misuse.h"
#include "panic/panic.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct gf_hooks gf_hooks;
_Atomic(const struct gf_wait_watch *) gf_wait_watch;

enum { CRASH_STATUS = 2, EXIT_NS = 1000000000, MOST_PRINTED = 1024 };
// How often exit gives way to a report that is to come, and how long the system has its thread each time.
enum { GIVE_WAY_TIMES = 1000, GIVE_WAY_NS = 20000 };

// [atomic] 0: nobody; > 0: the thread that reports; < 0: ~ the thread that exits. Acquire and release, though nothing
// but the word itself is shared.
static _Atomic(int) ender;

_Noreturn static void sleep_for_ever(void)
{
    for (;;)
        gf_os_sleep(INT64_C(3600) * EXIT_NS);
}

void gf_report_begin(void)
{
    int self = gf_os_tid();
    struct m *m = gf_self();
    // Inside the runtime for good: the report is not preempted.
    if (m)
        gf_store_relaxed(&m->in_runtime, 1); // relaxed: read by this thread's signal handler
    int found = 0;
    if (gf_cas_acqrel(&ender, &found, self))
        return;
    if (found == self)
        gf_os_exit_process(CRASH_STATUS);
    if (found < 0) {
        if (found != ~self)
            gf_os_sleep(EXIT_NS);
        if (gf_cas_acqrel(&ender, &found, self))
            return;
    }
    sleep_for_ever();
}

void gf_report_end(void)
{
    gf_os_exit_process(CRASH_STATUS);
}

void gf_report_finish(void)
{
    // The hook is missing only before the runtime has started. It prints the blank line before each goroutine.
    if (gf_hooks.print_all_goroutines)
        gf_hooks.print_all_goroutines();
    gf_report_end();
}

static void give_way_to_crashes(void)
{
    // Relaxed: whether there is a reporter by now is asked again, by who takes the word.
    for (int i = 0; i < GIVE_WAY_TIMES && gf_panics_uncaught() && gf_load_relaxed(&ender) == 0;
         i++) {
        go_yield();
        gf_os_sleep(GIVE_WAY_NS);
    }
}

// Runs in exit(), after the handlers that the program registered since the runtime started.
static void hold_exit_back(void)
{
    give_way_to_crashes();
    int found = 0, self = gf_os_tid();
    if (!gf_cas_acqrel(&ender, &found, ~self) && found > 0 && found != self)
        sleep_for_ever();
}

void gf_fatal_init(void)
{
    atexit(hold_exit_back);
}

_Noreturn static void finish_fatal(const char *text)
{
    gf_print_text("fatal error: ", strlen("fatal error: "));
    gf_print_text(text, strlen(text));
    gf_print_text("\n", 1);
    gf_report_finish();
}

void gf_fatal(const char *text)
{
    gf_fatal_after("", text);
}

// The panics that were going on come first, as in Go.
void gf_fatal_misuse(const char *text)
{
    if (!gf_self())
        gf_enter();
    gf_report_begin();
    if (gf_panics_print(gf_self_g()->panics))
        gf_print_text("\t", 1);
    finish_fatal(text);
}

void gf_fatal_after(const char *lines, const char *text)
{
    gf_report_begin();
    gf_print_text(lines, strlen(lines));
    finish_fatal(text);
}

void gf_throw_at(const char *file, int line, const char *what)
{
    gf_report_begin();
    gf_print("fatal error: gofer is broken: %s (%s:%d)\n", what, file, line);
    gf_report_finish();
}

void gf_print(const char *fmt, ...)
{
    char text[MOST_PRINTED];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (n > 0)
        gf_os_write_error(text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
}

void gf_print_text(const char *text, size_t n)
{
    gf_os_write_error(text, n);
}
