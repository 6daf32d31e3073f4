// SPDX-License-Identifier: MIT
// The only door to atomics: the memory order stands in the name, and there is no default. Fields are
// declared _Atomic(T). Each acquire, release or fence in the tree names its partner in a comment; each
// relaxed access says why order does not matter, or its field's declaration does.
#ifndef GF_BASE_ATOMIC_H
#define GF_BASE_ATOMIC_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define gf_load_relaxed(p) atomic_load_explicit((p), memory_order_relaxed)
#define gf_load_acquire(p) atomic_load_explicit((p), memory_order_acquire)
#define gf_store_relaxed(p, v) atomic_store_explicit((p), (v), memory_order_relaxed)
#define gf_store_release(p, v) atomic_store_explicit((p), (v), memory_order_release)

#define gf_xchg_acquire(p, v) atomic_exchange_explicit((p), (v), memory_order_acquire)
#define gf_xchg_release(p, v) atomic_exchange_explicit((p), (v), memory_order_release)
#define gf_xchg_acqrel(p, v) atomic_exchange_explicit((p), (v), memory_order_acq_rel)
#define gf_xchg_relaxed(p, v) atomic_exchange_explicit((p), (v), memory_order_relaxed)

#define gf_add_relaxed(p, n) atomic_fetch_add_explicit((p), (n), memory_order_relaxed)
#define gf_add_acquire(p, n) atomic_fetch_add_explicit((p), (n), memory_order_acquire)
#define gf_add_acqrel(p, n) atomic_fetch_add_explicit((p), (n), memory_order_acq_rel)
#define gf_add_release(p, n) atomic_fetch_add_explicit((p), (n), memory_order_release)
#define gf_add_seqcst(p, n) atomic_fetch_add_explicit((p), (n), memory_order_seq_cst)
#define gf_sub_release(p, n) atomic_fetch_sub_explicit((p), (n), memory_order_release)
#define gf_sub_relaxed(p, n) atomic_fetch_sub_explicit((p), (n), memory_order_relaxed)
#define gf_sub_acqrel(p, n) atomic_fetch_sub_explicit((p), (n), memory_order_acq_rel)
#define gf_or_relaxed(p, n) atomic_fetch_or_explicit((p), (n), memory_order_relaxed)
#define gf_or_release(p, n) atomic_fetch_or_explicit((p), (n), memory_order_release)
#define gf_or_acqrel(p, n) atomic_fetch_or_explicit((p), (n), memory_order_acq_rel)
#define gf_and_relaxed(p, n) atomic_fetch_and_explicit((p), (n), memory_order_relaxed)

// Compare and swap: *old is the expected value and receives the one found on failure.
#define gf_cas_relaxed(p, old, v)                                                                  \
    atomic_compare_exchange_strong_explicit((p), (old), (v), memory_order_relaxed,                 \
                                            memory_order_relaxed)
#define gf_cas_acquire(p, old, v)                                                                  \
    atomic_compare_exchange_strong_explicit((p), (old), (v), memory_order_acquire,                 \
                                            memory_order_relaxed)
#define gf_cas_release(p, old, v)                                                                  \
    atomic_compare_exchange_strong_explicit((p), (old), (v), memory_order_release,                 \
                                            memory_order_relaxed)
#define gf_cas_acqrel(p, old, v)                                                                   \
    atomic_compare_exchange_strong_explicit((p), (old), (v), memory_order_acq_rel,                 \
                                            memory_order_acquire)

// The barrier of store-then-look protocols.
#define gf_fence_seqcst() atomic_thread_fence(memory_order_seq_cst)
// Keeps the compiler from moving accesses, for protocols whose other side calls membarrier or is a
// signal handler of the same thread.
#define gf_fence_compiler() atomic_signal_fence(memory_order_seq_cst)

#endif
