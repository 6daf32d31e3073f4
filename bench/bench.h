// SPDX-License-Identifier: MIT
// What the benchmarks of gofer share. A benchmark is a program of its own, NAME ARGS…, and prints its figures, one "METRIC
// VALUE" a line; bench.go is the counterpart for the Go files, and `lines` says what `gofer bench` runs. What a benchmark
// has computed it checks, so that none gets fast by doing something else.
#ifndef GOFER_BENCH_H
#define GOFER_BENCH_H

#include "figures.h"

#include <gofer.h>

#endif
