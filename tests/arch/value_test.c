// SPDX-License-Identifier: MIT
// Typed calls with values from memory: for each type, a function that takes it and returns it is called through
// gf_arch_typed_call, as an identity and between types of different classes, and the bytes are compared.
#include "arch/arch.h"

#include "support/test.h"

#include <complex.h>

#define CALL(In, Out, f, value, result)                                                            \
    do {                                                                                           \
        In in_ = (value);                                                                          \
        struct go_value_type_ in_type_ = GO_VALUE_TYPE(In), out_type_ = GO_VALUE_TYPE(Out);        \
        struct gf_typed_call *c_ = malloc(gf_arch_typed_call_bytes(&in_type_));                    \
        gf_arch_typed_call_init(c_, (void *)(f), &in_type_, &out_type_);                           \
        for (int i_ = 0; i_ < 2; i_++)                                                             \
            gf_arch_typed_call(c_, &in_, (result));                                                \
        free(c_);                                                                                  \
    } while (0)

// Defines the identity on T, and a test that sends the value through it.
#define IDENTITY(name, T, ...)                                                                     \
    static T same_##name(T v)                                                                      \
    {                                                                                              \
        return v;                                                                                  \
    }                                                                                              \
    TEST(name##_goes_through)                                                                      \
    {                                                                                              \
        T result, expected = __VA_ARGS__;                                                          \
        CALL(T, T, same_##name, expected, &result);                                                \
        CHECK(memcmp(&result, &expected, sizeof(T)) == 0);                                         \
    }

typedef struct {
    int32_t a;
} one_int;
typedef struct {
    char a[3];
} three_bytes;
typedef struct {
    float a, b;
} two_floats;
typedef struct {
    int64_t a;
    double b;
} integer_then_double;
typedef struct {
    double a;
    int32_t b;
    int32_t c;
} double_then_integers;
typedef struct {
    double a, b;
} two_doubles;
typedef struct {
    int64_t a, b;
} two_integers;
typedef struct {
    float a;
    int32_t b;
} mixed_word;
typedef struct __attribute__((packed)) {
    char a;
    int64_t b;
} packed;
typedef struct {
    int64_t a[5];
} large;
typedef struct {
    char a[300];
} larger;
typedef union {
    double d;
    int64_t i;
} either;
typedef const char *text;
typedef enum { RED = -1, GREEN = 7 } colour;

IDENTITY(a_bool, bool, true)
IDENTITY(a_negative_char, signed char, -5)
IDENTITY(a_byte, unsigned char, 250)
IDENTITY(a_negative_short, short, -300)
IDENTITY(an_int, int, -123456)
IDENTITY(a_long, long, 0x123456789abcdef)
IDENTITY(an_enum, colour, RED)
IDENTITY(a_pointer, text, "text")
IDENTITY(a_float, float, 1.25f)
IDENTITY(a_double, double, -2.5)
IDENTITY(a_complex_float, float complex, 1.0f + 2.0f * I)
IDENTITY(a_complex_double, double complex, 3.0 - 4.0 * I)
IDENTITY(a_struct_of_one_int, one_int, {42})
IDENTITY(a_struct_of_three_bytes, three_bytes, {{1, 2, 3}})
IDENTITY(a_struct_of_two_floats, two_floats, {1.5f, 2.5f})
IDENTITY(a_struct_of_an_integer_and_a_double, integer_then_double, {77, 8.5})
IDENTITY(a_struct_of_a_double_and_integers, double_then_integers, {8.5, 77, 78})
IDENTITY(a_struct_of_two_doubles, two_doubles, {1.5, -2.5})
IDENTITY(a_struct_of_two_integers, two_integers, {1, -2})
IDENTITY(a_struct_of_a_float_and_an_int_in_one_word, mixed_word, {1.5f, 9})
IDENTITY(a_packed_struct, packed, {1, 0x1234567890})
IDENTITY(a_large_struct, large, {{1, 2, 3, 4, 5}})
IDENTITY(a_larger_struct, larger, {"something long"})
IDENTITY(a_union, either, {.i = 99})

static int widen(signed char v)
{
    return v;
}

TEST(narrow_integers_are_extended_by_their_sign)
{
    int result;
    CALL(signed char, int, widen, -7, &result);
    CHECK_EQ(result, -7);
}

static large spread(double_then_integers v)
{
    return (large){{(int64_t)v.a, v.b, v.c, 4, 5}};
}

TEST(a_result_through_a_hidden_pointer_moves_the_integer_arguments)
{
    large result;
    CALL(double_then_integers, large, spread, ((double_then_integers){1.5, 2, 3}), &result);
    for (int i = 0; i < 5; i++)
        CHECK_EQ(result.a[i], i + 1);
}

static double_then_integers gather(large v)
{
    return (double_then_integers){(double)v.a[0], (int)v.a[1], (int)v.a[4]};
}

TEST(an_argument_on_the_stack_gives_a_result_in_registers)
{
    double_then_integers result;
    CALL(large, double_then_integers, gather, ((large){{1, 2, 3, 4, 5}}), &result);
    CHECK(result.a == 1 && result.b == 2 && result.c == 5);
}

static go_unit unit_of(go_unit u)
{
    return u;
}

TEST(values_of_no_size_are_nothing)
{
    go_unit result[1];
    CALL(go_unit, go_unit, unit_of, GO_UNIT, result);
    CHECK_EQ(sizeof result, 0);
}
