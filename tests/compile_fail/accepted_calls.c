// SPDX-License-Identifier: MIT
// What go must accept beside the refusals: arrays and variable-length arrays that decay, bit-fields, string
// and integer literals, NULL, conversions between arithmetic types, vectors of 16 bytes, variadic functions,
// functions without a prototype's worth of arguments, constant pointers to functions, and channels passed as
// either direction.
// expect-pass
#include <gofer.h>
#include <stdio.h>
#include <stdlib.h>

typedef float vector __attribute__((vector_size(16)));

struct bits {
    unsigned low : 3;
    signed high : 5;
};

struct aligned16 {
    _Alignas(16) int n;
};

void take_text(const char *text, char *array, int *numbers);
void take_bits(unsigned low, int high);
void take_vector(vector v, struct aligned16 a);
void take_double(double d, float f, char c, bool b);
void take_directions(recv_chan(int) in, send_chan(int) out);
void take_nothing(void);
void take_function(int (*f)(const void *, const void *));
int compare(const void *a, const void *b);
void calls(int n, chan(int) c);

void calls(int n, chan(int) c)
{
    char array[8] = "x";
    int variable[n];
    struct bits bits = {1, 2};
    vector v = {1, 2, 3, 4};
    struct aligned16 a = {1};
    variable[0] = 1;
    go(take_text, "literal", array, variable);
    go(take_text, array, NULL, NULL);
    go(take_text, NULL, 0, &n);
    go(take_bits, bits.low, bits.high);
    go(take_vector, v, a);
    go(take_double, 1, 2, 3, 4);
    go(take_double, 'a', 1.5, n, n);
    go(take_directions, c, c);
    go(take_nothing);
    void (*const constant)(void) = take_nothing;
    static void (*const constants[])(void) = {take_nothing};
    go(constant);
    go(constants[0]);
    go(take_function, compare);
    go(free, malloc(10));
    go(printf, "%d %s %f\n", n, array, 1.5);
    go(puts, array);
    defer(free, malloc(10));
    defer(fclose, stdout);
    defer(printf, "%d\n", n);
    send_chan(int) out = c;
    recv_chan(int) in = c;
    go_ring(int) ring = go_ring_new(int, 1);
    defer(chan_free, c);
    defer(chan_free, out);
    defer(chan_free, in);
    defer(chan_close, c);
    go(chan_close, out);
    go_after_func(GO_SECOND, chan_close, c);
    defer(go_signal_stop, c);
    defer(go_signal_stop, out);
    defer(go_ring_free, ring);
}
