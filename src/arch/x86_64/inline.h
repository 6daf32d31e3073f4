// SPDX-License-Identifier: MIT
// The inline half of the x86-64 port. The thread's M is reached through volatile asm: compilers keep the
// address of a thread-local across calls, which is wrong for a goroutine that parks in between and wakes on
// another thread. The initial-exec model costs one load (none in a program, where the linker folds it).
#ifndef GF_ARCH_X86_64_INLINE_H
#define GF_ARCH_X86_64_INLINE_H

#include "base/compiler.h"

#include <stdint.h>

GF_ALWAYS_INLINE struct m *gf_arch_self(void)
{
    struct m *m;
    __asm__ volatile("movq go_self_m_@gottpoff(%%rip), %0\n\tmovq %%fs:(%0), %0" : "=r"(m));
    return m;
}

GF_ALWAYS_INLINE void gf_arch_pause(void)
{
    __asm__ volatile("pause");
}

GF_ALWAYS_INLINE uint64_t gf_arch_ticks(void)
{
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

// Every x86-64 processor with a constant-rate counter runs it at 1 to 5 GHz; the callers only need the order.
GF_ALWAYS_INLINE uint64_t gf_arch_ticks_per_us(void)
{
    return 2500;
}

// Adds one to a counter that this thread alone changes, while others may read it: one instruction, not a locked one, for
// which compilers take three.
GF_ALWAYS_INLINE void gf_arch_count(_Atomic(uint64_t) *n)
{
    __asm__ volatile("incq %0" : "+m"(*n));
}

GF_ALWAYS_INLINE uintptr_t gf_arch_sp(void)
{
    uintptr_t sp;
    __asm__ volatile("movq %%rsp, %0" : "=r"(sp));
    return sp;
}

// MXCSR and the x87 control word as a process starts with them, and as they are in a fresh goroutine.
enum { GF_ARCH_FENV_0 = 0x1f80, GF_ARCH_FENV_1 = 0x037f };

GF_ALWAYS_INLINE void gf_arch_set_default_fenv(void)
{
    uint32_t mxcsr = GF_ARCH_FENV_0;
    uint16_t control = GF_ARCH_FENV_1;
    __asm__ volatile("ldmxcsr %0\n\tfldcw %1" : : "m"(mxcsr), "m"(control));
}

// The stack pointer to which a jump buffer leads: jump.S says why there are two places for it.
GF_ALWAYS_INLINE uintptr_t gf_arch_jump_sp(void *const *buf)
{
    return (uintptr_t)(buf[2] ? buf[2] : buf[3]);
}

#endif
