// SPDX-License-Identifier: MIT
// Two stops, one in the other: the world's, after which nobody is in the middle of an operation of the runtime, and the
// threads', by signals, after which nothing moves at all. What runs then has a stack of its own, so that its frames are
// not taken for the caller's.
#include "debug/stop.h"

#include "base/sanitize.h"
#include "debug/freeze.h"
#include "debug/shield.h"
#include "os/os.h"
#include "sched/view.h"

enum { STACK = 128 << 10 };
static const int64_t PATIENCE_NS = 2000000000;

struct job {
    struct gf_stopped stopped;
    void (*f)(const struct gf_stopped *stopped, void *arg);
    void *arg;
};

static void run(void *arg)
{
    const struct job *job = arg;
    job->f(&job->stopped, job->arg);
}

// The caller's registers are on its stack from here on.
GF_NOINLINE bool gf_stop_run(void (*f)(const struct gf_stopped *stopped, void *arg), void *arg)
{
    // Cleared: it lies near the saved registers, and must not keep what calls before this one have left there.
    struct gf_trace trace = {.count = 0};
    char *stack = gf_os_reserve(STACK);
    if (!stack)
        return false;
    __builtin_unwind_init();
    gf_unwind_here(&trace);
    struct m *m = gf_world_stop(gf_enter());
    struct job job = {
        .stopped = {.self = gf_view_current(),
                    .trace = &trace,
                    .self_sp = (uintptr_t)__builtin_frame_address(0) - GF_ARCH_RED_ZONE,
                    .stack = {(uintptr_t)stack, (uintptr_t)stack + STACK}},
        .f = f,
        .arg = arg};
    bool stopped = gf_freeze_for_a_while(PATIENCE_NS);
    if (stopped) {
        gf_racy_reads_begin();
        gf_call_on_stack(stack, STACK, run, &job);
        gf_racy_reads_end();
        gf_thaw();
    }
    gf_world_start(m);
    // That was long: who does this in a loop gives the others their turn.
    gf_leave(gf_yield(m));
    gf_os_release(stack, STACK);
    return stopped;
}
