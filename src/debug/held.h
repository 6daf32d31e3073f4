// SPDX-License-Identifier: MIT
// Pthread locks that a goroutine holds while it parks. They belong to the thread: the goroutine may wake on another one,
// which cannot unlock them, and whoever runs on this one meanwhile finds them locked by himself. Only in debug builds,
// where pthread's locks are counted by functions of the same names (not under the sanitizers, which have their own).
#ifndef GF_DEBUG_HELD_H
#define GF_DEBUG_HELD_H

void gf_held_init(void);

#endif
