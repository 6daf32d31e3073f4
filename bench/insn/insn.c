// SPDX-License-Identifier: MIT
// The operations whose instructions are counted: `insn OP N` performs OP about N times. It measures
// nothing itself; bench/insn/count runs it under valgrind for two values of N and takes the difference, so
// that start-up, warm-up and shutdown drop out. Where an operation cannot be had alone (a receive needs
// something that was sent), the script subtracts the one that was counted before.
#include "../bench.h"

static void nothing(void)
{
}

// The whole life of a goroutine: spawn, first switch, exit. The yields are one in 64.
static void op_spawn(long n)
{
    for (long i = 0; i < n; i++) {
        go(nothing);
        if (i % 64 == 63)
            go_yield();
    }
    go_yield();
}

static void yielder(long n)
{
    for (long i = 0; i < n; i++)
        go_yield();
}

// This goroutine and another in turn, half of the switches each.
static void op_switch(long n)
{
    go(yielder, n / 2);
    yielder(n / 2);
}

static chan(long) filled(long n)
{
    chan(long) ch = chan_make(long, n);
    for (long i = 0; i < n; i++)
        chan_send(ch, i);
    return ch;
}

static void op_send(long n)
{
    chan_free(filled(n));
}

static void op_receive(long n)
{
    chan(long) ch = filled(n);
    for (long i = 0; i < n; i++)
        bench_check(chan_recv(ch) == i, "wrong order");
    chan_free(ch);
}

static void produce(send_chan(long) ch, long n)
{
    for (long i = 0; i < n; i++)
        chan_send(ch, i);
    chan_close(ch);
}

// A value over an unbuffered channel: send, receive, and the switches between.
static void op_handoff(long n)
{
    chan(long) ch = chan_make(long);
    go(produce, ch, n);
    chan_range(v, ch) {
        bench_check(v < n, "wrong value");
    }
    chan_free(ch);
}

// A receive by a select of four, of which one is ready.
static void op_select(long n)
{
    chan(long) ready = filled(n), a = chan_make(long), b = chan_make(long), c = chan_make(long);
    long v = -1;
    for (long i = 0; i < n; i++) {
        go_select {
            case_recv(a, &v) {
                bench_fail("a value from nowhere");
            }
            case_recv(b, &v) {
                bench_fail("a value from nowhere");
            }
            case_recv(ready, &v) {
                bench_check(v == i, "wrong order");
            }
            case_recv(c, &v) {
                bench_fail("a value from nowhere");
            }
        }
    }
    chan_free(ready);
    chan_free(a);
    chan_free(b);
    chan_free(c);
}

static void op_select_default(long n)
{
    chan(long) a = chan_make(long), b = chan_make(long);
    for (long i = 0; i < n; i++) {
        go_select {
            case_recv(a) {
                bench_fail("a value from nowhere");
            }
            case_recv(b) {
                bench_fail("a value from nowhere");
            }
            case_default {}
        }
    }
    chan_free(a);
    chan_free(b);
}

static void op_mutex(long n)
{
    go_mutex mu = {0};
    for (long i = 0; i < n; i++) {
        go_mutex_lock(&mu);
        go_mutex_unlock(&mu);
    }
}

static void op_rwmutex(long n)
{
    go_rwmutex rw = {0};
    for (long i = 0; i < n; i++) {
        go_rwmutex_rlock(&rw);
        go_rwmutex_runlock(&rw);
    }
}

// One key, so that the way through the trie does not depend on the hash, whose secret is another each time.
static void op_map_load(long n)
{
    go_map map = {0};
    void *v;
    go_map_store(&map, "user-000037", &map);
    for (long i = 0; i < n; i++)
        bench_check(go_map_load(&map, "user-000037", &v), "a key is gone");
    go_map_free(&map);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(long n);
    } ops[] = {
        {"spawn", op_spawn},     {"switch", op_switch},
        {"send", op_send},       {"receive", op_receive},
        {"handoff", op_handoff}, {"select", op_select},
        {"mutex", op_mutex},     {"select_default", op_select_default},
        {"rwmutex", op_rwmutex}, {"map_load", op_map_load},
    };
    long n = bench_arg(argc, argv, 2);
    for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
        if (strcmp(ops[i].name, argv[1]) == 0) {
            ops[i].run(n);
            return 0;
        }
    }
    bench_fail("no such operation");
}
