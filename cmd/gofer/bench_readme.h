// SPDX-License-Identifier: MIT
// The figures in README.md.
#ifndef GOFER_CMD_BENCH_README_H
#define GOFER_CMD_BENCH_README_H

#include "bench_run.h"

// Writes between the two marks in README.md how often gofer was ahead of Go, and a few lines that many programs depend on.
// Without the marks nothing is written. Returns 0, or an exit status after having said what is wrong.
int bench_readme_write(const struct gofer_env *env, const struct bench_result *results, size_t n);

#endif
