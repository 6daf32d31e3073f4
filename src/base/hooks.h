// SPDX-License-Identifier: MIT
// What lower rooms need of higher ones, as function pointers that src/init.c installs before anything
// else runs: reports need the traces of debug/, which nobody may include; a finished goroutine runs the
// deferred calls of panic/. A hook is set once, before the first goroutine, and never changes.
#ifndef GF_BASE_HOOKS_H
#define GF_BASE_HOOKS_H

#include "base/atomic.h"
#include "base/compiler.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct g;

enum gf_lock_kind { GF_LOCK_MUTEX, GF_LOCK_WRITE, GF_LOCK_READ };

// What the locks of the program tell, while they are watched. Each is called outside of the runtime.
struct gf_lock_watch {
    void (*wants)(const void *lock, enum gf_lock_kind kind); // before it tries
    void (*waits)(const void *lock, enum gf_lock_kind kind); // before it sleeps
    void (*has)(const void *lock, enum gf_lock_kind kind);
    void (*leaves)(const void *lock, enum gf_lock_kind kind); // before it unlocks
};

// What a profile is told of waits. Called inside the runtime.
struct gf_wait_watch {
    // The calling goroutine has been parked for so long; and it has unlocked a mutex for which another has waited so long.
    void (*unblocked)(int reason, int64_t nanoseconds);
    void (*contended)(int64_t nanoseconds);
};

struct gf_hooks {
    // debug/: prints to stderr "goroutine N [state]:" and the trace of the caller's goroutine and of all
    // others (Go's layout), stopping the other threads first. Called once, by the thread that won the right
    // to report (gf_report_begin).
    void (*print_all_goroutines)(void);
    // debug/: the text of the calling goroutine's stack without `skip` innermost frames, in Go's layout;
    // malloc'ed, the caller frees it; NULL when there is no memory.
    char *(*stack_text)(int skip);
    // debug/: called by a thread that sees gf_freezing, in a signal handler: records the interrupted stack for the
    // trace and sleeps, for ever or until the threads may go on. It returns at once on the reporting thread, and on one
    // that was interrupted inside malloc, which must go on: the caller then does nothing else.
    void (*freeze)(void *ucontext);
    // debug/: whether the code that the calling signal handler has interrupted may be inside malloc: a thread that were
    // held there would hold malloc's locks. Looks at the program counter only, for unwinding is not safe there.
    bool (*may_be_in_allocator)(void *ucontext);
    // debug/: NULL, or called in debug builds before a goroutine parks that may wake on another thread. Inside the
    // runtime.
    void (*parks)(const struct g *g);
    // debug/: NULL unless locks are watched (GOFER_DEBUG=locks); set before main.
    const struct gf_lock_watch *lock_watch;
    // panic/: ends the calling goroutine as go_exit does; the outermost road out of a goroutine.
    void (*uncaught)(void);
};
extern struct gf_hooks gf_hooks GF_HIDDEN;

// A report is going on: the handler of SIGURG stops its thread in gf_hooks.freeze. [atomic] set before the signals
// are sent; relaxed, for a signal is sent after it.
extern _Atomic(bool) gf_freezing GF_HIDDEN;

// NULL unless waits are timed for a profile; a wait that began before it was set is not told. [atomic] release by who
// sets it, acquire by who calls: what it uses was made ready before.
extern _Atomic(const struct gf_wait_watch *) gf_wait_watch GF_HIDDEN;

// Whether the caller is the first that reports the end of this process: it alone may print and must then
// call gf_report_end. Later callers of another thread never return; one of the same thread (a fault while
// reporting) ends the process at once.
void gf_report_begin(void);
_Noreturn void gf_report_end(void);

// Writes to stderr without stdio or malloc; cut at 1 KiB a call.
void gf_print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void gf_print_text(const char *text, size_t n);

#endif
