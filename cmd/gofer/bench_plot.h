// SPDX-License-Identifier: MIT
// Draws what was measured, and keeps the data beside the drawings.
#ifndef GOFER_CMD_BENCH_PLOT_H
#define GOFER_CMD_BENCH_PLOT_H

#include "bench_run.h"

// The files' names, within their directory.
#define BENCH_PLOT_ONE "ratios_one.svg"
#define BENCH_PLOT_ALL "ratios_all.svg"
#define BENCH_PLOT_DATA "data.jsonl"

// Draws the ratios to Go at so many processors as an SVG picture: a bar for each result that has one.
void bench_plot_ratios(const struct bench_result *results, size_t n, int procs, struct text *svg);

// Makes the directory and writes into it the pictures, at one and at several processors where those were measured, and the
// data, an object a line as -json prints them. Returns 0, or an exit status after having said what is wrong.
int bench_plot_write(const char *dir, const struct bench_result *results, size_t n);

#endif
