// SPDX-License-Identifier: MIT
// How values of a type travel through a call, so that the runtime can call a function Out f(In) again and again with
// values that lie in memory. Numbers and pointers are classified by the compiler. How the parts of a small struct
// travel only the compiler's back end knows, so it is asked: the struct is bound as an argument three times, filled
// with different bytes, and where those turn up in the record says it all (arch/ARCH/value.c). A result travels by the
// same classes as an argument.
#ifndef GOFER_DETAIL_VALUE_H
#define GOFER_DETAIL_VALUE_H

#include <gofer/detail/elem.h>

GO_BEGIN_DECLS

enum {
    GO_VALUE_NONE,    // of size 0, or void
    GO_VALUE_INTEGER, // in an integer register
    GO_VALUE_FLOAT,   // in a vector register
    GO_VALUE_MEMORY,  // on the stack; a result through a hidden pointer
};

// A type's values: the size, and the class of each eight bytes; of the first only if it is GO_VALUE_MEMORY.
struct go_value_type_ {
    size_t size;
    uint8_t part[2];
    bool is_signed; // an integer that is extended by its sign
};

enum { GO_CLASS_REAL = 8 };
// Classes of types. The value is never read; volatile keeps clang from saying so.
#define GO_CLASS_OF(T) GO_CLASS(*(volatile __typeof__(T) *)0)
#define GO_IS_INTEGER(T) (GO_CLASS_OF(T) >= 1 && GO_CLASS_OF(T) < GO_CLASS_POINTER)
#define GO_IS_REAL(T) (GO_CLASS_OF(T) == GO_CLASS_REAL)
#define GO_IS_SCALAR(T) (GO_IS_INTEGER(T) || GO_CLASS_OF(T) == GO_CLASS_POINTER || GO_IS_REAL(T))
// T if it is an integer type, else unsigned.
#define GO_INTEGER_OR_UNSIGNED(T)                                                                  \
    __typeof__(__builtin_choose_expr(GO_IS_INTEGER(T), GO_DECLVAL(T), 0u))
#define GO_IS_SIGNED(T) ((GO_INTEGER_OR_UNSIGNED(T)) - 1 < (GO_INTEGER_OR_UNSIGNED(T))1)

// The descriptions, as expressions, of T and of void.
#define GO_VALUE_TYPE(T) GO_VALUE_TYPE_(GO_UID, T)
#define GO_VALUE_VOID ((struct go_value_type_){0})

#define GO_VALUE_TYPE_(id, T) GO_VALUE_TYPE__(id, T)
#define GO_VALUE_TYPE__(id, T)                                                                     \
    __extension__({                                                                                \
        _Static_assert(_Alignof(T) <= 8, "gofer: a type aligned to more than 8 bytes cannot go "   \
                                         "through a pipeline stage; pass a pointer");              \
        struct go_value_type_ GO_CAT(go_type_, id) = {sizeof(T), {GO_VALUE_MEMORY}, false};        \
        if (GO_IS_SCALAR(T)) {                                                                     \
            GO_CAT(go_type_, id).part[0] = GO_IS_REAL(T) ? GO_VALUE_FLOAT : GO_VALUE_INTEGER;      \
            GO_CAT(go_type_, id).is_signed = GO_IS_SIGNED(T);                                      \
        } else if (sizeof(T) <= 16) {                                                              \
            GO_PROBE_(id, T);                                                                      \
        }                                                                                          \
        GO_CAT(go_type_, id);                                                                      \
    })

// Binds probes of type T and lets the runtime compare the records.
#define GO_PROBE_(id, T)                                                                           \
    union {                                                                                        \
        unsigned char bytes[sizeof(T)];                                                            \
        __typeof__(T) value;                                                                       \
    } GO_CAT(go_probe_, id);                                                                       \
    void (*GO_CAT(go_taker_, id))(__typeof__(T)) = 0;                                              \
    GO_CALL_ROOM(GO_CAT(go_taker_, id), GO_CAT(go_probe_, id).value)                               \
    GO_CAT(go_rooms_, id)[GO_PROBES];                                                              \
    for (int GO_CAT(go_i_, id) = 0; GO_CAT(go_i_, id) < GO_PROBES; GO_CAT(go_i_, id)++) {          \
        go_probe_fill_(GO_CAT(go_probe_, id).bytes, sizeof(T), GO_CAT(go_i_, id));                 \
        GO_BIND_HERE(id, &GO_CAT(go_rooms_, id)[GO_CAT(go_i_, id)].call, GO_CAT(go_taker_, id),    \
                     GO_CAT(go_probe_, id).value);                                                 \
    }                                                                                              \
    go_probe_read_(&GO_CAT(go_type_, id), &GO_CAT(go_rooms_, id)[0].call,                          \
                   &GO_CAT(go_rooms_, id)[1].call, &GO_CAT(go_rooms_, id)[2].call)
enum { GO_PROBES = 3 };

// Fills a probe: every byte differs between the first and the second; the third has the first eight of the second, and
// the rest of the first.
GO_API void go_probe_fill_(unsigned char *bytes, size_t size, int probe);
// Sets t->part from the records of the three probes.
GO_API void go_probe_read_(struct go_value_type_ *t, const struct go_call *first,
                           const struct go_call *second, const struct go_call *third);

GO_END_DECLS

#endif
