// SPDX-License-Identifier: MIT
// The contract of a port to an operating system: everything that the runtime asks of the kernel, one file a
// family of calls. Functions return 0 or a negative errno unless said; none allocates, takes a lock or parks.
#ifndef GF_OS_OS_H
#define GF_OS_OS_H

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// --- clock.c ---

// Nanoseconds of the monotonic clock, and of the wall clock since 1970.
int64_t gf_os_now(void);
int64_t gf_os_wall(void);
// The CPU time that another thread of this process has used, in nanoseconds; negative errno once it is gone.
int64_t gf_os_thread_cpu(int tid);

// --- futex.c ---

// Sleeps while *word == value, at most until `deadline` (monotonic; INT64_MAX: no limit). May wake for no
// reason. Returns -ETIMEDOUT if the time ran out.
int gf_os_futex_wait(const _Atomic(uint32_t) *word, uint32_t value, int64_t deadline);
void gf_os_futex_wake(const _Atomic(uint32_t) *word, int n);

// --- vm.c ---

// Reserves address space, readable and writable, that costs no memory until touched; NULL if refused.
void *gf_os_reserve(size_t bytes);
void gf_os_release(void *p, size_t bytes);
// Whether the kernel has guard advice (MADV_GUARD_INSTALL, Linux 6.13).
bool gf_os_has_guard_advice(void);
// Makes pages fault: by advice, which splits no mapping, or by protection, which does.
int gf_os_guard_install(void *p, size_t bytes);
int gf_os_guard_protect(void *p, size_t bytes);
// Gives the memory of pages back; they read as zero afterwards.
void gf_os_discard(void *p, size_t bytes);
void gf_os_advise_no_huge_pages(void *p, size_t bytes);
void gf_os_advise_huge_pages(void *p, size_t bytes);
size_t gf_os_page_size(void);
// How many mappings a process may have (vm.max_map_count).
long gf_os_max_map_count(void);

// --- thread.c ---

// Starts a detached thread on a stack of the system's choosing, all signals unblocked but those given.
int gf_os_thread_start(void *(*f)(void *arg), void *arg, size_t stack_bytes);
int gf_os_tid(void);
int gf_os_pid(void);
// Sends a signal to one thread of this process.
int gf_os_thread_signal(int tid, int sig);
void gf_os_thread_yield(void);
void gf_os_sleep(int64_t nanoseconds);
// The bounds of the calling thread's own stack.
void gf_os_thread_stack(void **low, size_t *bytes);
// Whether a thread of this process runs, or would if it had a processor; or sleeps in the kernel; or cannot be asked.
enum gf_os_thread_state { GF_OS_UNKNOWN, GF_OS_RUNNABLE, GF_OS_SLEEPS };
enum gf_os_thread_state gf_os_thread_state(int tid);
// The number of threads in this process now, all of them; -1 if that cannot be told.
int gf_os_thread_count(void);
// The ids of all threads of this process; returns how many, at most max, -1 if that cannot be told.
int gf_os_thread_list(int *tids, int max);
// Whether a thread of this process is blocked in the kernel, or has ended and is only not yet forgotten.
bool gf_os_thread_sleeps(int tid);
// How many of them let no signal through but those that every thread must. A walk that a thread's end may cut short.
int gf_os_masked_thread_count(void);
// Registers for, and performs, a full barrier on all running threads of this process. The second is false
// where the kernel has none; then nothing that relies on it may be done.
bool gf_os_membarrier_init(void);
void gf_os_membarrier(void);
// The same, and aborts the restartable sequences that threads of the process are in. To be asked for once.
bool gf_os_membarrier_rseq_init(void);
void gf_os_membarrier_rseq(void);
// Makes timed waits of this thread as exact as they can be.
void gf_os_exact_timers(void);
_Noreturn void gf_os_exit_process(int status);

// --- maps.c ---

struct gf_os_map {
    uintptr_t start, end;
    bool readable, writable;
    char name[64]; // the file's path, cut, or "[heap]", "[stack]", or empty
};
// Calls f for each mapping of this process, by rising address. False if they cannot be read.
bool gf_os_maps(void (*f)(const struct gf_os_map *map, void *arg), void *arg);
// Which of n pages from `start` on have been touched and can be read: used[i] is not 0. Returns for how many that is
// told: 0 if the kernel does not say. The pagemap is a descriptor, or negative.
int gf_os_pagemap_open(void);
void gf_os_pagemap_close(int pagemap);
size_t gf_os_pages_used(int pagemap, uintptr_t start, uint64_t *used, size_t n);
// Whether a page that is mapped readable can be read: not if it is a guard by advice.
bool gf_os_page_is_readable(uintptr_t page);

// --- cpu.c ---

// The processors that this process may use: the affinity mask, and a cgroup quota rounded up. At least 1.
int gf_os_cpu_count(void);
// The quota in processors of the group that a file as /proc/self/cgroup names, and of those above it, below a mount as
// /sys/fs/cgroup; 0: none.
double gf_os_cgroup_quota(const char *groups, const char *mount);

// --- signal.c ---

// Gives the calling thread an alternate signal stack of its own unless it has one already.
int gf_os_signal_stack_set(void *p, size_t bytes);
// Takes it away again if it is still this one.
void gf_os_signal_stack_drop(const void *p);
// First of all in a handler that other signals may interrupt, and that bears being called anew by its own: gives the thread
// back the mask that the interrupted code had, under the thread sanitizer. That runs handlers at the next call or atomic that
// it knows, with all signals blocked, and remembers the former mask in one place for each fiber. A signal that comes right
// before it blocks them has it run handlers once more inside the first one's; the mask that it remembers then, and gives the
// thread in the end, would be the one with all signals blocked (github.com/google/sanitizers/issues/1855). Does nothing without
// the sanitizer.
void gf_os_signals_reopen(const ucontext_t *interrupted);
// Blocks all signals for the calling thread and returns those that were blocked; blocks those again and no others. The
// sanitizers do not see it.
uint64_t gf_os_signals_block(void);
void gf_os_signals_restore(uint64_t blocked);
// sigaction, for an `old` that is kept: all of it is known.
int gf_os_signal_exchange(int sig, const struct sigaction *action, struct sigaction *old);
typedef void gf_os_signal_handler(int sig, siginfo_t *info, void *context);
// Installs a handler on the alternate stack, with SA_RESTART, all other signals left open.
int gf_os_signal_handle(int sig, gf_os_signal_handler *f, struct sigaction *old);

// Has the kernel call f for the signal, with flags and mask as they are, while whoever stands between it and us (a sanitizer)
// believes that its own handler is called. Returns that one, or NULL if it failed.
gf_os_signal_handler *gf_os_signal_go_between(int sig, gf_os_signal_handler *f);

// Whether this is the handler that gf_os_signal_handle has installed for the signal first: the runtime's own.
bool gf_os_signal_is_ours(int sig, const struct sigaction *a);

// --- epoll.c ---

struct gf_os_event {
    uint64_t tag; // as given at the registration
    uint32_t
        events; // POLLIN, POLLOUT, and, each beside one of these, POLLPRI, POLLRDHUP, POLLHUP, POLLERR
};
// Opens a poller with its breaker, an eventfd; returns the descriptor.
int gf_os_poller_open(void);
// Watches a descriptor, edge-triggered, both directions; what is ready already comes as an event too. -EPERM: it cannot
// be polled (a plain file). -EEXIST: it is watched.
int gf_os_poller_add(int poller, int fd, uint64_t tag);
// The same for one that is watched, whose present readiness comes as an event once more. -ENOENT: it is not watched.
int gf_os_poller_renew(int poller, int fd, uint64_t tag);
// Waits until `deadline` (monotonic; 0: not at all, INT64_MAX: for ever) and returns how many events came. The
// breaker's are not among them.
int gf_os_poller_wait(int poller, struct gf_os_event *events, int max, int64_t deadline);
// Ends a wait that another thread is in. Async-signal-safe.
void gf_os_poller_break(int poller);
// A descriptor that can be watched, and an event on it. Opening returns a negative errno if it fails; raising is
// async-signal-safe.
int gf_os_event_open(void);
void gf_os_event_raise(int event);

// --- file.c ---

// What of these poll events is so now, errors included; negative errno.
int gf_os_poll_now(int fd, int events);
// Read and write once without waiting, whatever the descriptor's mode: how much, or a negative errno. -EAGAIN: it would
// have to wait, or, for a plain file, might.
ssize_t gf_os_try_read(int fd, void *buf, size_t n);
ssize_t gf_os_try_write(int fd, const void *buf, size_t n);
ssize_t gf_os_try_pread(int fd, void *buf, size_t n, off_t offset);
// Calls f(fd, buf, n), which writes and may return -EPIPE, so that no SIGPIPE comes of it.
ssize_t gf_os_without_sigpipe(ssize_t (*f)(int fd, const void *buf, size_t n), int fd,
                              const void *buf, size_t n);

// --- socket.c ---

struct msghdr;

// Receive and send once: how much, 0 at the end, or a negative errno. SIGPIPE does not come.
ssize_t gf_os_recv(int socket, void *buf, size_t n);
ssize_t gf_os_send(int socket, const struct msghdr *message);

// --- process.c ---

// A descriptor that stands for a child of this process; if there is none to be had the child is killed.
int gf_os_pidfd_open(int pid);
int gf_os_pidfd_signal(int pidfd, int sig);
// Takes the child's status once it has ended: that of its exit, or 128 and the signal.
int gf_os_pidfd_reap(int pidfd);

// --- probe.c ---

// Whether the 8 bytes at p can be read. Async-signal-safe.
bool gf_os_is_readable(const void *p);

// --- random.c ---

// Fills n bytes with random numbers that nobody can predict.
int gf_os_random(void *p, size_t n);

// --- output.c ---

// Writes all of it to standard error, whatever the interruptions.
void gf_os_write_error(const void *p, size_t n);

#endif
