// SPDX-License-Identifier: MIT
// The bound call: that a function started by go sees exactly the arguments which an ordinary call would give
// it, whatever their kinds, numbers and mixtures, with C's conversions; and that argument expressions are
// evaluated once, at the go, and may themselves use the runtime. defer and go_blocking bind the same way.
#include "support/test.h"

#include <complex.h>
#include <limits.h>
#include <stdarg.h>

// Each function reports the outcome of its own checks here.
static atomic_int calls;

static void called(bool as_expected)
{
    CHECK(as_expected);
    atomic_fetch_add(&calls, 1);
}

// Binds the call in every way there is, and waits until all have run.
#define CHECK_BOUND(f, ...)                                                                        \
    do {                                                                                           \
        atomic_store(&calls, 0);                                                                   \
        go(f, ##__VA_ARGS__);                                                                      \
        go_with(GO_ATTR(.stack_size = 1 << 19), f, ##__VA_ARGS__);                                 \
        {                                                                                          \
            defer(f, ##__VA_ARGS__);                                                               \
        }                                                                                          \
        go_blocking(f, ##__VA_ARGS__);                                                             \
        WAIT_UNTIL(atomic_load(&calls) == 4);                                                      \
    } while (0)

static void no_argument(void)
{
    called(true);
}

static void ints1(int a)
{
    called(a == 1);
}

static void ints2(int a, int b)
{
    called(a == 1 && b == -2);
}

static void ints3(int a, int b, int c)
{
    called(a == 1 && b == -2 && c == 3);
}

static void ints4(int a, int b, int c, int d)
{
    called(a == 1 && b == -2 && c == 3 && d == -4);
}

static void ints5(int a, int b, int c, int d, int e)
{
    called(a == 1 && b == -2 && c == 3 && d == -4 && e == 5);
}

static void ints6(int a, int b, int c, int d, int e, int f)
{
    called(a == 1 && b == -2 && c == 3 && d == -4 && e == 5 && f == -6);
}

static void ints7(int a, int b, int c, int d, int e, int f, int g)
{
    called(a == 1 && b == -2 && c == 3 && d == -4 && e == 5 && f == -6 && g == 7);
}

static void ints8(int a, int b, int c, int d, int e, int f, int g, int h)
{
    called(a == 1 && b == -2 && c == 3 && d == -4 && e == 5 && f == -6 && g == 7 && h == -8);
}

TEST(zero_to_eight_integers)
{
    CHECK_BOUND(no_argument);
    CHECK_BOUND(ints1, 1);
    CHECK_BOUND(ints2, 1, -2);
    CHECK_BOUND(ints3, 1, -2, 3);
    CHECK_BOUND(ints4, 1, -2, 3, -4);
    CHECK_BOUND(ints5, 1, -2, 3, -4, 5);
    CHECK_BOUND(ints6, 1, -2, 3, -4, 5, -6);
    CHECK_BOUND(ints7, 1, -2, 3, -4, 5, -6, 7);
    CHECK_BOUND(ints8, 1, -2, 3, -4, 5, -6, 7, -8);
}

static void pointers(char *a, const char *b, void *c, int *d, void (*e)(void), char *f, char *g,
                     void *h)
{
    called(a[0] == 'a' && b[0] == 'b' && c == NULL && *d == 4 && e == no_argument && f[0] == 'f' &&
           g[0] == 'g' && h == (void *)-1);
}

TEST(eight_pointers)
{
    static char a[] = "a", f[] = "f", g[] = "g";
    static int d = 4;
    CHECK_BOUND(pointers, a, "b", NULL, &d, no_argument, f, g, (void *)-1);
}

static void doubles(double a, double b, double c, double d, double e, double f, double g, double h)
{
    called(a == 1.5 && b == -2.5 && c == 3.5 && d == -4.5 && e == 5.5 && f == -6.5 && g == 7.5 &&
           h == -8.5);
}

static void floats(float a, float b, float c)
{
    called(a == 0.25f && b == -1.0f && c == 3e10f);
}

TEST(eight_doubles_and_three_floats)
{
    CHECK_BOUND(doubles, 1.5, -2.5, 3.5, -4.5, 5.5, -6.5, 7.5, -8.5);
    CHECK_BOUND(floats, 0.25f, -1.0f, 3e10f);
}

static void mixed(int a, double b, const char *c, float d, long e, double f, char g, void *h)
{
    called(a == 1 && b == 2.5 && !strcmp(c, "three") && d == 4.5f && e == 5 && f == 6.5 &&
           g == '7' && h == NULL);
}

TEST(integers_pointers_doubles_and_floats_mixed)
{
    CHECK_BOUND(mixed, 1, 2.5, "three", 4.5f, 5L, 6.5, '7', NULL);
}

TEST(integer_literals_are_converted_to_double_parameters)
{
    CHECK_BOUND(mixed, 1, 2.5, "three", 4.5, 5, 6.5, 55, 0);
    CHECK_BOUND(floats, 0.25, -1, 3e10);
}

static void all_ints_to_doubles(double a, double b, double c, double d)
{
    called(a == 1 && b == -2 && c == 3e9 && d == 'd');
}

TEST(integer_arguments_alone_are_converted_to_double_parameters)
{
    CHECK_BOUND(all_ints_to_doubles, 1, -2L, 3000000000u, 'd');
}

static void double_to_int(int a, long b, char c)
{
    called(a == 3 && b == -4 && c == 65);
}

TEST(double_arguments_are_converted_to_integer_parameters)
{
    double a = 3.9, b = -4.2;
    float c = 65.5f;
    CHECK_BOUND(double_to_int, a, b, c);
}

static void narrow(char a, signed char b, unsigned char c, short d, unsigned short e, bool f,
                   bool g)
{
    called(a == 'a' && b == -1 && c == 255 && d == -2 && e == 65535 && f && !g);
}

TEST(narrow_parameters_are_converted_as_in_a_call)
{
    int letter = 'a' + 256, byte = 255, minus_one = -1, word = 65534, some = 17;
    double half = 0.5, none = 0;
    static int object;
    int *volatile there = &object, *volatile null = NULL;
    CHECK_BOUND(narrow, 'a', -1, 255, -2, 65535, true, false);
    CHECK_BOUND(narrow, letter, byte, minus_one, word, minus_one, some, 0);
    CHECK_BOUND(narrow, letter, byte, minus_one, word, minus_one, half, none);
    CHECK_BOUND(narrow, 'a', -1, 0xff, -2, 65535, there, null);
}

static void wide(long long a, unsigned long long b, int64_t c, size_t d, unsigned e)
{
    called(a == LLONG_MIN && b == ULLONG_MAX && c == INT64_MAX && d == SIZE_MAX && e == UINT_MAX);
}

static void sign_extended(long a, unsigned long b, long c)
{
    called(a == -1 && b == ULONG_MAX && c == INT32_MIN);
}

TEST(integers_of_all_widths_keep_value_and_sign)
{
    CHECK_BOUND(wide, LLONG_MIN, ULLONG_MAX, INT64_MAX, SIZE_MAX, UINT_MAX);
    CHECK_BOUND(sign_extended, -1, -1, INT32_MIN);
}

static void int128s(__int128 a, int b, unsigned __int128 c)
{
    called(a == -((__int128)1 << 100) && b == 5 && c == ~(unsigned __int128)0);
}

TEST(integers_of_128_bits)
{
    CHECK_BOUND(int128s, -((__int128)1 << 100), 5, ~(unsigned __int128)0);
}

static void long_doubles(long double a, int b, long double c, double d, long double e)
{
    called(a == 1.0L / 3 && b == 2 && c == -1e4000L && d == 4.5 && e == 5);
}

TEST(long_doubles)
{
    CHECK_BOUND(long_doubles, 1.0L / 3, 2, -1e4000L, 4.5, 5);
}

static void complexes(double complex a, float complex b)
{
    called(creal(a) == 1.5 && cimag(a) == -2.5 && crealf(b) == 3.5f && cimagf(b) == 4.5f);
}

TEST(complex_numbers)
{
    CHECK_BOUND(complexes, 1.5 - 2.5 * I, 3.5f + 4.5f * I);
}

struct small_ints {
    int a, b, c;
};
struct small_doubles {
    double x, y;
};
struct small_mixed {
    double x;
    char c;
};
struct floats3 {
    float x, y, z;
};
struct one_byte {
    char c;
};
struct large {
    int64_t word[9];
    char tail;
};
union either {
    double d;
    void *p;
};

static void structs(struct small_ints i, struct small_doubles d, struct small_mixed m,
                    struct floats3 f, struct one_byte o)
{
    called(i.a == 1 && i.b == 2 && i.c == 3 && d.x == 4.5 && d.y == 5.5 && m.x == 6.5 &&
           m.c == '7' && f.x == 8.5f && f.y == 9.5f && f.z == 10.5f && o.c == '!');
}

TEST(small_structs_by_value)
{
    CHECK_BOUND(structs, ((struct small_ints){1, 2, 3}), ((struct small_doubles){4.5, 5.5}),
                ((struct small_mixed){6.5, '7'}), ((struct floats3){8.5f, 9.5f, 10.5f}),
                ((struct one_byte){'!'}));
}

static struct large large_of(int64_t n)
{
    struct large l = {.tail = (char)n};
    for (int i = 0; i < 9; i++)
        l.word[i] = n + i;
    return l;
}

static bool is_large_of(struct large l, int64_t n)
{
    for (int i = 0; i < 9; i++)
        if (l.word[i] != n + i)
            return false;
    return l.tail == (char)n;
}

static void large_structs(int a, struct large b, double c, struct large d, struct small_ints e)
{
    called(a == 1 && is_large_of(b, 10) && c == 3.5 && is_large_of(d, 40) && e.a == 7 && e.c == 9);
}

TEST(large_structs_by_value)
{
    CHECK_BOUND(large_structs, 1, large_of(10), 3.5, large_of(40), ((struct small_ints){7, 8, 9}));
}

struct huge {
    char bytes[3000];
};

static void huge_struct(struct huge h, int n)
{
    bool same = true;
    for (size_t i = 0; i < sizeof h.bytes; i++)
        same = same && h.bytes[i] == (char)n;
    called(same);
}

TEST(struct_of_kilobytes_by_value)
{
    struct huge h;
    memset(h.bytes, 77, sizeof h.bytes);
    CHECK_BOUND(huge_struct, h, 77);
}

// Six structs of two words each fill the registers unevenly: one that does not fit goes to the stack whole.
static void registers_run_out(int a, struct small_ints b, int c, struct small_ints d, int e,
                              struct small_ints f, int g, struct small_mixed h)
{
    called(a == 1 && b.a == 2 && c == 3 && d.b == 5 && e == 6 && f.c == 9 && g == 10 &&
           h.x == 11.5 && h.c == 'h');
}

TEST(structs_that_no_longer_fit_the_registers)
{
    CHECK_BOUND(registers_run_out, 1, ((struct small_ints){2, 3, 4}), 3,
                ((struct small_ints){4, 5, 6}), 6, ((struct small_ints){7, 8, 9}), 10,
                ((struct small_mixed){11.5, 'h'}));
}

static void unions(union either a, union either b)
{
    called(a.d == 0.5 && b.p == NULL);
}

struct empty {
    char none[0];
};

static void after_an_empty_struct(struct empty e, int n)
{
    (void)e;
    called(n == 3);
}

TEST(unions_and_empty_structs_by_value)
{
    CHECK_BOUND(unions, ((union either){.d = 0.5}), ((union either){.p = NULL}));
    CHECK_BOUND(after_an_empty_struct, ((struct empty){}), 3);
}

enum colour { RED, GREEN, BLUE };

static void enums(enum colour a, enum colour b)
{
    called(a == BLUE && b == RED);
}

struct bits {
    unsigned low : 3, high : 29;
};

static void ints_of_bits(unsigned a, unsigned b)
{
    called(a == 5 && b == 1000);
}

TEST(enumerators_and_bit_fields)
{
    struct bits bits = {5, 1000};
    CHECK_BOUND(enums, BLUE, 0);
    CHECK_BOUND(ints_of_bits, bits.low, bits.high);
}

static void texts(const char *a, const int *b)
{
    called(!strcmp(a, "array") && b[0] == 1 && b[1] == 2);
}

TEST(arrays_decay)
{
    char text[] = "array";
    int n = 2;
    int fixed[2] = {1, 2};
    int *variable = calloc((size_t)n, sizeof *variable);
    variable[0] = 1;
    variable[1] = 2;
    CHECK_BOUND(texts, text, fixed);
    CHECK_BOUND(texts, "array", variable);
    CHECK_BOUND(texts, text, ((int[]){1, 2}));
    free(variable);
}

static void variadic(int n, ...)
{
    va_list args;
    va_start(args, n);
    int a = va_arg(args, int);
    double b = va_arg(args, double);
    const char *c = va_arg(args, const char *);
    long long d = va_arg(args, long long);
    double e = va_arg(args, double);
    va_end(args);
    called(n == 5 && a == -1 && b == 2.5 && !strcmp(c, "three") && d == 4 && e == 5.5);
}

TEST(variadic_functions_get_promoted_arguments)
{
    CHECK_BOUND(variadic, 5, (short)-1, 2.5f, "three", 4LL, 5.5);
}

static void formatted(const char *fmt, ...)
{
    char text[64];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    called(!strcmp(text, "1 two 3.5 4 five 6.25"));
}

TEST(variadic_functions_may_hand_their_arguments_on)
{
    CHECK_BOUND(formatted, "%d %s %.1f %ld %s %.2f", 1, "two", 3.5, 4L, "five", 6.25);
}

static char returns_char(int n)
{
    called(n == 1);
    return 'c';
}

static double returns_double(int n)
{
    called(n == 1);
    return 1;
}

static long double returns_long_double(int n)
{
    called(n == 1);
    return 1;
}

static struct small_mixed returns_struct(int n)
{
    called(n == 1);
    return (struct small_mixed){1, 2};
}

static __int128 returns_int128(int n)
{
    called(n == 1);
    return n;
}

TEST(results_of_any_kind_are_dropped)
{
    for (int i = 0; i < 20; i++) {
        CHECK_BOUND(returns_char, 1);
        CHECK_BOUND(returns_double, 1);
        CHECK_BOUND(returns_long_double, 1);
        CHECK_BOUND(returns_struct, 1);
        CHECK_BOUND(returns_int128, 1);
    }
}

// A result left on the x87 stack would make the ninth push there give a NaN.
TEST(dropped_long_double_results_do_not_fill_the_x87_stack)
{
    for (int i = 0; i < 50; i++) {
        atomic_store(&calls, 0);
        {
            defer(returns_long_double, 1);
        }
        volatile long double x = 1.5L, y = 2.5L;
        CHECK(x * y + x == 5.25L);
    }
}

static void (*chosen(int n))(int)
{
    atomic_fetch_add(&calls, n);
    return ints1;
}

TEST(function_may_be_any_expression_and_is_evaluated_once)
{
    struct {
        void (*f)(int);
    } table[1] = {{ints1}};
    CHECK_BOUND(table[0].f, 1);
    CHECK_BOUND(*ints1, 1);
    CHECK_BOUND(&ints1, 1);
    atomic_store(&calls, 0);
    go(chosen(100), 1);
    WAIT_UNTIL(atomic_load(&calls) == 101);
}

TEST(functions_of_the_library_can_be_bound)
{
    go(free, malloc(10));
    go(printf, "%s", "");
    WAIT_UNTIL(go_num_goroutine() == 1);
}

static int evaluations;

static int counted(int n)
{
    evaluations++;
    return n;
}

TEST(arguments_are_evaluated_once_and_now)
{
    go(ints3, counted(1), counted(-2), counted(3));
    CHECK_EQ(evaluations, 3);
    WAIT_UNTIL(atomic_load(&calls) == 1);
    CHECK_EQ(evaluations, 3);
    {
        defer(ints8, counted(1), -2, counted(3), -4, 5, -6, 7, counted(-8));
        CHECK_EQ(evaluations, 6);
    }
    CHECK_EQ(evaluations, 6);
}

static void send_int(chan(int) c, int n)
{
    chan_send(c, n);
}

// Spawns, parks and binds again, while the outer call is being bound.
static int value_by_way_of_a_goroutine(int n)
{
    chan(int) c = chan_make(int);
    go(send_int, c, n);
    int result = chan_recv(c);
    chan_free(c);
    return result;
}

TEST(argument_expressions_may_spawn_and_park)
{
    CHECK_BOUND(ints3, value_by_way_of_a_goroutine(1), value_by_way_of_a_goroutine(-2), 3);
    CHECK_BOUND(mixed, value_by_way_of_a_goroutine(1), 2.5, "three", 4.5f,
                value_by_way_of_a_goroutine(5), 6.5, '7', NULL);
}

TEST(argument_expressions_may_receive)
{
    chan(int) c = chan_make(int, 8);
    for (int i = 0; i < 4; i++)
        chan_send(c, 1);
    CHECK_BOUND(ints1, chan_recv(c));
    CHECK_EQ(chan_len(c), 0);
    chan_free(c);
}

static int panicking_argument(void)
{
    go_panic("while binding");
}

TEST(panic_in_an_argument_expression_binds_nothing)
{
    atomic_store(&calls, 0);
    EXPECT_PANIC("while binding", go(ints2, 1, panicking_argument()));
    CHECK_EQ(go_num_goroutine(), 1);
    CHECK_EQ(atomic_load(&calls), 0);
    CHECK_BOUND(ints1, 1);
}

static int exiting_argument(void)
{
    go_exit();
}

static void bind_and_exit(void)
{
    defer(no_argument);
    go(ints1, exiting_argument());
}

TEST(exit_in_an_argument_expression_binds_nothing)
{
    atomic_store(&calls, 0);
    go(bind_and_exit);
    WAIT_UNTIL(go_num_goroutine() == 1);
    CHECK_EQ(atomic_load(&calls), 1);
}

TEST(bound_calls_nest_in_argument_expressions)
{
    CHECK_BOUND(ints1, go_blocking(abs, go_blocking(abs, -1)));
}

static void inline_candidate(int a, double b)
{
    called(a == 4 && b == 0.5);
}

TEST(many_calls_from_one_place_keep_their_own_arguments)
{
    for (int i = 0; i < 1000; i++)
        go(inline_candidate, 4, 0.5);
    WAIT_UNTIL(atomic_load(&calls) == 1000);
}
