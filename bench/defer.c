// SPDX-License-Identifier: MIT
// A function defers a call; beside it the same function makes the call itself at its end, and one whose try block has
// nothing to catch. `beyond` and `try` are what that costs more than the plain call.
#include "bench.h"

static volatile long calls;

__attribute__((noinline)) static void count(long by)
{
    calls = calls + by;
}

__attribute__((noinline)) static void call_deferred(long by)
{
    defer(count, by);
    __asm__ volatile("" ::: "memory");
}

__attribute__((noinline)) static void call_plainly(long by)
{
    __asm__ volatile("" ::: "memory");
    count(by);
    __asm__ volatile("");
}

__attribute__((noinline)) static void call_in_try(long by)
{
    go_try {
        count(by);
    }
    go_catch(p) {
        bench_fail(p->message);
    }
}

// The nanoseconds of one call, after a warm-up.
static double time_of(void (*f)(long by), long n)
{
    for (long i = 0; i < n / 10; i++)
        f(1);
    calls = 0;
    int64_t start = bench_now();
    for (long i = 0; i < n; i++)
        f(1);
    double ns = bench_per_op(start, n);
    bench_check(calls == n, "wrong count");
    return ns;
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1);
    double plain = time_of(call_plainly, n), deferred = time_of(call_deferred, n);
    bench_report("ns", deferred);
    bench_report("beyond", deferred - plain);
    bench_report("try", time_of(call_in_try, n) - plain);
    return 0;
}
