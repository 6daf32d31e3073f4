// SPDX-License-Identifier: MIT
// What the benchmarks of gofer share. A benchmark is a program of its own, NAME ARGS…, and prints its figures, one "METRIC
// VALUE" a line; bench.go is the counterpart for the Go files, and `lines` says what `gofer bench` runs. What a benchmark
// has computed it checks, so that none gets fast by doing something else.
#ifndef GOFER_BENCH_H
#define GOFER_BENCH_H

#include "figures.h"

#include <gofer.h>

// Runs f(more…, &wg) in so many goroutines, each of which ends by go_waitgroup_done(wg), and waits for them.
#define bench_share(goroutines, f, ...)                                                            \
    do {                                                                                           \
        go_waitgroup bench_wg_ = {0};                                                              \
        go_waitgroup_add(&bench_wg_, (int)(goroutines));                                           \
        for (long bench_i_ = 0; bench_i_ < (goroutines); bench_i_++)                               \
            go(f, ##__VA_ARGS__, &bench_wg_);                                                      \
        go_waitgroup_wait(&bench_wg_);                                                             \
    } while (0)

#endif
