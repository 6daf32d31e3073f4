// SPDX-License-Identifier: MIT
// What mutexes and reader and writer locks tell whoever watches them: nothing, for the price of a load, unless
// somebody does. All outside of the runtime.
#ifndef GF_SYNC_WATCH_H
#define GF_SYNC_WATCH_H

#include "base/compiler.h"
#include "base/hooks.h"

static inline void gf_lock_wants(const void *lock, enum gf_lock_kind kind)
{
    if (gf_unlikely(gf_hooks.lock_watch != NULL))
        gf_hooks.lock_watch->wants(lock, kind);
}

static inline void gf_lock_waits(const void *lock, enum gf_lock_kind kind)
{
    if (gf_unlikely(gf_hooks.lock_watch != NULL))
        gf_hooks.lock_watch->waits(lock, kind);
}

static inline void gf_lock_has(const void *lock, enum gf_lock_kind kind)
{
    if (gf_unlikely(gf_hooks.lock_watch != NULL))
        gf_hooks.lock_watch->has(lock, kind);
}

static inline void gf_lock_leaves(const void *lock, enum gf_lock_kind kind)
{
    if (gf_unlikely(gf_hooks.lock_watch != NULL))
        gf_hooks.lock_watch->leaves(lock, kind);
}

#endif
