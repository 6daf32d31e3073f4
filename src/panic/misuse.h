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

// Ends the process with what Go calls fatal, below the panics that the goroutine has in flight, and starts the runtime if
// this is the first call of all, so that there are goroutines to show. From anywhere, also with locks held.
_Noreturn GF_COLD void gf_fatal_misuse(const char *text);

// As gf_panic_misuse, from outside of the runtime.
_Noreturn GF_COLD void gf_panic_runtime(const char *text);

// For who repeats to later callers what happened to the first. The newest panic of this goroutine, NULL if there is none;
// and, in a deferred call that may run because of a panic, a copy of that panic if it is newer than `before`. The copy ends
// with go_panic_free. From outside of the runtime.
struct gf_panic;
const struct gf_panic *gf_panic_newest(void);
go_panic_info *gf_panic_copy_since(const struct gf_panic *before);

// Panics as p did, which stays the caller's. From outside of the runtime.
_Noreturn GF_COLD void gf_panic_again(const go_panic_info *p);

#endif
