// SPDX-License-Identifier: MIT
// How the rooms above panic: misuse of the library is the caller's fault and raises a runtime error with Go's words,
// which go_try catches; or it is what Go calls fatal.
#ifndef GF_PANIC_MISUSE_H
#define GF_PANIC_MISUSE_H

#include "base/compiler.h"

#include <gofer/panic.h>

struct m;

// Leaves the runtime and panics with exactly this text. The caller is inside the runtime and holds no lock.
_Noreturn GF_COLD void gf_panic_misuse(struct m *m, const char *text);

// Ends the process with what Go calls fatal, and starts the runtime if this is the first call of all, so that there are
// goroutines to show. From anywhere, also with locks held.
_Noreturn GF_COLD void gf_fatal_misuse(const char *text);

// As gf_panic_misuse, from outside of the runtime.
_Noreturn GF_COLD void gf_panic_runtime(const char *text);

// Panics as p was, which was caught before and stays the caller's. From outside of the runtime.
_Noreturn GF_COLD void gf_panic_again(const go_panic_info *p);

#endif
