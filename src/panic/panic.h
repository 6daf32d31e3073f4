// SPDX-License-Identifier: MIT
// The panic state of a goroutine, three lists in its G that only the goroutine itself touches:
//
//   defers   deferred calls, innermost first: records in frames (gofer/detail/try.h)
//   tries    go_try blocks, innermost first: marks in frames. A mark stays in the list while its catch block runs,
//            with `caught` set; then it catches nothing more.
//   panics   panics in flight, newest first, on the heap. One is in the list from its start until the catch block that
//            has it is left. Each mark knows what was the newest when its try began, and takes off what came after.
//
// So the list of panics is what a crash prints: those that run deferred calls now, those that they have superseded,
// and those whose catch block has panicked again ("[recovered]").
//
// Everything here runs outside of the runtime: a panic runs the program's code.
#ifndef GF_PANIC_PANIC_H
#define GF_PANIC_PANIC_H

#include "sched/sched.h"

#include <gofer/panic.h>

struct gf_panic {
    go_panic_info info; // first, for go_panic_free; `stack` is malloc'ed or NULL until it is caught
    struct gf_panic *older; // what it supersedes, or what was caught before it
    bool recovered;         // its catch block is running, or has panicked again
    bool dropped;           // go_exit has taken over
    bool uncaught;          // there was no try: the process ends when the deferred calls are over
    int signal, code;       // the fault that it came from, or 0
    uintptr_t addr, pc;
    char text[]; // info.message
};

// Installs the handlers for faults and for the end of the process. Once, before the first goroutine.
void gf_panic_init(void);
void gf_fault_init(void);
void gf_fatal_init(void);

// --- fatal.c ---

// The rest of a report: every goroutine's trace and the end of the process.
_Noreturn void gf_report_finish(void);

// --- panic.c ---

// A panic that is not yet in flight; the text is copied.
struct gf_panic *gf_panic_new(const char *text);
// Raises it: runs deferred calls and jumps to the innermost try, or ends the process.
_Noreturn void gf_panic_raise(struct gf_panic *p);
// Takes panics off the list and frees them, down to `keep`.
void gf_panics_release(struct g *g, const struct gf_panic *keep);
// Prints the chain, oldest first, a line each; returns whether there was anything to print.
bool gf_panics_print(const struct gf_panic *newest);
// Whether a goroutine runs deferred calls because of a panic that nothing will catch. A hint.
bool gf_panics_uncaught(void);
// Says of all panics of a goroutine that go_exit takes over.
void gf_panics_drop(struct g *g);
// Prints "[signal SIGSEGV: …]".
void gf_print_signal(int sig, int code, uintptr_t addr, uintptr_t pc);

// --- defer.c ---

// Runs deferred calls, innermost first, down to `stop`, which is left, or all if it is NULL.
void gf_defers_run(struct g *g, struct go_defer_ *stop);
// Drops records that a longjmp has left behind below the stack pointer.
GF_COLD void gf_defers_drop_dead(struct g *g, uintptr_t sp);
// The outermost record that is known to be one; NULL if there is none.
struct go_defer_ *gf_defers_last(struct g *g);

// --- try.c ---

// The innermost go_try that can catch, now the head of the list; NULL if there is none.
struct go_try_ *gf_try_innermost(struct g *g);

// The words of a panic for a NULL pointer, and for calling a NULL function.
#define GF_TEXT_NIL "runtime error: invalid memory address or nil pointer dereference"

// The calling goroutine, whose thread is adopted if this is its first call.
GF_COLD struct g *gf_panic_self_first(void);
static inline struct g *gf_panic_self(void)
{
    struct m *m = gf_self();
    return gf_likely(m != NULL) ? m->g : gf_panic_self_first();
}

// Whether a record lies in the dead part of the goroutine's stack. Records elsewhere, on a stack that the program
// switched to itself, are left alone.
static inline bool gf_panic_is_dead(const struct g *g, const void *record, uintptr_t sp)
{
    return (uintptr_t)record < sp && (uintptr_t)record >= (uintptr_t)g->stack_low;
}

#endif
