// SPDX-License-Identifier: MIT
// The bound call: "f with these arguments, later". One mechanism serves go, defer, go_blocking and all
// that follows: the call is performed now, on a stub of the runtime that has f's own type, so that the
// compiler checks, converts and places the arguments; the stub saves the argument registers and the
// stack arguments into a go_call. Replaying it is the mirror image (arch/ARCH/call.S).
//
// The request travels in the static-chain register, so argument expressions may themselves spawn, park
// or panic. The address of the stub is hidden in an asm, for gcc replaces a call through a mismatched
// function type by a trap, and it comes from the GOT, for a lazy PLT entry would destroy the register.
#ifndef GOFER_DETAIL_BIND_H
#define GOFER_DETAIL_BIND_H

#include <gofer/detail/base.h>
#include <gofer/detail/words.h>

// The fixed part of a bound call. Offsets are known to arch/x86_64/call.S.
struct go_call {
    void *fn;
    uint32_t flags;       // GO_CALL_*
    uint32_t stack_bytes; // of stack arguments after the vector registers, a multiple of 16
    uint64_t reg[6];      // rdi rsi rdx rcx r8 r9
};

enum {
    GO_CALL_FULL = 1, // 128 bytes of vector registers and stack_bytes of stack follow
    GO_CALL_X87 = 2,  // the function returns a long double
    GO_CALL_ONCE = 4, // the runtime's own: the record's registers are cleared once loaded
};

// What a capture stub is told. Offsets are known to arch/x86_64/call.S.
struct go_capture_req {
    struct go_call *call;
    void *fn;
    uint32_t flags;
    uint32_t stack_bytes;
};

// What a stub is told that hands the bound call on at once: it calls then(call, arg, pc), where pc is the place of the
// bound call in the program. The record is the stub's own and ends with that. Offsets are known to arch/x86_64/call.S.
struct go_capture_then {
    void *fn;
    uint32_t flags;
    uint32_t stack_bytes;
    void (*then)(const struct go_call *call, const void *arg, void *pc);
    const void *arg;
};

// The value of an argument after decay, unevaluated: its type, class and size.
#define GO_VAL(a) ((void)0, (a))
#define GO_TYPE(a) __typeof__(GO_VAL(a))
#define GO_CLASS(a) __builtin_classify_type(GO_VAL(a))

#define GO_IS_POINTER(a) (GO_CLASS(a) == GO_CLASS_POINTER)
#define GO_IS_WORD(a)                                                                              \
    (GO_CLASS(a) >= 1 && GO_CLASS(a) <= GO_CLASS_POINTER && sizeof(GO_TYPE(a)) <= 8)
#define GO_AND_POINTER(a) &&GO_IS_POINTER(a)
#define GO_AND_WORD(a) &&GO_IS_WORD(a)
#define GO_AND_ALIGNED(a) &&_Alignof(GO_TYPE(a)) <= 16
#define GO_PLUS_BYTES(a) +((sizeof(GO_TYPE(a)) + 15) & ~(size_t)15)

// Whether f's parameters are exactly the types of the arguments: then no argument is converted, say
// from int to double, and the arguments' classes are the parameters'.
#define GO_IS_EXACT(f, ...)                                                                        \
    __builtin_types_compatible_p(__typeof__(*(f)),                                                 \
                                 __typeof__((f)(__VA_ARGS__))(GO_LIST(GO_TYPE, ##__VA_ARGS__)))
#define GO_IS_EXACT0(f) 1

// Whether all arguments travel in the integer registers, whatever f's parameters are.
#define GO_IN_WORDS(f, ...)                                                                        \
    (GO_ARGC(__VA_ARGS__) <= 6 &&                                                                  \
     ((1 GO_EACH(GO_AND_POINTER, ##__VA_ARGS__)) ||                                                \
      (GO_IS_EXACT(f, ##__VA_ARGS__) && (1 GO_EACH(GO_AND_WORD, ##__VA_ARGS__)))))

#define GO_ARGBYTES(...) (0 GO_EACH(GO_PLUS_BYTES, ##__VA_ARGS__))
#define GO_RESULT_IS(f, T, ...) __builtin_types_compatible_p(__typeof__((f)(__VA_ARGS__)), T)

// Whether f is a function's own name, not a pointer.
#define GO_IS_DESIGNATOR(f) __builtin_types_compatible_p(__typeof__(f), __typeof__(*(f)))

// Whether f, or what f points to, is declared noreturn, const or pure. In gcc's types the first two are qualifiers of the
// function; the third one only a function's own declaration has.
#if defined(__GNUC__) && !defined(__clang__)
#define GO_IS_QUALIFIED(f, q) __builtin_types_compatible_p(__typeof__(&*(f)), q __typeof__(*(f)) *)
#define GO_IS_PURE(f) (GO_IS_DESIGNATOR(f) && __builtin_has_attribute(f, pure))
#else
#define GO_IS_QUALIFIED(f, q) 0
#define GO_IS_PURE(f) 0
#endif
#define GO_IS_NORETURN(f) GO_IS_QUALIFIED(f, volatile)
#define GO_IS_CONST(f) GO_IS_QUALIFIED(f, const)

// The size of the result; 1 for none, whose size is a question that -Wpointer-arith minds.
#define GO_RESULT_BYTES(f, ...)                                                                    \
    sizeof(__builtin_choose_expr(GO_RESULT_IS(f, void, ##__VA_ARGS__), (char)0, (f)(__VA_ARGS__)))

// What cannot work is refused at the call.
#define GO_BIND_CHECK(f, ...)                                                                      \
    _Static_assert(GO_RESULT_BYTES(f, ##__VA_ARGS__) <= 16,                                        \
                   "gofer: a function that returns a large struct cannot be bound");               \
    _Static_assert(!GO_RESULT_IS(f, _Complex long double, ##__VA_ARGS__),                          \
                   "gofer: a function that returns _Complex long double cannot be bound");         \
    _Static_assert(1 GO_EACH(GO_AND_ALIGNED, ##__VA_ARGS__),                                       \
                   "gofer: an argument aligned to more than 16 bytes cannot be bound");            \
    _Static_assert(!GO_IS_NORETURN(f),                                                             \
                   "gofer: a noreturn function cannot be bound; wrap it in a plain one");          \
    _Static_assert(!GO_IS_CONST(f) && !GO_IS_PURE(f),                                              \
                   "gofer: a const or pure function cannot be bound; it has no effect")

#define GO_CALL_EXTRA(f, ...) (GO_IN_WORDS(f, ##__VA_ARGS__) ? 0 : 128 + GO_ARGBYTES(__VA_ARGS__))

// Room for the bound call f(args…), to be declared in the caller's frame.
#define GO_CALL_ROOM(f, ...)                                                                       \
    struct {                                                                                       \
        struct go_call call;                                                                       \
        unsigned char extra[GO_CALL_EXTRA(f, ##__VA_ARGS__)] __attribute__((aligned(16)));         \
    }

// Evaluates the arguments and binds the call into *room (a struct go_call * with GO_CALL_ROOM behind). The first form is
// a row of declarations and statements, so that a compound literal among the arguments lives as long as the block in
// which it stands; the second one is a statement of its own, for calls that do not outlive it.
#define GO_BIND_HERE(id, room, f, ...)                                                             \
    GO_BIND_REQUEST(id, room, f, ##__VA_ARGS__);                                                   \
    GO_BIND_CAPTURE(id, f, ##__VA_ARGS__)

// The two halves of that: what comes before the arguments are evaluated, and the expression that does it.
#define GO_BIND_REQUEST(id, room, f, ...)                                                          \
    GO_BIND_CHECK(f, ##__VA_ARGS__);                                                               \
    struct go_capture_req GO_CAT(go_req_, id) = {                                                  \
        (room), (void *)(f), GO_CALL_FLAGS(f, ##__VA_ARGS__), GO_CALL_STACK(f, ##__VA_ARGS__)};    \
    void (*GO_CAT(go_stub_, id))(void);                                                            \
    if (GO_IS_PLAIN(f, ##__VA_ARGS__))                                                             \
        GO_LOAD_STUB(GO_CAT(go_stub_, id), "go_capture_words");                                    \
    else                                                                                           \
        GO_LOAD_STUB(GO_CAT(go_stub_, id), "go_capture_full")
#define GO_BIND_CAPTURE(id, f, ...)                                                                \
    (void)__builtin_call_with_static_chain(((__typeof__(&*(f)))GO_CAT(go_stub_, id))(__VA_ARGS__), \
                                           &GO_CAT(go_req_, id))

// An expression in place of GO_BIND_CAPTURE where GO_IS_PLAIN holds: stores the words in line. They are converted as in a
// call, for a parameter is of its argument's type, or both are pointers.
#define GO_BIND_WORDS(req, ...) GO_CAT(GO_BIND_WORDS, GO_ARGC(__VA_ARGS__))(req, ##__VA_ARGS__)
#define GO_BIND_WORDS0(req) go_bind_words_(&(req))
#define GO_BIND_WORDS1(req, a) (GO_BIND_WORDS0(req), GO_BIND_WORD(req, 0, a))
#define GO_BIND_WORDS2(req, a, b) (GO_BIND_WORDS1(req, a), GO_BIND_WORD(req, 1, b))
#define GO_BIND_WORDS3(req, a, b, c) (GO_BIND_WORDS2(req, a, b), GO_BIND_WORD(req, 2, c))
#define GO_BIND_WORDS4(req, a, b, c, d) (GO_BIND_WORDS3(req, a, b, c), GO_BIND_WORD(req, 3, d))
#define GO_BIND_WORDS5(req, a, b, c, d, e)                                                         \
    (GO_BIND_WORDS4(req, a, b, c, d), GO_BIND_WORD(req, 4, e))
#define GO_BIND_WORDS6(req, a, b, c, d, e, f)                                                      \
    (GO_BIND_WORDS5(req, a, b, c, d, e), GO_BIND_WORD(req, 5, f))
#define GO_BIND_WORDS7(req, ...) ((void)0)
#define GO_BIND_WORDS8(req, ...) ((void)0)
#define GO_BIND_WORD(req, n, a)                                                                    \
    ((void)((req).call->reg[n] = (uint64_t) __builtin_choose_expr(GO_IS_WORD(a), GO_VAL(a), 0)))

GO_INLINE_ void go_bind_words_(const struct go_capture_req *req)
{
    req->call->fn = req->fn;
    req->call->flags = 0;
    req->call->stack_bytes = 0;
}

#define GO_BIND(id, room, f, ...) __extension__({ GO_BIND_HERE(id, room, f, ##__VA_ARGS__); })

// Evaluates the arguments, binds the call and hands it to then(call, arg, pc), a go_capture_then's. An expression without
// braces around the arguments, for the same reason. Where f is not a function's own name gcc 12 ends with an internal
// error, should it be a call, for that would stand in the operand of the static chain: then it is a block after all, and
// pc is NULL.
#define GO_BIND_THEN(id, then, arg, f, ...)                                                        \
    __builtin_choose_expr(GO_IS_DESIGNATOR(f),                                                     \
                          GO_BIND_THEN_NAMED(id, then, arg, f, ##__VA_ARGS__), __extension__({     \
                              GO_CALL_ROOM(f, ##__VA_ARGS__) GO_CAT(go_room_, id);                 \
                              GO_BIND_HERE(id, &GO_CAT(go_room_, id).call, f, ##__VA_ARGS__);      \
                              (then)(&GO_CAT(go_room_, id).call, (arg), NULL);                     \
                          }))
#define GO_BIND_THEN_NAMED(id, then, arg, f, ...)                                                  \
    ((void)__builtin_call_with_static_chain(                                                       \
        ((__typeof__(&*(f)))GO_THEN_STUB(id, f, ##__VA_ARGS__))(__VA_ARGS__),                      \
        &(struct go_capture_then){(void *)(f), GO_CALL_FLAGS(f, ##__VA_ARGS__),                    \
                                  GO_CALL_STACK(f, ##__VA_ARGS__), (then), (arg)}))
#define GO_THEN_STUB(id, f, ...)                                                                   \
    __extension__({                                                                                \
        GO_BIND_CHECK(f, ##__VA_ARGS__);                                                           \
        GO_DECLARE_TRIED(id, f, ##__VA_ARGS__)                                                     \
        void (*GO_CAT(go_stub_, id))(void);                                                        \
        if (GO_IS_PLAIN(f, ##__VA_ARGS__) ||                                                       \
            ((1 GO_EACH(GO_AND_WORD, ##__VA_ARGS__)) &&                                            \
             !GO_RESULT_IS(f, long double, ##__VA_ARGS__) && GO_FITS_ANY(id, ##__VA_ARGS__)))      \
            GO_LOAD_STUB(GO_CAT(go_stub_, id), "go_capture_words_then");                           \
        else                                                                                       \
            GO_LOAD_STUB(GO_CAT(go_stub_, id), "go_capture_full_then");                            \
        GO_CAT(go_stub_, id);                                                                      \
    })

// A bound call as a value.
struct go_kept_call {
    struct go_call call;
    struct go_call *
        large; // malloc'ed: the call and what follows it, if anything does; who gets the value owns it
};

// An expression: f(args…), bound, as an argument for a function of the runtime's. It too has no braces around the
// arguments.
#define GO_BIND_KEEP(id, f, ...) (GO_BIND_THEN(id, go_keep_, NULL, f, ##__VA_ARGS__), go_kept_())

GO_BEGIN_DECLS
GO_API void go_keep_(const struct go_call *call, const void *none, void *pc);
GO_API struct go_kept_call go_kept_(void);
GO_END_DECLS

#define GO_IS_PLAIN(f, ...)                                                                        \
    (GO_IN_WORDS(f, ##__VA_ARGS__) && !GO_RESULT_IS(f, long double, ##__VA_ARGS__))
#define GO_CALL_FLAGS(f, ...)                                                                      \
    ((GO_IN_WORDS(f, ##__VA_ARGS__) ? 0 : (uint32_t)GO_CALL_FULL) |                                \
     (GO_RESULT_IS(f, long double, ##__VA_ARGS__) ? (uint32_t)GO_CALL_X87 : 0))
#define GO_CALL_STACK(f, ...)                                                                      \
    (GO_IN_WORDS(f, ##__VA_ARGS__) ? 0 : (uint32_t)(GO_ARGBYTES(__VA_ARGS__)))

// The stub's address from the GOT. Of assembly the public headers hold this and what try.h reads in the same way.
#define GO_LOAD_STUB(var, name) __asm__("movq " name "@GOTPCREL(%%rip), %0" : "=r"(var))

#endif
