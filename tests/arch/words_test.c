// SPDX-License-Identifier: MIT
// Bound calls whose arguments are converted on the way: they arrive as a plain call's do, whether they travel as words
// or with the vector registers; and those that a worker usually takes (its number, channels in one direction, sizes,
// constant strings) need no memory of their own until they run.
#include "support/test.h"

#include <malloc.h>
#include <stdarg.h>

struct opaque;
enum colour { RED = 7 };

static atomic_int seen;

static void handle(int x)
{
    (void)x;
}

static void take_worker(int id, recv_chan(int) jobs, send_chan(int) results, size_t n)
{
    CHECK_EQ(id, 5);
    CHECK(jobs != NULL && results != NULL);
    CHECK_EQ(n, 7);
    seen++;
}

static void take_pointers(const char *s, int64_t v, const struct opaque *o, void (*f)(int))
{
    CHECK_STR(s, "text");
    CHECK_EQ(v, -9);
    CHECK(o == NULL && f == handle);
    seen++;
}

static void take_void(void *p, unsigned long n, const void *q)
{
    CHECK_STR(p, "text");
    CHECK_EQ(n, 3);
    CHECK_STR(q, "text");
    seen++;
}

static void take_floating(double d, int i, float f, long double l)
{
    CHECK(d == 1 && i == 2 && f == 3 && l == 4);
    seen++;
}

static void take_double_and_pointer(const char *s, double d)
{
    CHECK_STR(s, "text");
    CHECK(d == 6);
    seen++;
}

static void take_narrow(_Bool b, char c, short s, unsigned char u)
{
    CHECK(b && c == 2 && s == -3 && u == 255);
    seen++;
}

static void take_enum(enum colour c, long v)
{
    CHECK(c == RED && v == -1);
    seen++;
}

static long double return_x87(long v)
{
    CHECK_EQ(v, 8);
    seen++;
    return 1;
}

static void take_variadic(int n, ...)
{
    va_list args;
    va_start(args, n);
    CHECK_EQ(va_arg(args, int), 2);
    CHECK(va_arg(args, double) == 0.5);
    va_end(args);
    seen++;
}

static void take_six(int a, long b, long c, long d, long e, const char *f)
{
    CHECK(a == 1 && b == 2 && c == 3 && d == 4 && e == 5);
    CHECK_STR(f, "text");
    seen++;
}

TEST(converted_arguments_arrive_as_in_a_call)
{
    char text[] = "text";
    chan(int) jobs = chan_make(int), results = chan_make(int);
    void (*pointer)(const char *, int64_t, const struct opaque *, void (*)(int)) = take_pointers;
    go_maxprocs(1);
    go(take_worker, 5, jobs, results, 7);
    go(take_pointers, text, -9, (struct opaque *)NULL, handle);
    go(pointer, text, -9, NULL, handle);
    go(take_void, text, 3, text);
    go(take_floating, 1, 2, 3, 4);
    go(take_double_and_pointer, text, 6);
    go(take_narrow, 1, 2, -3, 255);
    go(take_enum, RED, -1);
    go(return_x87, 8);
    go(take_variadic, 1, 2, 0.5);
    go(take_six, 1, 2, 3, 4, 5, text);
    WAIT_UNTIL(seen == 11);
    chan_free(jobs);
    chan_free(results);
}

TEST(queued_worker_whose_channels_are_converted_holds_no_heap)
{
    if (test_under_asan() || test_under_tsan())
        test_skip("a sanitizer's malloc has no such figures");
    chan(int) jobs = chan_make(int), results = chan_make(int);
    test_one_processor();
    go(take_worker, 5, jobs, results, 7);
    size_t before = mallinfo2().uordblks;
    for (int i = 0; i < 100; i++)
        go(take_worker, 5, jobs, results, 7);
    CHECK_EQ(mallinfo2().uordblks - before, 0);
    WAIT_UNTIL(seen == 101);
    chan_free(jobs);
    chan_free(results);
}
