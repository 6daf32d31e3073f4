// SPDX-License-Identifier: MIT
// The start of the runtime, as src/init.c sees it, and the debug keys of the environment.
#ifndef GF_SCHED_START_H
#define GF_SCHED_START_H

// Starts the rooms above the scheduler: installs hooks and signal handlers. Called once, before any goroutine.
// Implemented in src/init.c, the one file that knows all rooms.
void gf_start_rooms(void);

// The number of a key in GOFER_DEBUG=key,key=n: n, 1 for a key without a number, -1 if it is not there.
long gf_debug_key(const char *key);

#endif
