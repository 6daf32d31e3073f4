// SPDX-License-Identifier: MIT
// The contract of a port to a processor. Each directory arch/ARCH holds the same functions in the same
// order: switch.S (stack switches), call.S (bound calls), jump.S (non-local jumps of go_try), and arch_inline.h
// (what must be inline). Offsets into struct g, struct m and struct go_call that assembly relies on are
// asserted in sched/offsets.c and panic/offsets.c.
#ifndef GF_ARCH_ARCH_H
#define GF_ARCH_ARCH_H

#include <stddef.h>
#include <stdint.h>

struct g;
struct m;
struct go_call;

// --- switch.S ---

// Saves the callee-saved registers and the stack pointer of `from`, which is running on this thread, and
// continues `to`. errno is exchanged on the way. Once the registers of `from` are safe, from->on_cpu is
// cleared with release order: from then on another thread may continue `from`. Returns when somebody
// switches back to `from`, maybe on another thread. MXCSR and the x87 control word stay as they are.
void gf_arch_switch(struct g *from, struct g *to, struct m *m);

// The same for goroutines that asked for their own floating-point environment.
void gf_arch_switch_fenv(struct g *from, struct g *to, struct m *m);

// Continues `to` without saving anything: the way out of a goroutine that has ended.
_Noreturn void gf_arch_jump(struct g *to, struct m *m);

// Leaves the present stack for good and calls f(arg) on the stack whose top is `top` (16-byte aligned).
_Noreturn void gf_arch_start(void *top, void (*f)(void *arg), void *arg);

// Prepares a stack so that gf_arch_switch to it calls f(), which must not return. `top` is 16-byte
// aligned; the result is the stack pointer to keep in g->sp.
void *gf_arch_prepare(void *top, void (*f)(void));

// Calls f(arg) on the stack of a parked goroutine, below its saved registers, so that an unwinder that runs
// in f sees the goroutine's own frames next. Comes back when f returns.
void gf_arch_visit(void *sp, void (*f)(void *arg), void *arg);

// --- call.S ---

// Calls what was bound, with the arguments that were saved, on the present stack; the result is dropped.
void gf_arch_replay(const struct go_call *call);

// --- jump.S ---

// Non-local jumps within one goroutine: gf_arch_setjmp (go_try_set_) is exported to the go_try macro.
// The buffer holds the callee-saved registers, the stack pointer and the return address.
struct gf_jump_buf {
    uint64_t reg[8];
};
_Noreturn void gf_arch_longjmp(struct gf_jump_buf *buf, int value);

#include "arch/inline.h"

#endif
