// SPDX-License-Identifier: MIT
// Stacks with values: what every profile is made of.
#ifndef GF_DEBUG_SAMPLES_H
#define GF_DEBUG_SAMPLES_H

#include "base/atomic.h"
#include "debug/unwind.h"

#include <stdint.h>

enum { GF_SAMPLE_DEPTH = 56, GF_SAMPLE_NAME = 32 };

struct gf_sample {
    uint64_t count;
    int64_t nanoseconds;
    char name[GF_SAMPLE_NAME]; // the goroutine's; empty: none
    uint16_t depth;
    bool exact;          // the innermost frame is the instruction itself, not a return address
    _Atomic(bool) ready; // release by who has written the rest, acquire by who reads
    uintptr_t pc[GF_SAMPLE_DEPTH];
};

// A growing set. Producers: any number of threads, also in signal handlers, lock-free; consumers: one, any time.
struct gf_samples {
    struct gf_sample *sample; // room for `most`; memory is used as it fills
    uint32_t most;
    _Atomic(uint32_t)
        used; // relaxed: hands out places; may exceed `most`, by what has been dropped
};

// False if there is no memory.
bool gf_samples_open(struct gf_samples *s, uint32_t most);
void gf_samples_close(struct gf_samples *s);
void gf_samples_clear(struct gf_samples *s);
// Adds one; dropped if there is no room. The name may be NULL.
void gf_samples_add(struct gf_samples *s, const struct gf_trace *trace, const char *name,
                    uint64_t count, int64_t nanoseconds);
// How many places are taken; those that are not `ready` are to be left out.
uint32_t gf_samples_count(const struct gf_samples *s);
uint32_t gf_samples_dropped(const struct gf_samples *s);

// Adds up samples with the same stack and name, largest first: fills `into`, which has room for all, with the sums.
// Returns how many are left. Allocates.
uint32_t gf_samples_sum(const struct gf_samples *s, struct gf_sample **into);

#endif
