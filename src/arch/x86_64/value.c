// SPDX-License-Identifier: MIT
// Typed calls with values from memory, System V ABI. A value of up to 16 bytes is cut into one or two parts of eight,
// each of which goes in the next integer or the next vector register; everything else is copied to the stack. A result
// comes back by the same rule in rax and rdx, and xmm0 and xmm1, or through a pointer that goes in rdi. So a record for
// gf_arch_replay is prepared once, and a call copies the value to where its parts belong.
//
// The replay leaves the result registers as they are. Under names with other result types it hands them over: one
// declaration for each way in which two parts can come back.
#include "arch/arch.h"

#include <string.h>

enum { PART = 8, FIRST_FILL = 0xA5, SECOND_FILL = 0x5A };

// --- Probes ---

void go_probe_fill_(unsigned char *bytes, size_t size, int probe)
{
    for (size_t i = 0; i < size; i++) {
        bool second = probe == 1 || (probe == 2 && i < PART);
        bytes[i] = second ? SECOND_FILL : FIRST_FILL;
    }
}

static const unsigned char *place_of(const struct go_call *call, uint8_t class, int index)
{
    const unsigned char *vectors = (const unsigned char *)(call + 1);
    return class == GO_VALUE_INTEGER ? (const unsigned char *)&call->reg[index]
                                     : vectors + (size_t)index * 16;
}

// Whether a register held some byte of the value: padding may be lost on the way, and other registers hold anything.
static bool holds_value(const struct go_call *a, const struct go_call *b, uint8_t class, int index)
{
    const unsigned char *p = place_of(a, class, index), *q = place_of(b, class, index);
    for (int i = 0; i < PART; i++)
        if (p[i] == FIRST_FILL && q[i] == SECOND_FILL)
            return true;
    return false;
}

void go_probe_read_(struct go_value_type_ *t, const struct go_call *first,
                    const struct go_call *second, const struct go_call *third)
{
    bool integer = holds_value(first, second, GO_VALUE_INTEGER, 0);
    bool vector = holds_value(first, second, GO_VALUE_FLOAT, 0);
    t->part[0] = t->part[1] = GO_VALUE_NONE;
    if (t->size == 0)
        return;
    if (!integer && !vector) {
        t->part[0] = GO_VALUE_MEMORY;
    } else if (t->size <= PART || !(integer && vector)) {
        t->part[0] = integer ? GO_VALUE_INTEGER : GO_VALUE_FLOAT;
        t->part[1] = t->size > PART ? t->part[0] : GO_VALUE_NONE;
    } else {
        // One of each: the third probe tells which has the first part.
        bool integer_first = holds_value(first, third, GO_VALUE_INTEGER, 0);
        t->part[0] = integer_first ? GO_VALUE_INTEGER : GO_VALUE_FLOAT;
        t->part[1] = integer_first ? GO_VALUE_FLOAT : GO_VALUE_INTEGER;
    }
}

// --- Calls ---

struct two_integers {
    uint64_t rax, rdx;
};
struct two_floats {
    double xmm0, xmm1;
};
struct integer_float {
    uint64_t rax;
    double xmm0;
};
struct float_integer {
    double xmm0;
    uint64_t rax;
};
struct two_integers replay_ii(const struct go_call *call) __asm__("gf_arch_replay");
struct two_floats replay_ff(const struct go_call *call) __asm__("gf_arch_replay");
struct integer_float replay_if(const struct go_call *call) __asm__("gf_arch_replay");
struct float_integer replay_fi(const struct go_call *call) __asm__("gf_arch_replay");

static bool in_memory(const struct go_value_type_ *t)
{
    return t->part[0] == GO_VALUE_MEMORY;
}

static size_t stack_bytes(const struct go_value_type_ *t)
{
    return in_memory(t) ? (t->size + 15) & ~(size_t)15 : 0;
}

size_t gf_arch_typed_call_bytes(const struct go_value_type_ *in)
{
    return sizeof(struct gf_typed_call) + 128 + stack_bytes(in);
}

void gf_arch_typed_call_init(struct gf_typed_call *c, void *fn, const struct go_value_type_ *in,
                             const struct go_value_type_ *out)
{
    memset(c, 0, gf_arch_typed_call_bytes(in));
    c->in = *in;
    c->out = *out;
    c->call.fn = fn;
    bool plain = in->part[0] != GO_VALUE_FLOAT && in->part[1] != GO_VALUE_FLOAT && !in_memory(in);
    c->call.flags = plain ? 0 : GO_CALL_FULL;
    c->call.stack_bytes = (uint32_t)stack_bytes(in);
    int next[] = {[GO_VALUE_INTEGER] = in_memory(out) ? 1 : 0, [GO_VALUE_FLOAT] = 0};
    char *vectors = (char *)(&c->call + 1);
    for (int i = 0; i < 2; i++) {
        if (in->part[i] == GO_VALUE_INTEGER)
            c->place[i] = (char *)&c->call.reg[next[GO_VALUE_INTEGER]++];
        else if (in->part[i] == GO_VALUE_FLOAT)
            c->place[i] = vectors + 16 * next[GO_VALUE_FLOAT]++;
        else if (in->part[i] == GO_VALUE_MEMORY)
            c->place[i] = vectors + 128;
    }
}

// Integers narrower than a register are extended, as callers do.
static void extend(const struct go_value_type_ *t, void *place)
{
    int unused = (int)(PART - t->size) * 8;
    int64_t *v = place;
    if (t->is_signed && unused > 0)
        *v = (int64_t)((uint64_t)*v << unused) >> unused;
}

static void put_argument(struct gf_typed_call *c, const void *value)
{
    size_t size = c->in.size, first = in_memory(&c->in) || size < PART ? size : PART;
    if (size == 0)
        return;
    memcpy(c->place[0], value, first);
    if (size > first)
        memcpy(c->place[1], (const char *)value + PART, size - first);
    extend(&c->in, c->place[0]);
}

void gf_arch_typed_call(struct gf_typed_call *c, const void *value, void *result)
{
    union {
        struct two_integers ii;
        struct two_floats ff;
        struct integer_float ifl;
        struct float_integer fi;
    } r;
    put_argument(c, value);
    if (in_memory(&c->out)) {
        c->call.reg[0] = (uint64_t)result;
        gf_arch_replay(&c->call);
        return;
    }
    bool second_float = c->out.part[1] == GO_VALUE_FLOAT;
    if (c->out.part[0] == GO_VALUE_FLOAT && c->out.part[1] == GO_VALUE_INTEGER)
        r.fi = replay_fi(&c->call);
    else if (c->out.part[0] == GO_VALUE_FLOAT)
        r.ff = replay_ff(&c->call);
    else if (second_float)
        r.ifl = replay_if(&c->call);
    else
        r.ii = replay_ii(&c->call);
    memcpy(result, &r, c->out.size);
}
