// SPDX-License-Identifier: MIT
// Sampling where the threads spend their time.
#ifndef GF_DEBUG_CPU_H
#define GF_DEBUG_CPU_H

#include "debug/samples.h"

// Takes a sample of each thread each time it has used so many nanoseconds, into `samples`, until gf_cpu_stop.
// -EBUSY if it does so already; other negative errno if the system has no timers left.
int gf_cpu_start(struct gf_samples *samples, int64_t period);
void gf_cpu_stop(void);

#endif
