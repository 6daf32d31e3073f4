// SPDX-License-Identifier: MIT
// Chooses the port's half of the fault handler: reading and rewriting the context that a signal interrupted. Apart from
// arch.h, for only panic/fault.c needs it, and the system's <ucontext.h> with it. Each port gives
//   struct gf_arch_landing, gf_arch_fault_at(u)   where the fault was
//   GF_ARCH_REGISTERS, gf_arch_registers(u, into)  the general registers
//   gf_arch_is_wild_jump(u, addr), gf_arch_undo_call(u)
//   gf_arch_landing_place(sp, bytes), gf_arch_divert(u, data, f)   going on in a function
#ifndef GF_ARCH_CONTEXT_H
#define GF_ARCH_CONTEXT_H

#if defined(__x86_64__)
#include "arch/x86_64/context.h"
#elif defined(__aarch64__)
#include "arch/aarch64/context.h"
#else
#error "gofer has no port to this processor"
#endif

#endif
