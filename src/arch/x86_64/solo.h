// SPDX-License-Identifier: MIT
// A compare-and-swap without the locked instruction, for a thread that is alone: a restartable sequence (rseq(2)).
// The kernel aborts it, that is, resumes the thread at its abort address, if the thread is preempted, gets a signal
// or is hit by membarrier's RSEQ command before the store. So whoever clears `alone` and then calls that membarrier
// knows that each sequence has either stored, visibly, or will see that it is not alone. sched/solo.c is that party.
//
// The form of such a sequence is the kernel's (linux/rseq.h): a descriptor {version, flags, start, length, abort
// address}, whose address is stored where the thread has registered, and a signature before the abort address.
#ifndef GF_ARCH_X86_64_SOLO_H
#define GF_ARCH_X86_64_SOLO_H

#include "base/atomic.h"
#include "base/compiler.h"

#include <stddef.h>
#include <sys/rseq.h>

// Where this thread announces its sequences (glibc registers each thread); NULL: nowhere.
static inline void *gf_arch_rseq_slot(void)
{
    if (__rseq_size == 0)
        return NULL;
    return (char *)__builtin_thread_pointer() + __rseq_offset + offsetof(struct rseq, rseq_cs);
}

// The sequence, for words of 4 bytes ("l") and of 8 ("q").
#define GF_ARCH_SOLO_SEQUENCE(size)                                                                \
    ".pushsection __rseq_cs, \"aw\"\n"                                                             \
    ".balign 32\n"                                                                                 \
    "661:\n\t"                                                                                     \
    ".long 0, 0\n\t"                                                                               \
    ".quad 662f, 663f - 662f, 664f\n"                                                              \
    ".popsection\n"                                                                                \
    ".pushsection __rseq_failure, \"ax\"\n\t"                                                      \
    ".byte 0x0f, 0xb9, 0x3d\n\t" /* ud1 SIGNATURE(%%rip), %%edi */                                 \
    ".long %c[signature]\n"                                                                        \
    "664:\n\t"                                                                                     \
    "jmp %l[no]\n"                                                                                 \
    ".popsection\n\t"                                                                              \
    "leaq 661b(%%rip), %%rax\n\t"                                                                  \
    "movq %%rax, (%[slot])\n"                                                                      \
    "662:\n\t"                                                                                     \
    "cmpl $0, (%[alone])\n\t"                                                                      \
    "je %l[no]\n\t"                                                                                \
    "cmp" size " %[old], (%[word])\n\t"                                                            \
    "jne %l[no]\n\t"                                                                               \
    "mov" size " %[new], (%[word])\n"                                                              \
    "663:"

// Changes *word from old to new as long as *alone is not 0. False: it was 0, or *word was another, or the sequence was
// aborted; nothing has happened then, and the caller uses the atomic instruction. slot is gf_arch_rseq_slot's.
GF_ALWAYS_INLINE bool gf_arch_solo_cas(const _Atomic(uint32_t) *alone, void *slot,
                                       _Atomic(uint32_t) *word, uint32_t old, uint32_t new)
{
    __asm__ goto(GF_ARCH_SOLO_SEQUENCE("l")
                 :
                 : [alone] "r"(alone), [slot] "r"(slot), [word] "r"(word), [old] "ir"(old),
                   [new] "ir"(new), [signature] "i"(RSEQ_SIG)
                 : "rax", "memory", "cc"
                 : no);
    return true;
no:
    return false;
}

// The same for a word as long as a pointer.
GF_ALWAYS_INLINE bool gf_arch_solo_cas_long(const _Atomic(uint32_t) *alone, void *slot,
                                            _Atomic(uintptr_t) *word, uintptr_t old, uintptr_t new)
{
    __asm__ goto(GF_ARCH_SOLO_SEQUENCE("q")
                 :
                 : [alone] "r"(alone), [slot] "r"(slot), [word] "r"(word), [old] "r"(old),
                   [new] "r"(new), [signature] "i"(RSEQ_SIG)
                 : "rax", "memory", "cc"
                 : no);
    return true;
no:
    return false;
}

#endif
