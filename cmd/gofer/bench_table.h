// SPDX-License-Identifier: MIT
// Prints figures of the benchmarks: as a table for people, as JSON for programs.
#ifndef GOFER_CMD_BENCH_TABLE_H
#define GOFER_CMD_BENCH_TABLE_H

#include "bench_run.h"

// What is measured by what: machine, kernel, compiler, Go. One "KEY: VALUE" a line.
void bench_table_machine(const struct bench_programs *p, struct text *out);
// The table's head, and a row, with a column for each peer that p has.
void bench_table_head(const struct bench_programs *p, struct text *out);
void bench_table_row(const struct bench_programs *p, const struct bench_result *r,
                     struct text *out);
// One object, on a line of its own, with the keys bench, procs, unit, gofer, go, ratio, spread.
void bench_table_json(const struct bench_result *r, struct text *out);
// A figure in its line's unit, as short as its precision allows; "-" for NAN.
void bench_table_figure(const struct bench_line *line, double value, struct text *out);

#endif
