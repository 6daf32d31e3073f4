// SPDX-License-Identifier: MIT
// Compile-time questions about element types, for the static assertions of channels and everything that
// carries values: may v be assigned to a T without losing its meaning, and does p point to a T. They are
// stricter than C, which lets an int become a pointer with a warning.
#ifndef GOFER_DETAIL_ELEM_H
#define GOFER_DETAIL_ELEM_H

#include <gofer/detail/bind.h>

// A value of type T, never evaluated.
#define GO_DECLVAL(T) (*(__typeof__(T) *)0)

#define GO_IS_ARITHMETIC(x)                                                                        \
    ((GO_CLASS(x) >= 1 && GO_CLASS(x) < GO_CLASS_POINTER) || GO_CLASS(x) == 8 || GO_CLASS(x) == 9)

// x if it is a pointer, else a pointer to something that equals nothing else.
struct go_nothing {
    char none;
};
#define GO_POINTER_OR_NOTHING(x)                                                                   \
    __builtin_choose_expr(GO_IS_POINTER(x), GO_VAL(x), (struct go_nothing *)0)
#define GO_IS_VOID_POINTER(x)                                                                      \
    (__builtin_types_compatible_p(GO_TYPE(x), void *) ||                                           \
     __builtin_types_compatible_p(GO_TYPE(x), const void *))
#define GO_DEREFERENCEABLE(x)                                                                      \
    __builtin_choose_expr(GO_IS_VOID_POINTER(x), (struct go_nothing *)0, GO_POINTER_OR_NOTHING(x))
#define GO_SAME_POINTEE(a, b)                                                                      \
    (GO_IS_POINTER(a) && GO_IS_POINTER(b) &&                                                       \
     (GO_IS_VOID_POINTER(a) || GO_IS_VOID_POINTER(b) ||                                            \
      __builtin_types_compatible_p(__typeof__(*GO_DEREFERENCEABLE(a)),                             \
                                   __typeof__(*GO_DEREFERENCEABLE(b)))))

#define GO_IS_ASSIGNABLE(T, v)                                                                     \
    (__builtin_types_compatible_p(__typeof__(T), GO_TYPE(v)) ||                                    \
     (GO_IS_ARITHMETIC(GO_DECLVAL(T)) && GO_IS_ARITHMETIC(v)) ||                                   \
     GO_SAME_POINTEE(GO_DECLVAL(T), v))

#define GO_IS_DEST(T, p)                                                                           \
    (GO_IS_VOID_POINTER(p) || __builtin_types_compatible_p(__typeof__(T) *, GO_TYPE(p)))

#endif
