// SPDX-License-Identifier: MIT
// The contract of a port to a processor. Each directory arch/ARCH holds the same functions in the same
// order: switch.S (stack switches), call.S (bound calls), value.c (calls with values in memory), jump.S
// (non-local jumps of go_try), and arch_inline.h (what must be inline). Offsets into struct g, struct m and
// struct go_call that assembly relies on are asserted in sched/offsets.c and panic/offsets.c.
#ifndef GF_ARCH_ARCH_H
#define GF_ARCH_ARCH_H

#include <gofer/detail/value.h>
#include <stddef.h>
#include <stdint.h>

struct g;
struct m;

// --- switch.S ---

// Saves the callee-saved registers and the stack pointer of `from`, which is running on this thread, and
// continues `to`. errno is exchanged on the way. Once the registers of `from` are safe, from->on_cpu is
// cleared with release order: from then on another thread may continue `from`. Returns when somebody
// switches back to `from`, maybe on another thread, whose M is the result. MXCSR and the x87 control word stay as they
// are.
struct m *gf_arch_switch(struct g *from, struct g *to, struct m *m);

// The same to a goroutine that has not run yet: it begins with gf_arch_first_frame, and errno is 0.
struct m *gf_arch_switch_to_new(struct g *from, struct g *to, struct m *m);

// Exchanges MXCSR and the x87 control word, for goroutines that asked for their own floating-point environment.
void gf_arch_exchange_fenv(struct g *from, struct g *to);

// These two never return, but are not declared so: a compiler makes a jump of a last call only if it may return, and the
// processor's return predictions stay in step over a goroutine's end only if it is reached by jumps.
//
// Continues `to` without saving anything: the way out of a goroutine that has ended.
void gf_arch_jump(struct g *to, struct m *m);
// Leaves the present stack for good: gf_arch_first_frame begins on the stack whose top is `top` (16-byte aligned).
void gf_arch_start(void *top);

// Prepares a stack so that gf_arch_switch to it calls f(), which must not return. `top` is 16-byte
// aligned; the result is the stack pointer to keep in g->sp.
void *gf_arch_prepare(void *top, void (*f)(void));

// Calls f(arg) on the stack of a parked goroutine, below its saved registers, so that an unwinder that runs
// in f sees the goroutine's own frames next. Comes back when f returns.
void gf_arch_visit(void *sp, void (*f)(void *arg), void *arg);

// --- call.S ---

// Calls what was bound, with the arguments that were saved, on the present stack; the result is dropped.
void gf_arch_replay(const struct go_call *call);

// The first frame of every goroutine, on a stack of its own: calls gf_first_frame_begins, then what that has put into
// the record, and leaves by gf_first_frame_ends. For gf_arch_switch_to_new and gf_arch_start only.
void gf_arch_first_frame(void);
// sched/switch.c: finishes the arrival and moves the bound call into the frame. False: it has been made already.
bool gf_first_frame_begins(struct go_call *into);
// sched/switch.c: never returns; see gf_arch_jump.
void gf_first_frame_ends(void);

// --- value.c ---

// A function Out f(In), to be called with values in memory, again and again; by one goroutine at a time.
struct gf_typed_call {
    struct go_value_type_ in, out;
    char *place[2];      // where the parts of the argument go
    struct go_call call; // and what follows it
};
// The size of one for this type of argument, all told.
size_t gf_arch_typed_call_bytes(const struct go_value_type_ *in);
void gf_arch_typed_call_init(struct gf_typed_call *c, void *fn, const struct go_value_type_ *in,
                             const struct go_value_type_ *out);
// Calls it with *value and stores what it returns in *result, which is aligned as the type demands.
void gf_arch_typed_call(struct gf_typed_call *c, const void *value, void *result);

// --- jump.S ---

// Non-local jumps within one goroutine: gf_arch_setjmp (go_try_set_) is exported to the go_try macro.
// The buffer holds the callee-saved registers, the stack pointer and the return address.
struct gf_jump_buf {
    uint64_t reg[8];
};
_Noreturn void gf_arch_longjmp(struct gf_jump_buf *buf, int value);

#include "arch/inline.h"

#endif
