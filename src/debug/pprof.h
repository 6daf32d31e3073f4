// SPDX-License-Identifier: MIT
// Profiles in the formats that `go tool pprof` and readers know.
#ifndef GF_DEBUG_PPROF_H
#define GF_DEBUG_PPROF_H

#include "debug/samples.h"
#include "debug/text.h"

struct gf_pprof {
    const char *type, *unit;      // of the samples' count
    bool has_time;                // a second value, nanoseconds
    const char *time_type;        // its type: "delay", "cpu"
    int64_t period;               // 0: none
    int64_t started, nanoseconds; // wall clock; for how long it was collected
    bool shows_runtime;           // the runtime's own frames are part of what was measured
};

// Adds the protobuf of perftools.profiles.Profile (github.com/google/pprof), not compressed, which its readers take as
// well. For the holder of the symbols' lock.
void gf_pprof_write(struct gf_text *out, const struct gf_pprof *p, const struct gf_sample *sample,
                    uint32_t count);
// The same as Go's debug=1: a line with the count and addresses for each stack, then its functions.
void gf_pprof_write_text(struct gf_text *out, const char *name, const struct gf_pprof *p,
                         const struct gf_sample *sample, uint32_t count);

#endif
