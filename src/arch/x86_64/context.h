// SPDX-License-Identifier: MIT
// What a fault handler reads and rewrites of the context that it interrupted, on x86-64 under Linux. The handler
// cannot run the program's code itself: it is on the signal stack, with its signal blocked. So it makes the context
// go on elsewhere, as if the faulting instruction had called a function, and returns; the return from the handler
// then restores the signal mask and leaves the signal stack.
#ifndef GF_ARCH_X86_64_CONTEXT_H
#define GF_ARCH_X86_64_CONTEXT_H

#include "base/compiler.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <ucontext.h>

enum {
    GF_ARCH_GENERAL = REG_RSP + 1,            // r8 to r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp
    GF_ARCH_REGISTERS = GF_ARCH_GENERAL + 32, // and the vector registers' lower halves
    GF_ARCH_RED_ZONE = 128,                   // below the stack pointer, in use by leaf functions
    GF_ARCH_FETCH_FAULT = 1 << 4 // in REG_ERR of a page fault: it was for an instruction
};

// What gf_arch_fault_land (fault.S) finds on top of the stack. The offsets are known there and asserted in
// panic/offsets.c; the handler's own data follows.
struct gf_arch_landing {
    uint64_t pc, sp; // of the fault
};
void gf_arch_fault_land(void);

static inline struct gf_arch_landing gf_arch_fault_at(const ucontext_t *u)
{
    return (struct gf_arch_landing){.pc = (uint64_t)u->uc_mcontext.gregs[REG_RIP],
                                    .sp = (uint64_t)u->uc_mcontext.gregs[REG_RSP]};
}

// All registers of the interrupted code that may hold pointers; returns how many.
static inline int gf_arch_registers(const ucontext_t *u, uintptr_t registers[GF_ARCH_REGISTERS])
{
    for (int i = 0; i < GF_ARCH_GENERAL; i++)
        registers[i] = (uintptr_t)u->uc_mcontext.gregs[i];
    if (!u->uc_mcontext.fpregs)
        return GF_ARCH_GENERAL;
    memcpy(registers + GF_ARCH_GENERAL, u->uc_mcontext.fpregs->_xmm,
           (GF_ARCH_REGISTERS - GF_ARCH_GENERAL) * sizeof *registers);
    return GF_ARCH_REGISTERS;
}

// Whether the fault came from jumping to `addr`, say by a call through a NULL pointer.
static inline bool gf_arch_is_wild_jump(const ucontext_t *u, uintptr_t addr)
{
    const greg_t *reg = u->uc_mcontext.gregs;
    return (uintptr_t)reg[REG_RIP] == addr && (reg[REG_ERR] & GF_ARCH_FETCH_FAULT);
}

// Undoes a call that led nowhere: the fault is the caller's then, whose frame an unwinder can find.
static inline void gf_arch_undo_call(ucontext_t *u)
{
    greg_t *reg = u->uc_mcontext.gregs;
    memcpy(&reg[REG_RIP], (const void *)reg[REG_RSP], sizeof reg[REG_RIP]);
    reg[REG_RSP] += 8;
}

// Where `bytes` of the handler's data will lie, for a context with this stack pointer.
static inline uintptr_t gf_arch_landing_place(uintptr_t sp, size_t bytes)
{
    return (sp - GF_ARCH_RED_ZONE - bytes) & ~(uintptr_t)15;
}

// Makes the context go on in f(data), where data is at gf_arch_landing_place and begins with a gf_arch_landing. f
// must not return.
static inline void gf_arch_divert(ucontext_t *u, void *data, void (*f)(void *))
{
    greg_t *reg = u->uc_mcontext.gregs;
    reg[REG_RSP] = (greg_t)data;
    reg[REG_RDI] = (greg_t)data;
    reg[REG_RSI] = (greg_t)f;
    reg[REG_RIP] = (greg_t)gf_arch_fault_land;
}

#endif
