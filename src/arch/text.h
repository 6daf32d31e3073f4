// SPDX-License-Identifier: MIT
// Chooses the port's gf_arch_strlen: the length of a text that is short as a rule, in line, for where the call of strlen
// takes as long as what is done with the text. It reads to the end of the aligned block that the text ends in, never
// into another page, which is no use of memory to the processor. The sanitizers see it otherwise: there it is strlen.
#ifndef GF_ARCH_TEXT_H
#define GF_ARCH_TEXT_H

#include "base/sanitize.h"

#if defined __x86_64__ && !GF_ASAN && !GF_FIBERS
#include "arch/x86_64/text.h"
#else

#include "base/compiler.h"

GF_ALWAYS_INLINE size_t gf_arch_strlen(const char *text)
{
    return strlen(text);
}

#endif

#endif
