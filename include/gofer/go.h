// SPDX-License-Identifier: MIT
// Goroutines and the runtime. The program keeps its own main; the first call into gofer starts the
// runtime, and main's thread is goroutine 1, on its own stack. A thread that gofer did not make may use
// every call here; it blocks as a thread.
#ifndef GOFER_GO_H
#define GOFER_GO_H

#include <gofer/detail/bind.h>

GO_BEGIN_DECLS

// How a goroutine is to be made; zero fields mean the defaults.
struct go_attr {
    const char *name;  // shown in traces; copied
    size_t stack_size; // bytes usable at least; default 256 KiB
    bool fenv;         // carry MXCSR and the x87 control word across parks
};

// Starts f(args…) in a new goroutine: go(f, args…), 0 to 8 arguments, evaluated here and now,
// type-checked against f; f's result is dropped. Never blocks. A function that is declared noreturn, const or pure has
// to be wrapped in a plain one, here and wherever a call is bound: gcc refuses it; clang, which does not tell, would drop
// what follows the go.
// Errors: fatal when no memory is left for the goroutine; a NULL f is fatal ("go of nil func value").
// From: goroutine or foreign thread.   Memory: what happened before go happens before f.   Go: go f(args…)
#define GO_SPAWN(f, ...) GO_SPAWN_WITH_(GO_UID, NULL, f, ##__VA_ARGS__)

// As go, with attributes: go_with(GO_ATTR(.name = "acceptor", .stack_size = 1 << 20), f, args…).
#define go_with(attr, f, ...) GO_SPAWN_WITH_(GO_UID, attr, f, ##__VA_ARGS__)
#define GO_ATTR(...) (&(const struct go_attr){__VA_ARGS__})

#define GO_SPAWN_WITH_(id, attr, f, ...) GO_SPAWN_WITH__(id, attr, f, ##__VA_ARGS__)
#define GO_SPAWN_WITH__(id, attr, f, ...)                                                          \
    GO_BIND_THEN(id, go_spawn_, 1 ? (attr) : (const struct go_attr *)0, f, ##__VA_ARGS__)

// f(args…) while other goroutines get this one's processor: for calls that block in the kernel for
// long. An expression with f's value.   From: goroutine; on a foreign thread it is the plain call.
#define go_blocking(...) GO_BLOCKING_(GO_UID, __VA_ARGS__)
#define GO_BLOCKING_(id, ...) GO_BLOCKING__(id, __VA_ARGS__)
#define GO_BLOCKING__(id, f, ...)                                                                  \
    __extension__({                                                                                \
        struct go_blocking_ GO_CAT(go_blk_, id)                                                    \
            __attribute__((cleanup(go_blocking_leave_), unused)) = {0};                            \
        GO_BLOCKING_ARGS(f, ##__VA_ARGS__);                                                        \
    })
struct go_blocking_ {
    char none;
};
static inline void go_blocking_leave_(struct go_blocking_ *b);
#define GO_BLOCKING_ARGS(f, ...) (go_blocking_begin(), (f)(__VA_ARGS__))

// Lets other goroutines run; this one goes to the back of the run queue.   Go: runtime.Gosched
GO_API void go_yield(void);

// Ends this goroutine after running its deferred calls; no go_try stops it. Never returns. In main's
// goroutine the others go on; once none is left the program ends with
// "fatal error: no goroutines (main called runtime.Goexit) - deadlock!".   Go: runtime.Goexit
// On a foreign thread: runs the deferred calls and ends the thread.
GO_API void go_exit(void);
#define go_exit() (go_exit(), GO_NORETURN_HINT)

// This goroutine's number: 1 is main's, never reused.   From: goroutine or foreign thread.
GO_API uint64_t go_id(void);

// Names this goroutine in traces, as printf would. Cut at 31 bytes.
GO_API void go_set_name(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

// The number of goroutines that exist, main's included, foreign threads not.
// Go: runtime.NumGoroutine
GO_API int go_num_goroutine(void);

// Sets how many goroutines may run at once and returns the former value; n < 1 only asks. Stops the
// world for a moment. At most 1,024.   Go: runtime.GOMAXPROCS
GO_API int go_maxprocs(int n);

// The processors this process may use: affinity mask and cgroup quota.   Go: runtime.NumCPU
GO_API int go_num_cpu(void);

// Keeps this goroutine on its present thread until as many unlocks; no other goroutine runs there.
// A goroutine that ends locked takes its thread with it.   Go: runtime.LockOSThread
GO_API void go_lock_os_thread(void);
GO_API void go_unlock_os_thread(void);

// What the scheduler and the stacks hold now, and have done since the start. Each number is right by itself; together
// they are of slightly different moments.
struct go_stats {
    // Now.
    int64_t goroutines;    // as go_num_goroutine
    int64_t runnable;      // of these, in a run queue
    int procs, idle_procs; // processors
    int threads;           // of gofer's: workers, main's and the monitor
    int idle_threads;      // of these, asleep until there is work
    int spinning_threads;  // of these, looking for work
    size_t
        stacks_in_use; // bytes of address space of stacks that goroutines have, or that are kept at hand
    size_t stacks_reserved; // bytes of address space set aside for stacks in all, guards included
    // Since the start.
    uint64_t switches;       // goroutines picked to run
    uint64_t parks;          // goroutines that waited
    uint64_t steals;         // times that an idle processor took from another one's queue
    uint64_t preemptions;    // goroutines stopped after their time slice
    uint64_t handoffs;       // processors that blocked threads gave to others
    uint64_t poller_wakeups; // goroutines made ready because a descriptor was
    uint64_t
        stacks_trimmed; // parked goroutines whose stack's unused memory went back to the system
};
// From: goroutine or foreign thread.   Go: runtime/metrics, /sched
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow" // in C++ it hides the constructor, and may
GO_API struct go_stats go_stats(void);
#pragma GCC diagnostic pop

// Sets how many threads gofer may have at once, its workers and main's: 10,000, or what GOFER_MAXTHREADS says when the
// program starts. Returns the former number. One more that a blocked call makes necessary ends the program with
// "runtime: program exceeds N-thread limit" and "fatal error: thread exhaustion"; at the limit, goroutines that compute
// are not preempted. Idle threads are used again; more than two beyond the processors end after five seconds without
// work. n < 1 only asks.
// From: goroutine or foreign thread.   Go: debug.SetMaxThreads
GO_API int go_set_max_threads(int n);

// Marks a region that may block in the kernel: others get the processor meanwhile. Does not nest.
GO_API void go_blocking_begin(void);
GO_API void go_blocking_end(void);

// For the macros: starts a bound call.
GO_API void go_spawn_(const struct go_call *call, const void *attr, void *pc);

GO_END_DECLS

static inline void go_blocking_leave_(struct go_blocking_ *b)
{
    (void)b;
    go_blocking_end();
}

#ifndef GO_NO_KEYWORDS
#define go(f, ...) GO_SPAWN(f, ##__VA_ARGS__)
#endif

#endif
