// SPDX-License-Identifier: MIT
// Runs the benchmarks and holds their figures.
#ifndef GOFER_CMD_BENCH_RUN_H
#define GOFER_CMD_BENCH_RUN_H

#include "bench_build.h"

enum { BENCH_MIN_COUNT = 7, BENCH_MAX_COUNT = 99 };

struct bench_samples {
    double at[BENCH_MAX_COUNT];
    size_t count;
};

// A line at a number of processors. With no samples on a side, that side has no figure.
struct bench_result {
    const struct bench_line *line;
    int procs;
    double limit; // what the hardware allows, from the same run; NAN where there is nothing to say
    bool done;    // its run has taken place, whatever came of it
    struct bench_samples sides[BENCH_SIDES];
};

// What a result comes to; NAN where there is nothing to say.
struct bench_figures {
    double gofer;               // median
    double go;                  // median
    double median[BENCH_SIDES]; // of each side, those two among them
    double ratio;               // go / gofer
    double spread;              // interquartile range over median, of the side where it is larger
    double limit;               // gofer / what the hardware allows
};

// Runs what result 0 needs, count times on each side that has a program for it in turn, and adds the figures to all n results that
// share its run; they are all at the same number of processors.
// Returns 0, or an exit status after having said which program failed.
int bench_run(const struct bench_programs *p, struct bench_result *const *results, size_t n,
              int count);

// Whether there is a figure of gofer's.
bool bench_is_measured(const struct bench_result *r);
struct bench_figures bench_figures(const struct bench_result *r);

#endif
