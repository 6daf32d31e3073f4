// SPDX-License-Identifier: MIT
// Sums and differences of moments and durations that stop at the ends of the range instead of overflowing, as those of
// Go's package time do.
#ifndef GF_BASE_SATURATE_H
#define GF_BASE_SATURATE_H

#include <stdint.h>

static inline int64_t gf_add_saturated(int64_t a, int64_t b)
{
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        return b > 0 ? INT64_MAX : INT64_MIN;
    return sum;
}

static inline int64_t gf_subtract_saturated(int64_t a, int64_t b)
{
    int64_t difference;
    if (__builtin_sub_overflow(a, b, &difference))
        return a > b ? INT64_MAX : INT64_MIN;
    return difference;
}

#endif
