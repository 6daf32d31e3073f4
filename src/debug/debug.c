// SPDX-License-Identifier: MIT
// How debug/ is tied to the rest: nobody includes it, so it installs itself into the hooks of base/ when the
// runtime starts. Nothing here costs a program that never reports anything: symbols are loaded at the first
// trace.
#include "debug/debug.h"

#include "base/hooks.h"
#include "debug/allocator.h"
#include "debug/freeze.h"
#include "debug/held.h"
#include "debug/leak.h"
#include "debug/locks.h"
#include "debug/race.h"
#include "debug/report.h"
#include "debug/sigquit.h"
#include "debug/trace.h"

#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

// A static program's unwinder sorts its tables at the first use, with malloc's help: not in a signal handler.
static void prepare_unwinder(void)
{
    struct gf_trace trace;
    if (getauxval(AT_BASE) == 0)
        gf_unwind_here(&trace);
}

// GOFER_TRACEBACK, in Go's words, or the numbers that Go knows for three of them; what is neither means the default.
static void read_level(const char *word)
{
    static const char *const words[] = {[GF_REPORT_NONE] = "none",
                                        [GF_REPORT_SINGLE] = "single",
                                        [GF_REPORT_ALL] = "all",
                                        [GF_REPORT_SYSTEM] = "system",
                                        [GF_REPORT_CRASH] = "crash"};
    static const char *const numbers[GF_REPORT_CRASH + 1] = {
        [GF_REPORT_NONE] = "0", [GF_REPORT_ALL] = "1", [GF_REPORT_SYSTEM] = "2"};
    for (int i = GF_REPORT_NONE; word && i <= GF_REPORT_CRASH; i++)
        if (strcmp(word, words[i]) == 0 || (numbers[i] && strcmp(word, numbers[i]) == 0))
            gf_report_level = (enum gf_report_level)i;
    gf_trace_shows_runtime = gf_report_level >= GF_REPORT_SYSTEM;
}

void gf_debug_init(void)
{
    read_level(getenv("GOFER_TRACEBACK"));
    gf_hooks.print_all_goroutines = gf_report_all_goroutines;
    gf_hooks.stack_text = gf_report_stack_text;
    gf_hooks.freeze = gf_freeze;
    gf_allocator_init();
    gf_hooks.may_be_in_allocator = gf_allocator_may_be_interrupted;
    prepare_unwinder();
    gf_sigquit_init();
    gf_leak_init();
    gf_lock_watch_init();
    gf_held_init();
    gf_race_reports_init();
}
