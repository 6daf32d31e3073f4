// SPDX-License-Identifier: MIT
// The report on request: a program that hangs is sent SIGQUIT, from the keyboard or by kill -QUIT, says what
// every goroutine is doing, and ends with status 2. The report is written right in the handler, on whatever
// thread the signal came to, so that it comes also while all processors spin. Only a thread that was interrupted
// inside malloc, which the report needs for lines, passes the signal on to another.
#include "debug/sigquit.h"

#include "base/hooks.h"
#include "debug/allocator.h"
#include "os/os.h"
#include "sched/view.h"

#include <signal.h>
#include <stddef.h>

enum { MOST_PASSED = 8 };

static bool is_in_allocator(void)
{
    struct gf_trace trace;
    gf_allocator_find();
    gf_unwind_interrupted(&trace);
    return gf_allocator_is_on(&trace, true);
}

// To any other thread that takes signals.
static bool pass_on(int sig)
{
    for (const struct m *m = gf_view_next_thread(NULL); m; m = gf_view_next_thread(m)) {
        int tid = gf_view_thread_id(m);
        if (tid != 0 && tid != gf_os_tid() && !gf_view_thread_is_helper(m))
            return gf_os_thread_signal(tid, sig) == 0;
    }
    return false;
}

static void on_sigquit(int sig, siginfo_t *info, void *context)
{
    static _Atomic(int) passed; // relaxed: a count that only ends the passing
    (void)info, (void)context;
    if (is_in_allocator() && gf_add_relaxed(&passed, 1) < MOST_PASSED && pass_on(sig))
        return;
    gf_report_begin();
    gf_print("SIGQUIT: quit\n");
    gf_hooks.print_all_goroutines();
    gf_report_end();
}

static bool is_at(void (*disposition)(int))
{
    struct sigaction present;
    return sigaction(SIGQUIT, NULL, &present) == 0 && present.sa_handler == disposition;
}

// Shells start what shall run in the background with SIGQUIT ignored. As in Go that does not count; what the program has
// said itself does.
static bool ignored_from_outside; // [const] since before main

__attribute__((constructor)) static void see_what_is_inherited(void)
{
    ignored_from_outside = is_at(SIG_IGN);
}

void gf_sigquit_init(void)
{
    if (is_at(SIG_DFL) || (ignored_from_outside && is_at(SIG_IGN)))
        gf_os_signal_handle(SIGQUIT, on_sigquit, NULL);
}
