// SPDX-License-Identifier: MIT
// Whether a call whose arguments are all integers or pointers travels in the integer registers, although f's parameters
// are not exactly the arguments' types. C cannot name the type of a parameter; but whether f's type is a given one it can
// ask, so up to four arguments are tried in all combinations of what they are most often converted to: a pointer to one
// with a qualifier (chan(T) to recv_chan(T) or send_chan(T), char * to const char *), an integer to long or unsigned long
// (int64_t, size_t). What is missed costs a copy of the vector registers, and no more.
#ifndef GOFER_DETAIL_WORDS_H
#define GOFER_DETAIL_WORDS_H

#include <gofer/detail/base.h>

enum { GO_CLASS_INTEGER = 1, GO_CLASS_POINTER = 5 };
#define GO_TYPE_CLASS(T) __builtin_classify_type(*(T *)0)
#define GO_TO_VOID(T)                                                                              \
    (__builtin_types_compatible_p(T, void *) || __builtin_types_compatible_p(T, const void *) ||   \
     __builtin_types_compatible_p(T, volatile void *))
#define GO_POINTEE(T)                                                                              \
    __typeof__(*__builtin_choose_expr(GO_TYPE_CLASS(T) == GO_CLASS_POINTER && !GO_TO_VOID(T),      \
                                      *(T *)0, (char *)0))
// A parameter of function type is one of pointer type.
#define GO_TO_FUNCTION(T) __builtin_types_compatible_p(void(GO_POINTEE(T)), void(T))
#define GO_TO_OBJECT(T)                                                                            \
    (GO_TYPE_CLASS(T) == GO_CLASS_POINTER && !GO_TO_VOID(T) && !GO_TO_FUNCTION(T))
// The pointee; char where there is none that could be qualified.
#define GO_OBJECT(T) __typeof__(*__builtin_choose_expr(GO_TO_OBJECT(T), *(T *)0, (char *)0))

// T with a qualifier on what it points to; `integer` for an integer; other types as they are.
#define GO_CONVERTED(T, qualifier, integer)                                                        \
    __typeof__(__builtin_choose_expr(                                                              \
        GO_TO_OBJECT(T), (qualifier GO_OBJECT(T) *)0,                                              \
        __builtin_choose_expr(GO_TYPE_CLASS(T) == GO_CLASS_INTEGER, (integer)0, *(T *)0)))

// go_a, go_b and go_c: the three types that argument n is tried as.
#define GO_TYPE_NAME(letter, n, id) GO_CAT(go_##letter##n##_, id)
#define GO_TRIED_TYPES(n, id, arg)                                                                 \
    typedef __typeof__(((void)0, (arg))) GO_TYPE_NAME(a, n, id);                                   \
    typedef GO_CONVERTED(GO_TYPE_NAME(a, n, id), const, long) GO_TYPE_NAME(b, n, id);              \
    typedef GO_CONVERTED(GO_TYPE_NAME(a, n, id), volatile, unsigned long) GO_TYPE_NAME(c, n, id);

#define GO_TRIED_FUNCTION(id, f, ...)                                                              \
    typedef __typeof__(*(f)) GO_CAT(go_f_, id);                                                    \
    typedef __typeof__((f)(__VA_ARGS__)) GO_CAT(go_r_, id);

#define GO_TRIED_TYPES1(id, a) GO_TRIED_TYPES(1, id, a)
#define GO_TRIED_TYPES2(id, a, ...) GO_TRIED_TYPES(2, id, a) GO_TRIED_TYPES1(id, __VA_ARGS__)
#define GO_TRIED_TYPES3(id, a, ...) GO_TRIED_TYPES(3, id, a) GO_TRIED_TYPES2(id, __VA_ARGS__)
#define GO_TRIED_TYPES4(id, a, ...) GO_TRIED_TYPES(4, id, a) GO_TRIED_TYPES3(id, __VA_ARGS__)

// GO_FITSn(id, …): whether go_f is a function that returns go_r and takes what is listed, then any of the three types
// for each of the arguments n to 1.
#define GO_FITS0(id, ...)                                                                          \
    __builtin_types_compatible_p(GO_CAT(go_f_, id), GO_CAT(go_r_, id)(__VA_ARGS__))
#define GO_FITS1(id, ...)                                                                          \
    (GO_FITS0(id, ##__VA_ARGS__, GO_TYPE_NAME(a, 1, id)) ||                                        \
     GO_FITS0(id, ##__VA_ARGS__, GO_TYPE_NAME(b, 1, id)) ||                                        \
     GO_FITS0(id, ##__VA_ARGS__, GO_TYPE_NAME(c, 1, id)))
#define GO_FITS2(id, ...)                                                                          \
    (GO_FITS1(id, ##__VA_ARGS__, GO_TYPE_NAME(a, 2, id)) ||                                        \
     GO_FITS1(id, ##__VA_ARGS__, GO_TYPE_NAME(b, 2, id)) ||                                        \
     GO_FITS1(id, ##__VA_ARGS__, GO_TYPE_NAME(c, 2, id)))
#define GO_FITS3(id, ...)                                                                          \
    (GO_FITS2(id, ##__VA_ARGS__, GO_TYPE_NAME(a, 3, id)) ||                                        \
     GO_FITS2(id, ##__VA_ARGS__, GO_TYPE_NAME(b, 3, id)) ||                                        \
     GO_FITS2(id, ##__VA_ARGS__, GO_TYPE_NAME(c, 3, id)))
#define GO_FITS4(id, ...)                                                                          \
    (GO_FITS3(id, ##__VA_ARGS__, GO_TYPE_NAME(a, 4, id)) ||                                        \
     GO_FITS3(id, ##__VA_ARGS__, GO_TYPE_NAME(b, 4, id)) ||                                        \
     GO_FITS3(id, ##__VA_ARGS__, GO_TYPE_NAME(c, 4, id)))

// Declarations, and the question that they make possible: GO_FITS_ANY after GO_DECLARE_TRIED in the same block.
#define GO_DECLARE_TRIED(id, f, ...)                                                               \
    GO_CAT(GO_DECLARE_TRIED, GO_ARGC(__VA_ARGS__))(id, f, ##__VA_ARGS__)
#define GO_FITS_ANY(id, ...) GO_CAT(GO_FITS_ANY, GO_ARGC(__VA_ARGS__))(id)

// None has nothing to convert, and of more than four there would be too many combinations.
#define GO_DECLARE_TRIED0(id, ...)
#define GO_DECLARE_TRIED1(id, f, ...)                                                              \
    GO_TRIED_FUNCTION(id, f, __VA_ARGS__) GO_TRIED_TYPES1(id, __VA_ARGS__)
#define GO_DECLARE_TRIED2(id, f, ...)                                                              \
    GO_TRIED_FUNCTION(id, f, __VA_ARGS__) GO_TRIED_TYPES2(id, __VA_ARGS__)
#define GO_DECLARE_TRIED3(id, f, ...)                                                              \
    GO_TRIED_FUNCTION(id, f, __VA_ARGS__) GO_TRIED_TYPES3(id, __VA_ARGS__)
#define GO_DECLARE_TRIED4(id, f, ...)                                                              \
    GO_TRIED_FUNCTION(id, f, __VA_ARGS__) GO_TRIED_TYPES4(id, __VA_ARGS__)
#define GO_DECLARE_TRIED5(id, ...)
#define GO_DECLARE_TRIED6(id, ...)
#define GO_DECLARE_TRIED7(id, ...)
#define GO_DECLARE_TRIED8(id, ...)
#define GO_FITS_ANY0(id) 0
#define GO_FITS_ANY1(id) GO_FITS1(id)
#define GO_FITS_ANY2(id) GO_FITS2(id)
#define GO_FITS_ANY3(id) GO_FITS3(id)
#define GO_FITS_ANY4(id) GO_FITS4(id)
#define GO_FITS_ANY5(id) 0
#define GO_FITS_ANY6(id) 0
#define GO_FITS_ANY7(id) 0
#define GO_FITS_ANY8(id) 0

#endif
