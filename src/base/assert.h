// SPDX-License-Identifier: MIT
// Four kinds of checks, none with side effects:
//   gf_misuse_*          the caller's fault, always on, in Go's words: panic/misuse.h and gf_fatal below
//   gf_throw             the runtime itself is broken, always on
//   gf_assert            holds in a correct runtime; debug builds only
//   gf_check_expensive   the validity of a whole structure; debug builds only
#ifndef GF_BASE_ASSERT_H
#define GF_BASE_ASSERT_H

#include "base/compiler.h"

// Prints "fatal error: TEXT" and every goroutine's trace, and ends the process with status 2. Nothing
// catches it and no deferred call runs. Callable from anywhere, also with locks held.
_Noreturn void gf_fatal(const char *text);
// The same after lines that say more, each with its newline.
_Noreturn void gf_fatal_after(const char *lines, const char *text);
// The same for a broken invariant of the runtime: names the place.
_Noreturn GF_COLD void gf_throw_at(const char *file, int line, const char *what);

#define gf_throw(what) gf_throw_at(__FILE__, __LINE__, what)

#if GF_DEBUG
#define gf_assert(condition) ((condition) ? (void)0 : gf_throw(#condition))
#define gf_check_expensive(condition) ((condition) ? (void)0 : gf_throw(#condition))
#else
#define gf_assert(condition) ((void)sizeof((condition) ? 1 : 0))
#define gf_check_expensive(condition) ((void)sizeof((condition) ? 1 : 0))
#endif

#endif
