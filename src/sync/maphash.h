// SPDX-License-Identifier: MIT
// The hash of a map's keys, keyed with a random secret of this process, so that nobody outside can prepare keys that all
// land in one place ("hash flooding"). Short keys, up to 16 bytes, are hashed in place, for a look-up waits for nothing
// longer than for this chain of instructions: two words that cover the key are multiplied to 128 bits and folded, twice
// (wyhash's mixing step). Longer ones take XXH3 of libxxhash, whose header is all that is used of it
// (docs/dependencies.md).
//
// Rejected: XXH3 for the short ones, too: 20 instructions more, most of them one after the other (a seventh of a look-up).
// One multiplication alone: keys that differ in few bits, as numbers do, then share their upper bits under one secret in a
// hundred, seven times as often as by chance.
#ifndef GF_SYNC_MAPHASH_H
#define GF_SYNC_MAPHASH_H

#include "base/atomic.h"
#include "base/compiler.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

struct gf_map_secret {
    unsigned char bytes[XXH3_SECRET_DEFAULT_SIZE] GF_ALIGNED_LINE;
    _Atomic(bool) ready; // release once the bytes are there; pairs with the acquire below
};
extern struct gf_map_secret gf_map_secret GF_HIDDEN;

// Draws the secret, once.
GF_COLD void gf_map_secret_draw(void);

enum { GF_MAP_SHORT_KEY = 16 };
// Lengths alone would differ in a few low bits, and so would the products for keys that differ in nothing else.
#define GF_MAP_LENGTHS_APART UINT64_C(0x9e3779b97f4a7c15)

GF_ALWAYS_INLINE uint64_t gf_map_word(const void *p)
{
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return word;
}

GF_ALWAYS_INLINE uint64_t gf_map_half_word(const void *p)
{
    uint32_t half;
    memcpy(&half, p, sizeof half);
    return half;
}

// A product that every bit of both factors changes, folded to a word.
GF_ALWAYS_INLINE uint64_t gf_map_mix(uint64_t a, uint64_t b)
{
    __extension__ unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

// Two words hold each byte of a key of n <= 16 bytes, some of them twice; n makes them different for different keys.
GF_ALWAYS_INLINE uint64_t gf_map_hash_short(const char *key, size_t n)
{
    uint64_t first = 0, last = 0;
    if (gf_likely(n > 8)) {
        first = gf_map_word(key);
        last = gf_map_word(key + n - 8);
    } else if (n >= 4) {
        first = gf_map_half_word(key);
        last = gf_map_half_word(key + n - 4);
    } else if (n > 0) {
        first = (uint64_t)(unsigned char)key[0] << 8 | (unsigned char)key[n / 2];
        last = (unsigned char)key[n - 1];
    }
    const unsigned char *secret = gf_map_secret.bytes;
    uint64_t mixed = gf_map_mix(first ^ gf_map_word(secret), last ^ gf_map_word(secret + 8));
    return gf_map_mix(mixed ^ n * GF_MAP_LENGTHS_APART, gf_map_word(secret + 16));
}

// From outside of the runtime, for the key is the program's.
GF_ALWAYS_INLINE uint64_t gf_map_hash(const void *key, size_t n)
{
    if (gf_unlikely(!gf_load_acquire(&gf_map_secret.ready)))
        gf_map_secret_draw();
    if (gf_likely(n <= GF_MAP_SHORT_KEY))
        return gf_map_hash_short(key, n);
    return XXH3_64bits_withSecret(key, n, gf_map_secret.bytes, sizeof gf_map_secret.bytes);
}

#endif
