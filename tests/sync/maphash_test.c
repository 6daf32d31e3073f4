// SPDX-License-Identifier: MIT
// The hash of a map's keys: keys of many patterns that programs use are spread over 4,096 places as if by chance, by the
// upper bits, which lead through a map's trie, and by lower ones, which an LRU cache takes. How many pairs of keys meet
// in a place is what is counted; by chance it is half the square of the keys over the places, with a spread of 2%.
#include "support/test.h"

#include "sync/maphash.h"

enum { KEYS = 4096, PLACES = 4096 };

// Out of line: gcc would follow the lengths of these keys into code for those of hundreds of bytes, and warn.
GF_NOINLINE static uint64_t hash_of(const char *key, size_t n)
{
    return gf_map_hash(key, n);
}

// The key of this number; returns its length.
typedef size_t make_key(char *key, uint64_t i);

static size_t make_text(char *key, const char *format, uint64_t i)
{
    return (size_t)snprintf(key, GF_MAP_SHORT_KEY + 1, format, (int)i);
}

static size_t numbered_user(char *key, uint64_t i)
{
    return make_text(key, "user-%06d", i);
}

static size_t decimal(char *key, uint64_t i)
{
    return make_text(key, "%d", i);
}

static size_t padded(char *key, uint64_t i)
{
    return make_text(key, "%016d", i);
}

static size_t hexadecimal(char *key, uint64_t i)
{
    return make_text(key, "%x", i);
}

static size_t number_inside(char *key, uint64_t i)
{
    return make_text(key, "key%d:n", i);
}

static size_t path(char *key, uint64_t i)
{
    return make_text(key, "/api/v1/i/%d", i);
}

static size_t three_letters(char *key, uint64_t i)
{
    for (int at = 0; at < 3; at++)
        key[at] = (char)('a' + (i >> 4 * at) % 16);
    return 3;
}

static size_t two_bytes(char *key, uint64_t i)
{
    memcpy(key, &i, 2);
    return 2;
}

static size_t four_bytes(char *key, uint64_t i)
{
    memcpy(key, &i, 4);
    return 4;
}

static size_t word(char *key, uint64_t value)
{
    memcpy(key, &value, 8);
    return 8;
}

static size_t pointer(char *key, uint64_t i)
{
    return word(key, 0x7f3a12345000 + i * 64);
}

static size_t page_address(char *key, uint64_t i)
{
    return word(key, 0x7f3a12345000 + i * 4096);
}

static size_t upper_bits(char *key, uint64_t i)
{
    return word(key, i << 52);
}

static size_t two_words(char *key, uint64_t first, uint64_t second)
{
    return word(key, first) + word(key + 8, second);
}

static size_t first_of_two_words(char *key, uint64_t i)
{
    return two_words(key, i, 0);
}

static size_t second_of_two_words(char *key, uint64_t i)
{
    return two_words(key, 0, i);
}

static size_t upper_bits_of_second_word(char *key, uint64_t i)
{
    return two_words(key, 0, i << 52);
}

static size_t point_in_a_grid(char *key, uint64_t i)
{
    return two_words(key, i % 64, i / 64);
}

static size_t twice_the_same_word(char *key, uint64_t i)
{
    return two_words(key, i, i);
}

static size_t run_of_one_byte(char *key, uint64_t i)
{
    size_t n = 1 + i % GF_MAP_SHORT_KEY;
    memset(key, (int)(i / GF_MAP_SHORT_KEY), n);
    return n;
}

static size_t longer_text(char *key, uint64_t i)
{
    return (size_t)snprintf(key, 64, "/api/v1/customers/%06d/orders", (int)i);
}

// How many pairs of keys meet, by the twelve bits from `shift` on.
static size_t pairs_that_meet(make_key *make, unsigned shift)
{
    static uint16_t here[PLACES];
    char key[64];
    size_t pairs = 0;
    memset(here, 0, sizeof here);
    for (uint64_t i = 0; i < KEYS; i++) {
        size_t n = make(key, i);
        pairs += here[hash_of(key, n) >> shift & (PLACES - 1)]++;
    }
    return pairs;
}

static void check_spread(const char *name, make_key *make, unsigned shift)
{
    enum { BY_CHANCE = KEYS / 2 * (KEYS / PLACES), TOO_MANY = BY_CHANCE * 5 / 4 };
    size_t pairs = pairs_that_meet(make, shift);
    if (pairs > TOO_MANY)
        FAIL("%s: %zu pairs meet by the bits from %u on, %d by chance", name, pairs, shift,
             BY_CHANCE);
}

TEST(keys_of_every_pattern_are_spread_as_if_by_chance)
{
#define PATTERN(make)                                                                              \
    {                                                                                              \
#make, make                                                                                \
    }
    static const struct {
        const char *name;
        make_key *make;
    } patterns[] = {
        PATTERN(numbered_user),
        PATTERN(decimal),
        PATTERN(padded),
        PATTERN(hexadecimal),
        PATTERN(number_inside),
        PATTERN(path),
        PATTERN(three_letters),
        PATTERN(two_bytes),
        PATTERN(four_bytes),
        PATTERN(word),
        PATTERN(pointer),
        PATTERN(page_address),
        PATTERN(upper_bits),
        PATTERN(first_of_two_words),
        PATTERN(second_of_two_words),
        PATTERN(upper_bits_of_second_word),
        PATTERN(point_in_a_grid),
        PATTERN(twice_the_same_word),
        PATTERN(run_of_one_byte),
        PATTERN(longer_text),
    };
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++)
        for (unsigned shift = 0; shift <= 52; shift += 26)
            check_spread(patterns[i].name, patterns[i].make, shift);
}

// Without its length a key would be the same two words as the longer key of the same byte.
TEST(every_length_of_the_same_bytes_has_a_hash_of_its_own)
{
    uint64_t seen[GF_MAP_SHORT_KEY + 1];
    char key[GF_MAP_SHORT_KEY];
    memset(key, 'a', sizeof key);
    for (size_t n = 0; n <= GF_MAP_SHORT_KEY; n++) {
        seen[n] = hash_of(key, n);
        for (size_t i = 0; i < n; i++)
            CHECK(seen[i] != seen[n]);
    }
}

// Each bit of a key counts: changing it changes the hash, whatever the length.
TEST(every_bit_of_a_key_changes_its_hash)
{
    char key[40] = "0123456789abcdefghijklmnopqrstuvwxyz";
    for (size_t n = 1; n <= sizeof key; n++)
        for (size_t bit = 0; bit < 8 * n; bit++) {
            uint64_t before = hash_of(key, n);
            key[bit / 8] = (char)(key[bit / 8] ^ 1 << bit % 8);
            CHECK(hash_of(key, n) != before);
            key[bit / 8] = (char)(key[bit / 8] ^ 1 << bit % 8);
        }
}
