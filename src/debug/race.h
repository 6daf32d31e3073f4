// SPDX-License-Identifier: MIT
// The printer of the race detector's reports (base/racereport.h); in builds that are not for -race there is none.
#ifndef GF_DEBUG_RACE_H
#define GF_DEBUG_RACE_H

#include "base/sanitize.h"

#include <stdint.h>

#if GF_RACE
// At the start of the runtime.
void gf_race_reports_init(void);
// How many races have been reported so far.
uint32_t gf_race_count(void);
#else
#define gf_race_reports_init() ((void)0)
#define gf_race_count() ((uint32_t)0)
#endif

#endif
