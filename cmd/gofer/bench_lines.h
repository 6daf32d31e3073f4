// SPDX-License-Identifier: MIT
// The file bench/lines: what `gofer bench` runs, in which order, and what is expected of it.
#ifndef GOFER_CMD_BENCH_LINES_H
#define GOFER_CMD_BENCH_LINES_H

#include "bench_limit.h"
#include "text.h"

#include <regex.h>
#include <stdbool.h>

enum bench_kind { BENCH_RUN, BENCH_START, BENCH_SIZE };

// One line of the table. [const] all but selected
struct bench_line {
    char *name;
    char *program;     // bench/PROGRAM.c, and .go if there is one
    char *metric;      // which of the figures that the program prints
    struct words args; // the program's
    enum bench_kind kind;
    bool bytes;    // the unit is bytes, else nanoseconds
    bool single;   // at one processor only
    bool several;  // at several processors only
    bool peer;     // another program's figure, of which nothing is wanted
    bool modules;  // PROGRAM.go needs the modules of bench/go.mod
    bool selected; // to be measured this time
    double goal;   // the wanted ratio to Go, or 0
    double
        goal_long; // the same where Go takes over BENCH_LONG, and BENCH_GOAL_SHORT elsewhere; or 0
    double below;  // the wanted bound of gofer's own figure, or 0
    double within; // the wanted bound of that figure over the limit, or 0
    struct bench_limit limit;     // what an operation costs at best
    struct bench_limit limit_all; // the same at several processors, where it is another
};

// In ns: what is shorter than this is a few instructions, of which neither side can take half away.
#define BENCH_LONG 20
#define BENCH_GOAL_SHORT 0.9

struct bench_lines {
    struct bench_line *at;
    size_t count;
};

// Reads the file. Returns 0, or an exit status after having said what is wrong with it.
int bench_lines_read(struct bench_lines *l, const char *path);
void bench_lines_free(struct bench_lines *l);
// Whether both lines take their figures from one and the same run.
bool bench_line_shares_run(const struct bench_line *a, const struct bench_line *b);
// Whether the line is selected and no earlier selected one has the same program.
bool bench_lines_is_first_selected(const struct bench_lines *l, size_t index);
// The physical limits, which are no benchmark of gofer.
bool bench_line_is_limit(const struct bench_line *line);

#endif
