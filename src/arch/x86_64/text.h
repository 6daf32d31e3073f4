// SPDX-License-Identifier: MIT
// The length of a short text by aligned loads of 16 bytes, two at most: both are in pages that the text is in. Valgrind,
// too, lets such a load go beyond the end of a block (--partial-loads-ok).
#ifndef GF_ARCH_X86_64_TEXT_H
#define GF_ARCH_X86_64_TEXT_H

#include "base/compiler.h"

#include <emmintrin.h>
#include <stdint.h>
#include <string.h>

// A bit for each byte that is zero in an aligned block. The compiler is not told which object it is, for the block is larger.
GF_ALWAYS_INLINE unsigned gf_arch_zero_bytes(const char *block)
{
    __asm__("" : "+r"(block));
    __m128i bytes = _mm_load_si128((const __m128i *)block);
    return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_setzero_si128()));
}

GF_ALWAYS_INLINE size_t gf_arch_strlen(const char *text)
{
    unsigned before = (uintptr_t)text % 16;
    const char *block = text - before;
    unsigned zeros = gf_arch_zero_bytes(block) >> before;
    if (gf_likely(zeros))
        return (unsigned)__builtin_ctz(zeros);
    zeros = gf_arch_zero_bytes(block + 16);
    if (gf_likely(zeros))
        return 16 - before + (unsigned)__builtin_ctz(zeros);
    return strlen(text);
}

#endif
