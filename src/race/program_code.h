// SPDX-License-Identifier: MIT
// Which code of a program with the race detector is its own.
#ifndef GF_RACE_PROGRAM_CODE_H
#define GF_RACE_PROGRAM_CODE_H

#include <stdbool.h>
#include <stdint.h>

// Whether what runs at this address on the calling thread is the program's, so that the detector holds no lock.
// Async-signal-safe. For the library (sched/race.c).
__attribute__((visibility("default"))) bool go_race_is_program_code_(uintptr_t pc);

// 1 when the detector begins to call a function of ours with its locks held, -1 when that returns.
void gf_race_enters_detector(int how);

#endif
