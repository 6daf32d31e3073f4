// SPDX-License-Identifier: MIT
// Chooses the port's compare-and-swap for a thread that is alone. Apart from arch.h, for it needs the system's
// <sys/rseq.h>. Each port gives gf_arch_rseq_slot, gf_arch_solo_cas and gf_arch_solo_cas_long; sanitizers, which must
// see each access, get none.
#ifndef GF_ARCH_SOLO_H
#define GF_ARCH_SOLO_H

#include "base/sanitize.h"

#if defined __x86_64__ && !GF_TSAN && __has_include(<sys/rseq.h>)
#include "arch/x86_64/solo.h"
#else

#include "base/atomic.h"
#include "base/compiler.h"

#include <stddef.h>

static inline void *gf_arch_rseq_slot(void)
{
    return NULL;
}

GF_ALWAYS_INLINE bool gf_arch_solo_cas(const _Atomic(uint32_t) *alone, void *slot,
                                       _Atomic(uint32_t) *word, uint32_t old, uint32_t new)
{
    (void)alone, (void)slot, (void)word, (void)old, (void)new;
    return false;
}

GF_ALWAYS_INLINE bool gf_arch_solo_cas_long(const _Atomic(uint32_t) *alone, void *slot,
                                            _Atomic(uintptr_t) *word, uintptr_t old, uintptr_t new)
{
    (void)alone, (void)slot, (void)word, (void)old, (void)new;
    return false;
}

#endif

#endif
