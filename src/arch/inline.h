// SPDX-License-Identifier: MIT
// Chooses the inline half of the port: what is too small or too hot for a call. Each port gives
//   gf_arch_self()    this thread's M, read afresh at every use (a goroutine may have changed threads since)
//   gf_arch_pause()   a hint that this is a waiting loop
//   gf_arch_ticks()   a counter of constant rate, cheap, not ordered; gf_arch_ticks_per_us() its rate, roughly
//   gf_arch_sp()      the present stack pointer
//   gf_arch_jump_sp(buf)   the stack pointer to which a jump buffer leads
#ifndef GF_ARCH_INLINE_H
#define GF_ARCH_INLINE_H

#if defined(__x86_64__)
#include "arch/x86_64/inline.h"
#elif defined(__aarch64__)
#include "arch/aarch64/inline.h"
#else
#error "gofer has no port to this processor"
#endif

#endif
