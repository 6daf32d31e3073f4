// SPDX-License-Identifier: MIT
// Panics, deferred calls and recovery. A panic runs the deferred calls of its goroutine, last in, first out, down to
// the innermost go_try, and goes on in its catch block. If there is none, the process prints the panic and the trace
// of every goroutine, and ends with status 2, whatever other goroutines would catch.
//
// Misuse of the library panics with Go's words. So do reading or writing through a NULL or wild pointer and dividing
// an integer by zero; such a fault can be caught unless a function of another library stands between it and the
// try, for that may hold a lock (string functions like memcpy excepted). A stack overflow and errors that Go calls
// fatal end the process and cannot be caught.
#ifndef GOFER_PANIC_H
#define GOFER_PANIC_H

#include <gofer/detail/try.h>

GO_BEGIN_DECLS

// A panic, as a catch block sees it. It lives until the catch block is left, or until go_panic_free.
typedef struct go_panic_info {
    const char *message; // what is printed after "panic: ", any length
    void *value;         // of go_panic_value; else NULL
    const char *stack;   // the text of the goroutine's trace at the panic
    bool runtime_error;  // raised by the runtime: misuse, a bad pointer, a division by zero
} go_panic_info;

// Panics with a text, formatted as by printf. Never returns. May be deferred.
// From: goroutine or foreign thread.   Go: panic(fmt.Sprintf(…))
GO_API void go_panic(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
#define go_panic(...) (go_panic(__VA_ARGS__), GO_NORETURN_HINT)

// Panics with any value, whose message is its address. Never returns.
// Panics: a NULL value with the runtime error "panic called with NULL value".   Go: panic(v)
GO_API void go_panic_value(void *value);
#define go_panic_value(value) (go_panic_value(value), GO_NORETURN_HINT)

// defer(f, args…): runs f(args…) when the enclosing block is left in any way: at its end, by return, break, continue
// or goto, by a panic, by go_exit. f and the arguments, 0 to 8, are evaluated here and checked as in a call; f's
// result is dropped. Last in, first out. It stands where a declaration may, and not under an `if` without braces.
// Panics: deferring a NULL function does, when the block is left.
// The program's own longjmp out of the block skips the call.   Go: defer f(args…), but for the block
#define GO_DEFER(...) GO_DEFER_(GO_UID, __VA_ARGS__)

// go_try { … } go_catch (p) { … }: a panic in the first block, or in a function called from it, goes on in the second
// one, where p is a const go_panic_info *. Deferred calls inside the try block have run by then, others have not.
// A panic in the catch block goes on outwards, with the earlier one in its chain. return and goto may leave both
// blocks, break and continue leave the go_try itself; longjmp must not leave either.
// A local variable of the function that the try block changes must be volatile to have its new value in the catch
// block and after it.   Go: defer func() { if p := recover(); p != nil { … } }()
//
//     go_try {
//         parse(text);
//     }
//     go_catch (p) {
//         fprintf(stderr, "%s\n", p->message);
//     }
#define GO_TRY GO_TRY_(GO_UID)
#define GO_CATCH(p) GO_CATCH_(p)

// go_protect(f, args…): calls f(args…) and returns NULL, or the panic that ended it. Does not stop go_exit.
// Owns: the caller ends what is returned with go_panic_free; NULL is allowed there.
#define go_protect(...) GO_PROTECT_(GO_UID, __VA_ARGS__)
GO_API void go_panic_free(go_panic_info *p);

// go_safe(f, args…): starts f(args…) in a new goroutine, as go does; a panic there is written to stderr with its
// stack and ends that goroutine only.
#define go_safe(...) GO_SAFE_(GO_UID, __VA_ARGS__)

// Returns the trace of the calling goroutine as text, NULL if there is no memory.
// Owns: the caller frees it.   Go: debug.Stack
GO_API char *go_stack(void);

GO_END_DECLS

#ifndef GO_NO_KEYWORDS
#define defer(...) GO_DEFER(__VA_ARGS__)
#define go_try GO_TRY
#define go_catch(p) GO_CATCH(p)
#endif

#endif
