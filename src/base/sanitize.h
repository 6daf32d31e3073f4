// SPDX-License-Identifier: MIT
// What the sanitizers must be told of stack switches, recycled memory and the happens-before edges that
// they cannot see. Empty without them. Address sanitizer: each switch announces the stack it goes to, and
// the arrival confirms it. Thread sanitizer: each goroutine is a fiber; edges between goroutines come from
// gf_hb_release/gf_hb_acquire only, since a switch itself is made to order nothing.
#ifndef GF_BASE_SANITIZE_H
#define GF_BASE_SANITIZE_H

#include "base/atomic.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GF_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define GF_TSAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define GF_ASAN 1
#endif
#if defined(__SANITIZE_THREAD__)
#define GF_TSAN 1
#endif

#ifndef GF_ASAN
#define GF_ASAN 0
#endif
#ifndef GF_TSAN
#define GF_TSAN 0
#endif
// The library of `gofer run -race` is not instrumented, but the program is, and thread sanitizer's runtime is in the
// process: see base/race.h.
#ifndef GF_RACE
#define GF_RACE 0
#endif
#define GF_FIBERS (GF_TSAN || GF_RACE)

#if GF_ASAN
void __sanitizer_start_switch_fiber(void **fake_stack_save, const void *bottom, size_t size);
void __sanitizer_finish_switch_fiber(void *fake_stack_save, const void **bottom_old,
                                     size_t *size_old);
void __asan_unpoison_memory_region(const volatile void *addr, size_t size);
void __asan_poison_memory_region(const volatile void *addr, size_t size);
#define gf_asan_unpoison(p, n) __asan_unpoison_memory_region((p), (n))
#define gf_asan_poison(p, n) __asan_poison_memory_region((p), (n))
#else
#define gf_asan_unpoison(p, n) ((void)(p), (void)(n))
#define gf_asan_poison(p, n) ((void)(p), (void)(n))
#endif

#if GF_FIBERS
void *__tsan_get_current_fiber(void);
void *__tsan_create_fiber(unsigned flags);
void __tsan_destroy_fiber(void *fiber);
void __tsan_switch_to_fiber(void *fiber, unsigned flags);
void __tsan_set_fiber_name(void *fiber, const char *name);
void __tsan_acquire(void *addr);
void __tsan_release(void *addr);

// Thread sanitizer keeps a signal back until the fiber that it came upon calls a function that is intercepted. Gofer calls none
// on its way to another fiber or to sleep, which could last for as long as nobody has work: to be called right before either.
// Any function that is intercepted would do. A signal that comes between this and a sleep waits for the sleep's end, so no
// sleep is longer than GF_LONGEST_SLEEP, in ns; one that comes between this and a switch stays with the fiber that was left
// until that goes on, so once somebody listens to signals (gf_expect_signals) switches have them blocked, at two system calls.
#define GF_LONGEST_SLEEP 10000000
extern _Atomic(bool) gf_switches_block_signals;
static inline void gf_expect_signals(void)
{
    gf_store_relaxed(&gf_switches_block_signals, true); // relaxed: the handlers come later
}
static inline void gf_take_signals(void)
{
    const char *text = "";
    __asm__ volatile("" : "+r"(text)); // or the compiler knows the length
    size_t length = strlen(text);
    __asm__ volatile("" : : "r"(length));
}
#else
#define GF_LONGEST_SLEEP INT64_MAX
static inline void gf_expect_signals(void)
{
}
static inline void gf_take_signals(void)
{
}
#endif

#if GF_TSAN
void AnnotateIgnoreReadsBegin(const char *file, int line);
void AnnotateIgnoreReadsEnd(const char *file, int line);
#define gf_hb_acquire(p) __tsan_acquire((void *)(p))
#define gf_hb_release(p) __tsan_release((void *)(p))
// Around a look at what other threads own: they are stopped, by a signal, or the caller takes what it sees for a guess.
#define gf_racy_reads_begin() AnnotateIgnoreReadsBegin(__FILE__, __LINE__)
#define gf_racy_reads_end() AnnotateIgnoreReadsEnd(__FILE__, __LINE__)
#else
#define gf_hb_acquire(p) ((void)(p))
#define gf_hb_release(p) ((void)(p))
#define gf_racy_reads_begin() ((void)0)
#define gf_racy_reads_end() ((void)0)
#endif

// For a function that looks at other threads' plain fields on purpose: for a report, where an old value does no harm.
#if GF_TSAN
#define GF_RACY_BY_DESIGN __attribute__((no_sanitize("thread"), noinline))
#else
#define GF_RACY_BY_DESIGN
#endif

#endif
