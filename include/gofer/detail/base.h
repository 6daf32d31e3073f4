// SPDX-License-Identifier: MIT
// What every public header needs: linkage, a counter for unique names, argument counting, and an errno
// that survives a park. Nothing here is for users, but for the value GO_UNUSED results of it.
#ifndef GOFER_DETAIL_BASE_H
#define GOFER_DETAIL_BASE_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GO_API __attribute__((visibility("default")))
#define GO_INLINE_ static inline __attribute__((always_inline))
// One whose address is that of the library's. Inlined without optimisation, too, so that the function that calls it stands
// in what the race detector reports; with it gcc decides: it would split what has to be inlined.
#ifdef __OPTIMIZE__
#define GO_API_INLINE_ GO_API inline
#else
#define GO_API_INLINE_ GO_API inline __attribute__((always_inline))
#endif

// What follows a call that does not return: one that is declared so, and never made. gcc's -Winfinite-recursion would
// report every function that calls itself and otherwise ends only in such a call, for besides return it believes in
// no way out but longjmp and a C++ exception, which it knows by its name; so that is what this one is called.
#if defined(__GNUC__) && !defined(__clang__)
#define GO_NORETURN_HINT __cxa_throw_or_not_()
#else
#define GO_NORETURN_HINT __builtin_unreachable()
#endif

// Keeps the call before it from becoming a jump, so that a trace shows the function that made it.
#define GO_KEEP_FRAME __asm__ volatile("")

#ifdef __cplusplus
#define GO_BEGIN_DECLS extern "C" {
#define GO_END_DECLS }
#else
#define GO_BEGIN_DECLS
#define GO_END_DECLS
#endif

// Pastes after expansion. GO_UID is a fresh number at each use, so that nested macros never shadow.
#define GO_CAT_(a, b) a##b
#define GO_CAT(a, b) GO_CAT_(a, b)
#define GO_UID __COUNTER__

// The number of arguments, 0 to 8; a ninth gives GO_TOO_MANY_ARGUMENTS, which names the mistake.
#define GO_ARGC(...)                                                                               \
    GO_ARGC_(_, ##__VA_ARGS__, GO_TOO_MANY_ARGUMENTS, GO_TOO_MANY_ARGUMENTS,                       \
             GO_TOO_MANY_ARGUMENTS, GO_TOO_MANY_ARGUMENTS, 8, 7, 6, 5, 4, 3, 2, 1, 0)
#define GO_ARGC_(_, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, n, ...) n

// GO_EACH(m, args…): m(a1) m(a2) …
#define GO_EACH(m, ...) GO_CAT(GO_EACH, GO_ARGC(__VA_ARGS__))(m, ##__VA_ARGS__)
#define GO_EACH0(m)
#define GO_EACH1(m, a) m(a)
#define GO_EACH2(m, a, ...) m(a) GO_EACH1(m, __VA_ARGS__)
#define GO_EACH3(m, a, ...) m(a) GO_EACH2(m, __VA_ARGS__)
#define GO_EACH4(m, a, ...) m(a) GO_EACH3(m, __VA_ARGS__)
#define GO_EACH5(m, a, ...) m(a) GO_EACH4(m, __VA_ARGS__)
#define GO_EACH6(m, a, ...) m(a) GO_EACH5(m, __VA_ARGS__)
#define GO_EACH7(m, a, ...) m(a) GO_EACH6(m, __VA_ARGS__)
#define GO_EACH8(m, a, ...) m(a) GO_EACH7(m, __VA_ARGS__)

// GO_LIST(m, args…): m(a1), m(a2), …; void for none, as in a list of parameters.
#define GO_LIST(m, ...) GO_CAT(GO_LIST, GO_ARGC(__VA_ARGS__))(m, ##__VA_ARGS__)
#define GO_LIST0(m) void
#define GO_LIST1(m, a) m(a)
#define GO_LIST2(m, a, ...) m(a), GO_LIST1(m, __VA_ARGS__)
#define GO_LIST3(m, a, ...) m(a), GO_LIST2(m, __VA_ARGS__)
#define GO_LIST4(m, a, ...) m(a), GO_LIST3(m, __VA_ARGS__)
#define GO_LIST5(m, a, ...) m(a), GO_LIST4(m, __VA_ARGS__)
#define GO_LIST6(m, a, ...) m(a), GO_LIST5(m, __VA_ARGS__)
#define GO_LIST7(m, a, ...) m(a), GO_LIST6(m, __VA_ARGS__)
#define GO_LIST8(m, a, ...) m(a), GO_LIST7(m, __VA_ARGS__)

GO_BEGIN_DECLS

#if defined(__GNUC__) && !defined(__clang__)
__attribute__((noreturn)) void __cxa_throw_or_not_(void) __asm__("go_exit");
#endif

// errno of the calling goroutine. glibc declares its own getter const, so compilers keep its address
// across a park after which the goroutine runs on another thread; this one is an ordinary call.
GO_API int *go_errno_(void);

GO_END_DECLS

#undef errno
#define errno (*go_errno_())

#endif
