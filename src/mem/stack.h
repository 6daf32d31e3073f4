// SPDX-License-Identifier: MIT
// Goroutine stacks: guarded slots of one size in reserved regions, touched page by page as they are used, and
// recycled last in, first out. Larger ones on request, in classes of powers of two.
#ifndef GF_MEM_STACK_H
#define GF_MEM_STACK_H

#include "base/atomic.h"
#include "base/compiler.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GF_STACK_GUARD = 64 << 10, GF_STACK_DEFAULT = 256 << 10 };

struct gf_stack {
    char *low; // lowest usable byte; NULL: none
    char *top; // one past the highest, 16-byte aligned, coloured
};

// A stack with at least that many usable bytes. NULL low: no memory. `guards` must have been set up once by
// gf_stack_init.
struct gf_stack gf_stack_new(size_t usable);
// Gives it back, for reuse. Nobody is on it any more.
void gf_stack_free(struct gf_stack s);
// Gives the memory below the stack pointer of one that nobody is on back to the system. Its contents there are lost.
void gf_stack_trim(char *low, const void *sp);
// As many default stacks as are at hand, up to n, at least one unless there is no memory; returns how many.
int gf_stack_take(struct gf_stack *into, int n);
void gf_stack_give(const struct gf_stack *from, int n);

// A stack for a thread's signal handlers, above a guard; NULL: no memory. Not recycled.
char *gf_stack_new_for_signals(size_t bytes);
void gf_stack_free_for_signals(char *low, size_t bytes);

static inline bool gf_stack_is_default(struct gf_stack s)
{
    return (size_t)(s.top - s.low) <= GF_STACK_DEFAULT + 4096;
}

// Once, before the first stack. `advice`: use guard advice if the kernel has it. `guards`: how many guards by protection at
// most; negative: as many as the process's mappings allow.
void gf_stack_init(bool advice, long guards);
// Whether the address lies in the guard below a stack: the stack has overflowed.
bool gf_stack_in_guard(const char *low, uintptr_t addr);
// Some stacks have no guard. Relaxed: set before the first such stack is handed out.
extern _Atomic(bool) gf_stack_some_unguarded GF_HIDDEN;
bool gf_stack_has_guard_or_canary(const char *low, uintptr_t sp);

// False if a stack without a guard has been written beyond its end; one that is not ours, as main's, is intact. At every
// park, hence inline.
static inline bool gf_stack_is_intact(const char *low, uintptr_t sp)
{
    return gf_likely(!gf_load_relaxed(&gf_stack_some_unguarded)) ||
           gf_stack_has_guard_or_canary(low, sp);
}

// For reports, in bytes.
struct gf_stack_stats {
    size_t reserved; // address space, guards included
    size_t in_use;   // handed out
};
struct gf_stack_stats gf_stack_stats(void);

#endif
