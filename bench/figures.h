// SPDX-License-Identifier: MIT
// What every benchmark does whatever it measures: the clock, the warm-up, the arguments and the printing. It knows nothing
// of gofer, so that the peers in bench/pthread and bench/fiber can share it; it is C and C++.
#ifndef GOFER_BENCH_FIGURES_H
#define GOFER_BENCH_FIGURES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// Ends the program when a benchmark has computed something wrong: such a figure is worth nothing.
static inline void bench_fail(const char *why)
{
    fprintf(stderr, "bench: %s\n", why);
    exit(1);
}

static inline void bench_check(bool right, const char *why)
{
    if (!right)
        bench_fail(why);
}

// The i-th argument, a positive number.
static inline long bench_arg(int argc, char **argv, int i)
{
    if (i >= argc)
        bench_fail("an argument is missing");
    char *end;
    long n = strtol(argv[i], &end, 10);
    if (*end || n < 0)
        bench_fail("an argument is no number");
    return n;
}

static inline int64_t bench_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

// The nanoseconds that each of n operations took since start.
static inline double bench_per_op(int64_t start, long n)
{
    return (double)(bench_now() - start) / (double)n;
}

static inline void bench_report(const char *metric, double value)
{
    printf("%s %.3f\n", metric, value);
}

// Warms up with a tenth of the work, then times work(n, more…), which does n operations.
#define bench_timed(n, work, ...)                                                                  \
    do {                                                                                           \
        work((n) / 10 + 1, ##__VA_ARGS__);                                                         \
        int64_t bench_start_ = bench_now();                                                        \
        work((n), ##__VA_ARGS__);                                                                  \
        bench_report("ns", bench_per_op(bench_start_, (n)));                                       \
    } while (0)

// The number on the line of a /proc file that begins with key, after skipping so many words.
static inline long bench_proc_number(const char *path, const char *key, int skip)
{
    char line[256];
    long found = -1;
    FILE *f = fopen(path, "r");
    if (!f)
        bench_fail(path);
    while (found < 0 && fgets(line, sizeof(line), f)) {
        if (strncmp(line, key, strlen(key)) != 0)
            continue;
        char *word = strtok(line, " \t\n");
        for (int i = 0; i < skip && word; i++)
            word = strtok(NULL, " \t\n");
        found = word ? atol(word) : -1;
    }
    fclose(f);
    if (found < 0)
        bench_fail(path);
    return found;
}

// The memory this process occupies now, and what the kernel spends on mapping it.
static inline double bench_resident_bytes(void)
{
    return (double)bench_proc_number("/proc/self/statm", "", 1) * (double)sysconf(_SC_PAGESIZE);
}

static inline double bench_page_table_bytes(void)
{
    return (double)bench_proc_number("/proc/self/status", "VmPTE:", 1) * 1024.0;
}

#endif
