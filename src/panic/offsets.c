// SPDX-License-Identifier: MIT
// Offsets that the assembly of arch/*/call.S, jump.S and fault.S relies on, so that moving a field of a bound call, a
// request, a try or a landing stops the build here. Nothing of this file is in the library.
#include "arch/context.h"
#include "panic/panic.h"

_Static_assert(offsetof(struct go_call, fn) == 0, "CALL_FN in arch/*/call.S");
_Static_assert(offsetof(struct go_call, flags) == 8, "CALL_FLAGS in arch/*/call.S");
_Static_assert(offsetof(struct go_call, stack_bytes) == 12, "CALL_STACK in arch/*/call.S");
_Static_assert(offsetof(struct go_call, reg) == 16, "CALL_REG in arch/*/call.S");
_Static_assert(sizeof(struct go_call) == 64, "CALL_VECTOR in arch/*/call.S");
_Static_assert(GO_CALL_FULL == 1 && GO_CALL_X87 == 2 && GO_CALL_ONCE == 4,
               "CALL_FULL, CALL_X87, CALL_ONCE in arch/*/call.S");
_Static_assert(offsetof(struct go_capture_req, call) == 0, "REQ_CALL in arch/*/call.S");
_Static_assert(offsetof(struct go_capture_req, fn) == 8, "REQ_FN in arch/*/call.S");
_Static_assert(offsetof(struct go_capture_req, flags) == 16, "REQ_FLAGS in arch/*/call.S");
_Static_assert(offsetof(struct go_capture_req, stack_bytes) == 20, "REQ_STACK in arch/*/call.S");
_Static_assert(offsetof(struct go_capture_then, fn) == 0, "THEN_FN in arch/*/call.S");
_Static_assert(offsetof(struct go_capture_then, flags) == 8, "THEN_FLAGS in arch/*/call.S");
_Static_assert(offsetof(struct go_capture_then, stack_bytes) == 12, "THEN_STACK in arch/*/call.S");
_Static_assert(offsetof(struct go_capture_then, then) == 16, "THEN_THEN in arch/*/call.S");
_Static_assert(offsetof(struct go_capture_then, arg) == 24, "THEN_ARG in arch/*/call.S");

// A deferred call's bound call follows its record: gofer/detail/try.h declares it so, defer.c relies on it.
_Static_assert(sizeof(struct go_defer_) == 16, "the bound call in panic/defer.c");
_Static_assert(offsetof(struct m, g) == 0, "go_defers_ in gofer/detail/try.h");
_Static_assert(offsetof(struct g, defers) == GO_DEFERS_AT, "go_defers_ in gofer/detail/try.h");

#if !GF_FIBERS
_Static_assert(sizeof(struct gf_jump_buf) == sizeof(((struct go_try_ *)0)->jump),
               "the buffer in arch/*/jump.S");
#endif

_Static_assert(offsetof(struct gf_arch_landing, pc) == 0, "the pc in arch/*/fault.S");
_Static_assert(offsetof(struct gf_arch_landing, sp) == 8, "the stack pointer in arch/*/fault.S");
