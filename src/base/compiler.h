// SPDX-License-Identifier: MIT
// Words for what gcc and clang can be told beyond C: branch weights, inlining, and the step from a member
// to the struct that contains it. Both compilers know all of these.
#ifndef GF_BASE_COMPILER_H
#define GF_BASE_COMPILER_H

#include <stddef.h>

#define gf_likely(x) __builtin_expect(!!(x), 1)
#define gf_unlikely(x) __builtin_expect(!!(x), 0)
#define GF_NOINLINE __attribute__((noinline))
#define GF_ALWAYS_INLINE static inline __attribute__((always_inline))
#define GF_COLD __attribute__((cold, noinline))
#define GF_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#define GF_CACHE_LINE 64
#define GF_ALIGNED_LINE __attribute__((aligned(GF_CACHE_LINE)))

// For variables that several files share: no other library's can stand in their place, so no address has to be looked up.
// (Defined as nothing for the preset race, where the suite's own looks inside go into a shared object.)
#ifndef GF_HIDDEN
#define GF_HIDDEN __attribute__((visibility("hidden")))
#endif

#define gf_container_of(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

#endif
