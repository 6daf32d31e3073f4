// SPDX-License-Identifier: MIT
// The hash of a map's keys: XXH3 of libxxhash, keyed with a random secret of this process, so that nobody outside can
// prepare keys that all land in one place ("hash flooding"). Chosen for short keys, whose hash costs less than one cache
// miss. The header is all that is used of the library (docs/dependencies.md).
#ifndef GF_SYNC_MAPHASH_H
#define GF_SYNC_MAPHASH_H

#include "base/atomic.h"
#include "base/compiler.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

struct gf_map_secret {
    _Atomic(bool) ready; // release once the bytes are there; pairs with the acquire below
    unsigned char bytes[XXH3_SECRET_DEFAULT_SIZE];
};
extern struct gf_map_secret gf_map_secret;

// Draws the secret, once.
GF_COLD void gf_map_secret_draw(void);

// From outside of the runtime, for the key is the program's. Short keys are hashed in place: the call and its choice of
// lengths cost as much as the hash. (The library's own function for them, so that its choice is the same.)
GF_ALWAYS_INLINE uint64_t gf_map_hash(const void *key, size_t n)
{
    if (gf_unlikely(!gf_load_acquire(&gf_map_secret.ready)))
        gf_map_secret_draw();
    if (gf_likely(n <= 16))
        return XXH3_len_0to16_64b(key, n, gf_map_secret.bytes, 0);
    return XXH3_64bits_withSecret(key, n, gf_map_secret.bytes, sizeof gf_map_secret.bytes);
}

#endif
