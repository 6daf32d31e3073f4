// SPDX-License-Identifier: MIT
// Whose code a fault came from: a jump out of a library's function would leave its locks held.
#ifndef GF_PANIC_FRAMES_H
#define GF_PANIC_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

// Learns where the program's code lies. Once, before the first fault.
void gf_frames_init(void);

// Whether all frames from the one with this stack pointer, which a signal has interrupted, up to the one that holds
// `limit` are the program's or gofer's; in the first one a string function is allowed too. Called on the same stack,
// inside of those frames. False also when the frames cannot be followed so far.
bool gf_frames_are_ours(uintptr_t sp, uintptr_t limit);

#endif
