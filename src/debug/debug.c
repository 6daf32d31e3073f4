// SPDX-License-Identifier: MIT
// How debug/ is tied to the rest: nobody includes it, so it installs itself into the hooks of base/ when the
// runtime starts. Nothing here costs a program that never reports anything: symbols are loaded at the first
// trace.
#include "debug/debug.h"

#include "base/hooks.h"
#include "debug/allocator.h"
#include "debug/freeze.h"
#include "debug/leak.h"
#include "debug/locks.h"
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

void gf_debug_init(void)
{
    const char *level = getenv("GOFER_TRACEBACK");
    gf_trace_shows_runtime = level && strcmp(level, "system") == 0;
    gf_hooks.print_all_goroutines = gf_report_all_goroutines;
    gf_hooks.stack_text = gf_report_stack_text;
    gf_hooks.freeze = gf_freeze;
    gf_hooks.is_in_allocator = gf_allocator_is_interrupted;
    prepare_unwinder();
    gf_sigquit_init();
    gf_leak_init();
    gf_lock_watch_init();
}
